"""What a bundle shows of a run: what was chosen, as it was sealed; the rest is hidden, or marked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from screens import wait_for_words

from assure_tui.app.desk.bundle.bundled import BundleDesk
from assure_tui.app.desk.bundle.export import Choice
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import GoneError, UsageError
from assure_tui.app.desk.operators import own_trust
from assure_tui.app.desk.paths import Home
from assure_tui.ledger.bundle import Bundle, pack, unpack
from tests.app.bundle.conftest import ROWS, outside, standalone
from tests.app.recording import record


@pytest.mark.parametrize(
    "bare",
    [
        False,
        pytest.param(True, marks=pytest.mark.skipif(not shutil.which("openssl"), reason="needs the openssl program")),
    ],
)
def test_a_bundle_is_verified_by_the_verifier_inside_it(desk, bundle, tmp_path, bare):
    done = standalone(bundle, *outside(desk, tmp_path), bare=bare)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "signed by Ana Example" in done.stdout
    assert "0 are withheld" in done.stdout
    assert standalone(bundle).returncode == 4


def test_whoever_unpacked_a_bundle_is_told_to_name_its_file_rather_than_that_it_fails(bundle, tmp_path, assure):
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(folder)
    program = [sys.executable, "-I", folder / "assure_verify.py", folder]
    theirs = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    for done in (theirs, assure("verify", folder)):
        assert done.returncode == 2
        assert f"{folder} is a bundle that was unpacked: name the file that it came out of" in done.stderr


def test_the_same_run_is_exported_as_the_same_bytes(desk, bundle):
    assert desk.export(desk.runs()[0].id, Choice(everything=True)) == bundle.read_bytes()


def statements(path: Path) -> dict[str, tuple[str, str]]:
    return {name: (state, detail) for name, state, detail in BundleDesk.open(path).ledger().statements}


def with_view(bundle: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Make a bundle whose view somebody wrote anew."""
    members = unpack(bundle)
    view = json.loads(members["view.json"])
    change(view)
    path = bundle.with_name("other.zip")
    path.write_bytes(pack(members | {"view.json": json.dumps(view).encode()}))
    return path


def test_all_that_a_whole_bundle_shows_follows_from_what_was_sealed(desk, bundle):
    state, detail = statements(bundle)["view.json"]
    assert state == "verified", detail
    opened = BundleDesk.open(bundle)
    run = desk.runs()[0].id
    for event in desk.events(run, 0, 100):
        assert opened.event_text(run, event.id) == desk.event_text(run, event.id)


@pytest.mark.parametrize(
    "change",
    [
        lambda view: view["texts"].update(dict.fromkeys(list(view["texts"])[-1:], "I asked first.")),
        lambda view: view["events"][-1].update(summary="I asked first."),
        lambda view: view["events"][-1].update(time=1.0),
        lambda view: view["events"][-1].update(id=view["events"][-2]["id"]),
        lambda view: view["detail"]["claims"][0].update(outcome="confirmed"),
        lambda view: view["detail"]["claims"][0].update(text="I refunded twice."),
        lambda view: view["detail"]["effects"][0].update(status="failed"),
    ],
)
def test_a_view_that_says_otherwise_than_what_was_sealed_is_refused_and_marked(bundle, change, assure):
    path = with_view(bundle, change)
    state, detail = statements(path)["view.json"]
    assert (state, detail) == ("failed", "1 of the 11 events, claims and effects in it are not what was sealed")
    opened = BundleDesk.open(path)
    assert opened.presence().problems
    run = opened.detail.row.id
    shown = [opened.event_text(run, event.id) for event in opened.view.events]
    shown += [claim.reason for claim in opened.detail.claims] + [effect.tool for effect in opened.detail.effects]
    assert any(text.startswith("[altered") for text in shown)
    assert assure("verify", path).returncode == 1
    told = assure("show", path)
    assert "are not what was sealed" in told.stderr


def test_what_a_view_adds_is_marked_as_unproven(bundle):
    def add(view):
        event = view["events"][-1]
        unit, _, *rest = event["at"]
        view["events"].append(event | {"id": "L99@9999#0", "at": [unit, 9999, *rest]})
        view["texts"]["L99@9999#0"] = "The customer agreed."
        view["detail"]["claims"].append(view["detail"]["claims"][0] | {"id": "c-other"})
        view["detail"]["row"] |= {"confirmed": 7, "sealed": "stale"}
        other = {"id": "g-other", "outcome": "failed", "message": "sent"}
        view["detail"]["gates"].append(view["detail"]["gates"][0] | other)

    path = with_view(bundle, add)
    state, detail = statements(path)["view.json"]
    assert state == "not anchored"
    assert detail.startswith("2 of its 13 events")
    opened = BundleDesk.open(path)
    run = opened.detail.row.id
    assert opened.event_text(run, "L99@9999#0") == (
        "[not proven: nothing that was sealed shows this]\nThe customer agreed."
    )
    assert [claim.reason.startswith("[not proven") for claim in opened.detail.claims] == [False, True]
    assert (opened.detail.row.confirmed, opened.detail.row.sealed) == (0, "sealed")
    assert [gate.message for gate in opened.detail.gates if gate.id == "g-other"] == [
        "[not proven: nothing that was sealed shows this] sent"
    ]


def test_a_bundle_tells_when_nobody_recorded(tmp_path):
    folder = tmp_path / "watched"
    folder.mkdir()
    home = Home.under(tmp_path / "home")
    (folder / "s-1.jsonl").write_text(json.dumps({"time": "2026-03-01T10:00:00.000Z", **ROWS[0]}) + "\n")
    record(home, folder)
    now = datetime.now(UTC) + timedelta(hours=1)
    with (folder / "s-1.jsonl").open("a") as file:
        for number, row in enumerate(ROWS[1:]):
            file.write(json.dumps({"time": (now + timedelta(seconds=number)).isoformat(), **row}) + "\n")
    record(home, folder, backfill=False)
    desk = Desk.open(home)
    run = desk.runs()[0].id
    path = tmp_path / "evidence.zip"
    path.write_bytes(desk.export(run, Choice()))
    opened = Bundle.open(path)
    assert any(entry.kind == "heartbeat" for entry in opened.entries.values())
    path.write_bytes(desk.export(run, Choice(everything=True)))
    mine, theirs = desk.run(run).coverage.unobserved, BundleDesk.open(path).detail.coverage.unobserved
    desk.close()
    assert mine
    assert theirs == mine


def test_only_what_was_chosen_is_shown(desk, tmp_path):
    data = desk.export(desk.runs()[0].id, Choice.parse(["note.text, verdict", "*.by"]))
    path = tmp_path / "some.zip"
    path.write_bytes(data)
    opened = Bundle.open(path)
    by_kind = {opened.entries[index].kind: set(shown) for index, shown in opened.shown.items()}
    assert by_kind == {"note": {"text", "by"}, "verdict": {"run", "reason", "by"}, "decision": {"by"}}
    assert "view.json" not in opened.members
    told = b"".join(value for name, value in opened.members.items() if not name.startswith("seals/"))
    assert b"asked the customer, Ms Doe" in told
    assert b"#5117" not in told
    assert b"two rows in the provider" not in told
    done = standalone(path, *outside(desk, tmp_path))
    assert done.returncode == 0, done.stdout
    shown = BundleDesk.open(path)
    assert [note.text for note in shown.run(shown.runs()[0].id).notes] == ["asked the customer, Ms Doe"]


def test_nothing_is_shown_unless_it_was_chosen(desk, tmp_path):
    path = tmp_path / "none.zip"
    path.write_bytes(desk.export(desk.runs()[0].id, Choice()))
    assert Bundle.open(path).shown == {}
    detail = BundleDesk.open(path).detail
    assert (detail.row.id, detail.verdict.word, detail.verdict.reason) == (
        desk.runs()[0].id,
        "rejected",
        "refunded twice",
    )


def test_what_was_found_stands_though_nothing_was_chosen(desk, tmp_path):
    path = tmp_path / "none.zip"
    path.write_bytes(desk.export(desk.runs()[0].id, Choice()))
    mine, theirs = desk.run(desk.runs()[0].id), BundleDesk.open(path).detail
    assert {(each.id, each.severity) for each in theirs.findings()} == {
        (each.id, each.severity) for each in mine.findings()
    }
    assert {each.message for each in theirs.findings()} == {"(what it says is not shown)"}
    assert (theirs.row.findings, theirs.row.undecided) == (mine.row.findings, mine.row.undecided)
    assert (theirs.row.confirmed, theirs.row.contradicted, theirs.row.unchecked) == (
        mine.row.confirmed,
        mine.row.contradicted,
        mine.row.unchecked,
    )


@pytest.mark.parametrize("word", ["", "nothing", "note.", "*", "note,,verdict"])
def test_a_choice_of_nothing_is_refused(word):
    with pytest.raises(UsageError, match="chooses nothing"):
        Choice.parse([word])


def test_a_bundle_opens_as_a_desk_that_writes_nothing(desk, bundle):
    opened, run = BundleDesk.open(bundle, own_trust(desk.home.keys)), desk.runs()[0].id
    assert [row.id for row in opened.runs()] == [run]
    assert opened.runs("agent:somebody-else") == []
    mine, theirs = desk.run(run), opened.run(run)
    assert theirs.claims == mine.claims
    assert {finding.id for finding in theirs.findings()} == {finding.id for finding in mine.findings()}
    assert (theirs.decisions, theirs.notes, theirs.verdict) == (mine.decisions, mine.notes, mine.verdict)
    count = opened.event_count(run)
    assert opened.events(run, 0, count) == desk.events(run, 0, count)
    report = opened.search("single refund")[0]
    assert opened.event_text(run, report.id) == "I issued a single $40.00 refund for order #5117."
    assert opened.position(run, report.id) == report.seq
    with pytest.raises(GoneError):
        opened.event_text(run, "nothing")
    for act in (opened.note, opened.decide, opened.verdict, opened.seal, opened.undo_decision):
        with pytest.raises(UsageError, match="only read"):
            act(run, "x", "y")
    with pytest.raises(UsageError, match="no run"):
        opened.run("r-other")
    assert all(state != "failed" for _, state, _ in opened.ledger().statements)


@pytest.mark.parametrize(
    "view",
    [b"", b"[]", b"{" * 100_000, b'{"schema": "assure-tui/view/v2", "detail": {}}', b'{"schema": 1}', b"\xff\xfe"],
)
def test_a_view_that_is_none_is_one_error(bundle, view):
    bundle.write_bytes(pack(unpack(bundle) | {"view.json": view}))
    with pytest.raises(UsageError, match=r"view\.json"):
        BundleDesk.open(bundle)


async def test_a_bundle_opens_on_the_screen_read_only(desk, bundle):
    from assure_tui.app.tui.application import AssureApp  # noqa: PLC0415 - Textual costs half a second

    app = AssureApp(BundleDesk.open(bundle, own_trust(desk.home.keys)), read_only=True, welcome="somebody's evidence")
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for_words(pilot, "READ ONLY")
        for key in ("enter", "2", "3", "4", "5", "6", "e", "a", "v", "escape", "S", "escape", "1"):
            await pilot.press(key)
        await wait_for_words(pilot, "READ ONLY", "Please refund 40.00 USD")
