"""The seal's dialog: which keys it offers, what each asks for, four eyes, and several runs in one envelope."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

import msgspec
import pytest
from screens import screen_text, settle, wait_for_words

from assure_tui.app.desk.sshkeys import ssh_keys
from assure_tui.app.desk.views import SshChoice, Verdict
from assure_tui.app.tui.application import AssureApp
from assure_tui.app.tui.dialogs.seal import told_of_signers, wanted_words

KEY = Path("/home/ana/.ssh/id_ed25519.pub")


def judged(desk, run, word="rejected", **more):
    item = desk.details[run]
    verdict = Verdict(run=run, word=word, reason="seen", by="ana", time=0.0, **more)
    desk.change(run, verdict=verdict, row=msgspec.structs.replace(item.row, verdict=word, sealed="draft"))
    return desk.details[run]


@pytest.fixture
def ready(desk):
    judged(desk, desk.runs("")[0].id)
    desk.keys, desk.passphrase = ["ana"], "horse"
    return desk


async def opened(pilot):
    await pilot.pause()
    await pilot.press("S")
    await wait_for_words(pilot, "Type the verdict")


async def test_the_verdicts_word_stands_nowhere_where_it_looks_typed_already(ready):
    app = AssureApp(ready)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        field = app.screen.query_one("#seal-word")
        assert (field.value, field.placeholder) == ("", "The word, in full")


async def test_a_key_that_is_still_unlocked_asks_for_no_passphrase(ready):
    ready.unlocked = {"ana"}
    app = AssureApp(ready)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        assert "Signed by ana  unlocked" in screen_text(app)
        assert "assphrase of your key" not in screen_text(app)
        await pilot.press(*"rejected", "enter", "enter")
        await settle(pilot)
        assert ready.sealed == [ready.runs("")[0].id]
        assert ready.signed_with == "ana"


@pytest.mark.parametrize(("recorder", "told"), [("self", "seal it in a moment"), ("none", "nothing is recording now")])
async def test_a_run_that_is_not_in_the_ledger_yet_says_so_before_a_passphrase_is_asked_for(ready, recorder, told):
    run = ready.runs("")[0].id
    for other in list(ready.details):
        if other != run:
            del ready.details[other]
    ready.change(run, row=msgspec.structs.replace(ready.details[run].row, attention="backlog"))
    ready.presence = partial(msgspec.structs.replace, ready.presence(), recorder=recorder)
    app = AssureApp(ready)
    async with app.run_test(size=(140, 36)) as pilot:
        await wait_for_words(pilot, run[:10])
        await pilot.press("S")
        await wait_for_words(pilot, "is in the ledger yet", told)
        assert "Type the verdict" not in screen_text(app)


async def test_a_key_that_was_locked_again_meanwhile_asks_for_its_passphrase_after_all(ready):
    ready.unlocked = {"ana"}
    app = AssureApp(ready)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        ready.unlocked = set()
        await pilot.press(*"rejected", "enter", "enter")
        await wait_for_words(pilot, "does not open this key")
        assert ready.sealed == []
        await pilot.press(*"horse", "enter", "enter")
        await settle(pilot)
        assert len(ready.sealed) == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_key_of_the_agent_is_chosen_by_its_number_and_asks_for_nothing(ready, size):
    ready.ssh = [SshChoice(name="ana@work", path=KEY, where="agent")]
    app = AssureApp(ready)
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert "2  ana@work  SSH, in the agent" in screen_text(app)
        await pilot.press(*"rejected", "enter", "2")
        await pilot.pause()
        assert "assphrase of your key" not in screen_text(app)
        await pilot.press("enter")
        await settle(pilot)
        assert ready.signed_with == KEY


async def test_who_has_no_key_may_still_choose_one_of_the_agent_or_have_one_made(ready):
    ready.keys, ready.ssh = [], [SshChoice(name="ana@work", path=KEY, where="security key")]
    app = AssureApp(ready)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        assert "1  a new key of this desk" in screen_text(app)
        assert "The passphrase again" in screen_text(app)
        await pilot.press(*"rejected", "enter", "j")
        await pilot.pause()
        assert "The passphrase again" not in screen_text(app)
        await pilot.press("enter", "enter")
        await settle(pilot)
        assert (ready.signed_with, ready.keys) == (KEY, [])


async def test_the_names_of_keys_reach_the_terminal_harmless(ready):
    ready.ssh = [SshChoice(name="ana\x1b]0;x\x07", path=KEY, where="agent")]
    app = AssureApp(ready)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        assert "\x1b" not in screen_text(app)
        assert "\x07" not in screen_text(app)


async def test_four_eyes_are_told_before_the_seal_and_beside_the_run(ready):
    ready.keys_needed = 2
    run = ready.runs("")[0].id
    app = AssureApp(ready)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        assert "0 of 2 keys: a second person has to seal it too" in screen_text(app)
        await pilot.press("escape")
        item = judged(ready, run, signers=("bo",))
        ready.change(run, discrepancies=(), gates=(), inputs=())
        assert told_of_signers(item, 2).startswith("signed by bo; 1 of 2 keys")
        await pilot.pause()
        await pilot.press("enter")
        await wait_for_words(pilot, "a second is missing")


def test_one_word_stands_for_several_verdicts_only_where_it_is_the_gravest(desk):
    first, second, third = (row.id for row in desk.runs("")[:3])
    accepted, rejected = judged(desk, first, "accepted"), judged(desk, second)
    assert wanted_words([accepted]) == ("accepted",)
    assert wanted_words([accepted, rejected]) == ("rejected",)
    assert len(wanted_words([accepted, rejected, desk.details[third]])) == 3


async def test_marked_runs_with_something_undecided_are_left_out_and_named(ready):
    for item in list(ready.details.values()):
        if item.findings():
            undecided = item.row.id
        elif item.row.attention != "backlog":
            fine = item.row.id
    judged(ready, fine, "accepted")
    for run in (undecided, fine):
        ready.mark(run, run)
    app = AssureApp(ready)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        text = screen_text(app)
        assert "LEFT OUT 1, UNDECIDED" in text
        assert undecided[:10] in text.split("LEFT OUT")[1]


def keygen(path, passphrase=""):
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", f"key {path.name}", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH makes the keys")
def test_only_ssh_keys_that_ask_nothing_on_the_terminal_are_offered(tmp_path, monkeypatch):
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    keygen(tmp_path / "open")
    keygen(tmp_path / "shut", "a passphrase")
    (tmp_path / "junk.pub").write_text("ssh-ed25519 AAAA\n")
    (tmp_path / "rsa.pub").write_bytes(b"\xff" * 100)
    assert ssh_keys(tmp_path) == [SshChoice(name="key open", path=tmp_path / "open", where="file")]
    assert ssh_keys(tmp_path / "nowhere") == []


@pytest.mark.skipif(shutil.which("ssh-agent") is None, reason="OpenSSH has the agent")
def test_a_key_of_the_agent_is_offered_by_its_public_half(tmp_path, monkeypatch):
    socket = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        while not socket.exists():
            assert agent.poll() is None
        keygen(tmp_path / "id")
        subprocess.run(["ssh-add", "-q", str(tmp_path / "id")], check=True, stderr=subprocess.DEVNULL)
        (tmp_path / "id").unlink()
        assert ssh_keys(tmp_path) == [SshChoice(name="key id", path=tmp_path / "id.pub", where="agent")]
    finally:
        agent.terminate()
        agent.wait(60)
