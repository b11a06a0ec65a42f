"""Evidence for others: a bundle that is verified offline, a colleague's answer, dissent, withdrawal, four eyes."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import shutil
import sqlite3
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assure_tui.app.desk.acts import Acts
from assure_tui.app.desk.bundled import BundleDesk
from assure_tui.app.desk.config import UserConfig
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.entries import EVIDENCE
from assure_tui.app.desk.errors import DeskError, GoneError, UsageError
from assure_tui.app.desk.export import Choice
from assure_tui.app.desk.library import Entry
from assure_tui.app.desk.operators import Keyring, list_keys, new_key, own_trust, unlock
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.response import countersign
from assure_tui.app.desk.show import detail_lines
from assure_tui.ledger.bundle import Bundle, build, pack, unpack
from assure_tui.ledger.disclose import reveal
from assure_tui.ledger.errors import BundleError
from assure_tui.ledger.signers import allowed_line
from assure_tui.ledger.sshsig import plain_key
from assure_tui.ledger.store import Draft, Ledger
from assure_tui.ledger.trust import Trust
from tests.app.conftest import record

CALL = {"type": "tool_call", "call_id": "c1", "tool": "create_refund", "args": {"order": "5117", "amount": "40.00"}}
DONE = {"type": "tool_result", "call_id": "c1", "status": "succeeded", "text": '{"status": "succeeded"}'}
ROWS = [
    {"type": "session", "format": "assure/1", "id": "s-1", "agent": "support", "model": "m-1"},
    {"type": "user", "text": "Please refund 40.00 USD for order #5117."},
    CALL,
    DONE,
    {**CALL, "call_id": "c2"},
    {**DONE, "call_id": "c2"},
    {"type": "report", "text": "I issued a single $40.00 refund for order #5117."},
]


@pytest.fixture(scope="module")
def sealed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one run that was noted on, decided, answered and sealed; copied for each test that writes."""
    base = tmp_path_factory.mktemp("sealed")
    folder = base / "watched"
    folder.mkdir()
    text = "".join(json.dumps({"time": f"2026-03-01T10:00:{n:02}.000Z", **row}) + "\n" for n, row in enumerate(ROWS))
    (folder / "s-1.jsonl").write_text(text)
    home = Home.under(base / "home")
    record(home, folder)
    desk = Desk.open(home)
    run = desk.runs()[0].id
    for finding in desk.run(run).findings():
        desk.decide(finding.id, "real", "two rows in the provider's list")
    desk.note(run, "", "asked the customer, Ms Doe", ["money"])
    desk.verdict(run, "rejected", "refunded twice")
    desk.new_operator_key("Ana Example", "a passphrase")
    desk.seal([run], passphrase="a passphrase")
    desk.close()
    return base


@pytest.fixture
def desk(sealed_home: Path) -> Iterator[Desk]:
    desk = Desk.open(Home.under(sealed_home / "home"), read_only=True)
    yield desk
    desk.close()


@pytest.fixture
def own(sealed_home: Path) -> Iterator[Desk]:
    """A desk that may write: the shared one, as tests of this file run after each other in one process."""
    desk = Desk.open(Home.under(sealed_home / "home"))
    yield desk
    desk.close()


@pytest.fixture
def bundle(desk: Desk, tmp_path: Path) -> Path:
    path = tmp_path / "evidence.zip"
    path.write_bytes(desk.export(desk.runs()[0].id, Choice(everything=True)))
    return path


def standalone(path: Path, *arguments: str | Path, bare: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the verifier that came in the bundle, as an auditor would."""
    program = path.parent / "assure_verify.py"
    program.write_bytes(zipfile.ZipFile(path).read("assure_verify.py"))
    flags = ["-I", "-S"] if bare else ["-I"]
    command = [sys.executable, *flags, program, path, *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=60)


def outside(desk: Desk, folder: Path) -> list[str | Path]:
    (folder / "ana.pem").write_bytes(desk.operator_keys()[0].export())
    shutil.copy(desk.home.ledger / "trust" / "log.vkey", folder / "log.vkey")
    return ["--key", folder / "log.vkey", "--operator", folder / "ana.pem"]


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


ODD = [5, "x", [1], {"a": 1}, True, -1]
PREDICATE = "https://assure-tui.dev/verdict/v1"


def odd_entries() -> Iterator[Draft]:
    """Entries such as no desk writes, one kind after the other, as somebody may who has a ledger of his own."""
    for odd in ODD:
        yield Draft("note", "t-1", {}, {"run": "r", "tags": odd, "about": odd, "text": odd, "by": odd})
        yield Draft("decision", "t-1", {"finding": odd, "word": odd}, {"run": "r", "reason": odd})
        yield Draft("waiver", "t-1", {"gate": odd, "until": odd}, {"run": "r", "by": odd})
        yield Draft("claim", "t-1", {"id": odd}, {"run": "r", "value": odd})
        yield Draft("verdict", "t-1", {"word": "accepted"}, {"run": "r", "reason": odd, "by": odd})
        yield Draft("heartbeat", "recorder", {"boot": odd, "up": odd, "state": odd})
        yield Draft("observed", "t-1", {"source": odd, "seen": odd}, {"path": odd, "adapter": odd})
        yield Draft("observed", "t-1", {"source": "s"}, {"path": "bytes:zz", "adapter": "codex"})
        yield Draft("assessed", "t-1", {"counts": odd, "root": odd}, {"ids": odd, "leaves": odd, "value_salt": odd})
        yield Draft("assessed", "t-1", {"counts": {"confirmed": odd}}, {"ids": ["c"], "leaves": [odd]})
        yield Draft("escrow", "t-1", {"source": "s", "bytes": odd}, {"records": odd})
        yield Draft("escrow", "t-1", {"source": "s"}, {"records": [{"at": odd, "text": odd, "base64": odd}]})
        yield Draft("hook", "t-1", {"verdict": odd}, {"run": odd, "call_id": odd})
        yield Draft("discrepancy", "t-1", {"id": odd, "state": odd, "severity": "high", "code": odd})
        yield Draft("discrepancy", "t-1", {"id": "d", "state": "open", "severity": odd}, {"value": odd})


def test_a_made_up_ledger_ends_in_one_sentence_or_is_shown(tmp_path, bundle):
    view = unpack(bundle)["view.json"]
    ledger = Ledger.create(tmp_path / "ledger", pins=tmp_path / "pins", keys=tmp_path / "keys")
    ledger.append([Draft("observed", "t-1", {"seen": "live", "upto": 1, "source": "s"}), *odd_entries()])
    ledger.publish()
    path, shown = tmp_path / "odd.zip", {}
    for index in range(2, ledger.size):
        opening = ledger.disclosure(index)
        if opening is not None:
            shown[index] = reveal(str(ledger.entry(index).commitment), opening, None)
    opened = 0
    for index in range(2, ledger.size):
        more = {"view.json": view} if index % 2 else {}
        path.write_bytes(build(ledger, [1, index], {at: told for at, told in shown.items() if at == index}, more))
        with contextlib.suppress(DeskError):
            desk = BundleDesk.open(path)
            assert list(detail_lines(desk.run(desk.runs()[0].id)))
            desk.ledger()
            opened += 1
    assert opened > 50


@pytest.mark.parametrize("number", ODD)
def test_a_seal_with_an_odd_number_is_no_act(number):
    entry = Entry(1, "seal", "t-1", 0, {"n": number, "predicate_type": PREDICATE}, None)
    assert Acts.gather([entry], lambda _: None).seals == {}


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


def test_every_tampering_with_a_bundle_is_noticed(desk, bundle, tmp_path):
    names = sorted(unpack(bundle))
    whole = unpack(bundle)
    by_prefix = {
        name.partition("/")[0] + Path(name).suffix: name
        for name in names
        if name.startswith(("c", "d", "e", "p", "s", "t"))
    }
    given_outside = outside(desk, tmp_path)
    trust = own_trust(desk.home.keys)
    for name in by_prefix.values():
        data = whole[name]
        flipped = data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
        bad = tmp_path / "bad.zip"
        bad.write_bytes(pack({**whole, name: flipped}))
        assert standalone(bad, *given_outside).returncode == 1, name
        try:
            opened = BundleDesk.open(bad, trust)
        except UsageError:
            continue
        assert opened.presence().problems, name


def test_evidence_that_was_left_out_is_noticed(desk, bundle, tmp_path):
    opened = Bundle.open(bundle)
    victim = next(index for index, entry in opened.entries.items() if entry.kind in {"discrepancy", "assessed"})
    left = {
        name: data
        for name, data in opened.members.items()
        if Path(name).name.partition(".")[0] != str(victim) or not name.startswith(("entries", "proofs", "disclosures"))
    }
    bad = tmp_path / "left-out.zip"
    bad.write_bytes(pack(left))
    assert standalone(bad, *outside(desk, tmp_path)).returncode == 1
    problems = BundleDesk.open(bad).presence().problems
    assert any("not the evidence that was sealed" in problem for problem in problems)


def seal_entry(members: dict[str, bytes]) -> str:
    """Give the index of the bundle's seal entry."""
    return next(
        name.rpartition("/")[2] for name in members if name.startswith("entries/") and b'"kind":"seal"' in members[name]
    )


@pytest.mark.parametrize(
    "change",
    [
        "the entry of the seal left out",
        "the proof beside the seal left out",
        "a seal put in",
        "a proof put in",
        "a closing put in",
        "a member outside the folder",
    ],
)
def test_a_bundle_with_a_file_that_belongs_to_nothing_or_lacks_one_does_not_hold(desk, bundle, tmp_path, change):
    members = unpack(bundle)
    index = seal_entry(members)
    match change:
        case "the entry of the seal left out":
            del members[f"entries/{index}"], members[f"proofs/{index}.tlog-proof"]
        case "the proof beside the seal left out":
            del members["seals/1.tlog-proof"]
        case "a seal put in":
            members["seals/7.dsse.json"] = members["seals/1.dsse.json"]
        case "a proof put in":
            members["proofs/7777.tlog-proof"] = members[f"proofs/{index}.tlog-proof"]
        case "a closing put in":
            members["closings/7777"] = members["checkpoint"]
        case _:
            members["../evidence.txt"] = b"x"
    bad = tmp_path / "bad.zip"
    bad.write_bytes(pack(members))
    assert standalone(bundle, *outside(desk, tmp_path)).returncode == 0
    assert standalone(bad, *outside(desk, tmp_path)).returncode == 1
    try:
        report = Bundle.open(bad).report(own_trust(desk.home.keys))
    except BundleError:
        return
    assert report.state == "failed"


def test_a_bundle_without_seals_says_that_nothing_tells_what_was_left_out(desk, bundle, tmp_path):
    members = unpack(bundle)
    index = seal_entry(members)
    gone = ("seals/", f"entries/{index}", f"proofs/{index}.")
    bare = tmp_path / "bare.zip"
    bare.write_bytes(pack({name: data for name, data in members.items() if not name.startswith(gone)}))
    report = Bundle.open(bare).report(own_trust(desk.home.keys))
    assert [(found.state, "left out" in found.detail) for found in report.statements if found.name == "seals"] == [
        ("not anchored", True)
    ]
    assert "no seal is among them" in standalone(bare, *outside(desk, tmp_path)).stdout


def zipped(*members: tuple[str, bytes], mode: int = 0o100644, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as archive:
        warnings.simplefilter("ignore")  # a name twice
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr, info.create_system = method, mode << 16, 3
            archive.writestr(info, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a bundle"),
        (b"PK\x03\x04 and then nothing", "not a bundle"),
        (zipped(("../../etc/passwd", b"x")), "no bundle does"),
        (zipped(("/etc/passwd", b"x")), "no bundle does"),
        (zipped(("a\\b", b"x")), "no bundle does"),
        (zipped(("checkpoint", b"/etc/passwd"), mode=0o120777), "no bundle does"),
        (zipped(("checkpoint", b"x"), ("checkpoint", b"y")), "a name twice"),
        (zipped(("bomb", bytes(65 << 20))), "larger than"),
        (zipped(("checkpoint", b"x")), "missing"),
        (zipped(("trust/log.vkey", b"\xff")), "does not hold"),
    ],
)
def test_hostile_archives_are_one_error(tmp_path, assure, data, why):
    path = tmp_path / "hostile.zip"
    path.write_bytes(data)
    with pytest.raises(BundleError, match=why):
        Bundle.open(path)
    done = assure("verify", path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("failed")


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path):
    data = zipped(("bomb", bytes(80 << 20)))
    at = data.index(b"PK\x01\x02")
    lying = data[: at + 24] + (100).to_bytes(4, "little") + data[at + 28 :]
    path = tmp_path / "lying.zip"
    path.write_bytes(lying)
    with pytest.raises(BundleError):
        Bundle.open(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), junk=st.binary(max_size=40), cut=st.integers(0, 40))
def test_mangled_bundles_raise_only_the_domain_error(bundle, tmp_path, at, junk, cut):
    data = bundle.read_bytes()
    place = int(at * len(data))
    path = tmp_path / "mangled.zip"
    path.write_bytes(data[:place] + junk + data[place + cut :])
    try:
        BundleDesk.open(path).presence()
    except DeskError as error:
        assert "\n" not in str(error)  # noqa: PT017 - whether it is raised depends on the example


def response(bundle: Path, folder: Path, word: str = "rejected", name: str = "Bo Second") -> Path:
    keys = folder / "keys"
    if not (keys / "operators").exists():
        new_key(keys, name, "pw")
    opened = BundleDesk.open(bundle)
    path = folder / f"{word}.json"
    path.write_bytes(countersign(opened, word, "I looked as well", name, unlock(keys, None, "pw")))
    return path


def test_a_colleagues_answer_comes_back_as_a_new_seal(own, bundle, tmp_path):
    run, size = own.runs()[0].id, own.ledger().size
    answer = response(bundle, tmp_path)
    receipt, signer = own.import_response(answer)
    assert signer.name == "Bo Second"
    assert receipt.index >= size
    verdict = own.run(run).verdict
    assert (verdict.signers, verdict.countersigners) == (("Ana Example",), ("Bo Second",))
    shown = "\n".join(detail_lines(own.run(run)))
    assert "sealed by  Ana Example\n" in shown
    assert "countersigned by  Bo Second" in shown
    assert (verdict.word, verdict.dissent, own.runs()[0].sealed) == ("rejected", (), "sealed")
    assert own.verify().state == "ok"
    with pytest.raises(UsageError, match="imported already"):
        own.import_response(answer)
    own.import_response(response(bundle, tmp_path, "accepted"))
    verdict = own.run(run).verdict
    assert verdict.signers == ("Ana Example",)
    assert verdict.dissent == ("Bo Second: accepted, I looked as well",)
    assert own.runs()[0].sealed == "sealed"
    assert own.verify().state == "ok"


def test_a_countersignature_alone_seals_nothing(own, bundle, tmp_path):
    run = own.runs()[0].id
    own.verdict(run, "rejected", "thought about it again")
    assert own.runs()[0].sealed == "draft"
    own.import_response(response(bundle, tmp_path, name="Di Fourth"))
    verdict = own.run(run).verdict
    assert (verdict.signers, verdict.countersigners, own.runs()[0].sealed) == ((), ("Di Fourth",), "draft")


def test_a_second_different_key_is_needed_where_the_settings_say_so(own):
    run = own.runs()[0].id
    own.verdict(run, "accepted", "looked again")
    strict = Desk.open(own.home, config=UserConfig(four_eyes=True, unlock_for=60))
    try:
        strict.seal([run], passphrase="a passphrase", key="Ana Example")
        strict.seal([run], key="Ana Example")  # still unlocked; the same key counts once
        assert strict.runs()[0].sealed == "draft"
        assert strict.run(run).verdict.signers == ("Ana Example",)
        new_key(own.home.keys, "Cy Third", "pw")
        strict.seal([run], passphrase="pw", key="Cy Third")
        assert strict.runs()[0].sealed == "sealed"
        with pytest.raises(UsageError, match="reason"):
            strict.withdraw(run, " ", passphrase="pw", key="Cy Third")
        strict.withdraw(run, "looked at the wrong customer", passphrase="pw", key="Cy Third")
        assert strict.runs()[0].sealed == "draft"
        with pytest.raises(UsageError, match="no seal by this key"):
            strict.withdraw(run, "again", passphrase="pw", key="Cy Third")
        assert strict.verify().state == "ok"
    finally:
        strict.close()


def test_a_second_key_counts_only_if_somebody_vouches_for_it(own, tmp_path):
    run = own.runs()[0].id
    own.verdict(run, "rejected", "once more")
    own.seal([run], passphrase="a passphrase", key="Ana Example")
    path = tmp_path / "now.zip"
    path.write_bytes(own.export(run, Choice()))
    own.import_response(response(path, tmp_path, "rejected", "Go Seventh"))
    strict = Desk.open(own.home, config=UserConfig(four_eyes=True))
    try:
        assert strict.runs()[0].sealed == "draft"
        assert strict.run(run).verdict.signers == ("Ana Example",)
    finally:
        strict.close()
    allowed = own.home.keys / "trust" / "allowed_signers"
    allowed.parent.mkdir(exist_ok=True)
    allowed.write_text(allowed_line("Go Seventh", plain_key(list_keys(tmp_path / "keys")[0].public)))
    strict = Desk.open(own.home, config=UserConfig(four_eyes=True))
    try:
        assert strict.runs()[0].sealed == "sealed"
    finally:
        strict.close()
        shutil.rmtree(allowed.parent)


def test_a_key_stays_unlocked_for_a_bounded_time(tmp_path):
    new_key(tmp_path, "Ana", "pw")
    now = [0.0]
    ring = Keyring(99_999, clock=lambda: now[0])
    key = ring.unlock(tmp_path, None, "pw")
    now[0] = 3599.0
    assert ring.unlock(tmp_path, None, "") is key
    now[0] = 3600.0
    assert not ring.is_unlocked()
    with pytest.raises(Exception, match="passphrase does not open"):
        ring.unlock(tmp_path, None, "")
    never = Keyring(0, clock=lambda: now[0])
    never.unlock(tmp_path, None, "pw")
    assert not never.is_unlocked()


@pytest.mark.parametrize("break_it", ["signature", "run", "root", "checkpoint", "schema", "signer", "zip", "json"])
def test_an_answer_that_does_not_hold_is_one_error_and_writes_nothing(own, bundle, tmp_path, break_it):
    answer = response(bundle, tmp_path, "accepted-with-exceptions", "Di Fourth")
    body = json.loads(answer.read_bytes())
    envelope = json.loads(base64.b64decode(body["envelope"]))
    payload = json.loads(base64.b64decode(envelope["payload"]))
    match break_it:
        case "signature":
            envelope["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
        case "run":
            payload["predicate"]["runs"][0]["run"] = "r-ffffffffffff"
        case "root":
            payload["subject"][1]["digest"]["sha256"] = "0" * 64
        case "checkpoint":
            payload["subject"][0]["digest"]["sha256"] = "0" * 64
        case "schema":
            body["schema"] = "assure-tui/response/v2"
        case "signer":
            body["signer"] = {"signer": "x", "key": base64.b64encode(bytes(32)).decode()}
    if break_it in {"run", "root", "checkpoint"}:  # signed anew: by the reviewer, but over something else
        from assure_tui.ledger.dsse import pae  # noqa: PLC0415 - this test alone signs by hand

        raw = json.dumps(payload).encode()
        envelope["payload"] = base64.b64encode(raw).decode()
        key = unlock(tmp_path / "keys", None, "pw")
        envelope["signatures"][0]["sig"] = base64.b64encode(key.sign(pae(envelope["payloadType"], raw))).decode()
    body["envelope"] = base64.b64encode(json.dumps(envelope).encode()).decode()
    data = {"zip": bundle.read_bytes(), "json": b"[" * 100_000}.get(break_it, json.dumps(body).encode())
    answer.write_bytes(data)
    size = own.ledger().size
    with pytest.raises(UsageError):
        own.import_response(answer)
    assert own.ledger().size == size


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 3000), junk=st.binary(max_size=30), cut=st.integers(0, 30), alone=st.booleans())
def test_a_mangled_answer_writes_nothing_and_raises_only_the_domain_error(
    own, answered, tmp_path, at, junk, cut, alone
):
    path = tmp_path / "mangled.json"
    path.write_bytes(junk if alone else answered[:at] + junk + answered[at + cut :])
    size = own.ledger().size
    with contextlib.suppress(DeskError):
        own.import_response(path)
    assert own.ledger().size == size or path.read_bytes() == answered


@pytest.fixture
def answered(own, bundle, tmp_path) -> bytes:
    """An answer that was imported already."""
    path = response(bundle, tmp_path, "rejected", "Fa Sixth")
    own.import_response(path)
    return path.read_bytes()


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
        await pilot.pause(0.3)
        for key in ("enter", "2", "3", "4", "5", "6", "e", "a", "v", "escape", "S", "escape", "1"):
            await pilot.press(key)
        await pilot.pause(0.2)
        strips = app.screen._compositor.render_strips()
        shown = "\n".join("".join(segment.text for segment in strip) for strip in strips)
    assert "READ ONLY" in shown
    assert "Please refund 40.00 USD" in shown


def test_the_commands_from_export_to_import(sealed_home, tmp_path, assure):
    home, colleague = sealed_home / "home", tmp_path / "colleague"
    words = tmp_path / "words"
    words.write_text("pw")
    run = json.loads(assure("runs", "--format", "json", home=home).stdout)[0]["id"]
    evidence, answer = tmp_path / "e.zip", tmp_path / "answer.json"
    done = assure("export", run, "--all", "-o", evidence, home=home)
    assert done.returncode == 0, done.stderr
    again = assure("export", run, "-o", evidence, home=home)
    assert (again.returncode, "name a new file" in again.stderr) == (2, True)
    assert assure("verify", evidence, home=colleague).returncode == 4
    shown = assure("show", evidence, home=colleague)
    assert shown.returncode == 0, shown.stderr
    assert "I issued a single $40.00 refund" in shown.stdout
    assert assure("keys", "new", "Ed Fifth", "--passphrase-file", words, home=colleague).returncode == 0
    sign = ("countersign", evidence, "rejected", "the same", "--passphrase-file", words, "-o", answer)
    done = assure(*sign, home=colleague)
    assert done.returncode == 0, done.stderr
    done = assure("import", answer, home=home)
    assert done.returncode == 0, done.stderr
    assert "nobody whom this installation vouches for" in done.stderr
    assert "Ed Fifth" in assure("show", run, home=home).stdout
    assert assure("verify", home=home).returncode == 0
    evidence.write_bytes(evidence.read_bytes().replace(b"refunded twice", b"refunded twyce"))
    assert assure("verify", evidence, home=colleague).returncode == 1
    assert assure(*sign[:-1], tmp_path / "other.json", home=colleague).returncode == 2


def test_keys_are_replaced_and_revoked_and_old_seals_are_judged_by_their_time(sealed_home, tmp_path, assure):
    base = tmp_path / "copy"
    shutil.copytree(sealed_home / "home" / "keys", base / "keys")
    words = tmp_path / "words"
    words.write_text("a passphrase")
    before = own_trust(base / "keys")
    old = before.operators[0]
    done = assure("keys", "rotate", "Ana Example", "--passphrase-file", words, home=base)
    assert done.returncode == 0, done.stderr
    listed = assure("keys", "list", home=base).stdout
    assert f"{old.fingerprint} Ana Example (replaced)" in listed
    remembered = [path.name.partition("-")[0] for path in (base / "keys" / "operators" / "cosigned").iterdir()]
    assert {key.fingerprint[:16] for key in own_trust(base / "keys").operators} <= set(remembered)
    ledger = sealed_home / "home" / "ledger"
    from assure_tui.ledger.verify import verify  # noqa: PLC0415 - the name is a command's elsewhere in this file

    def seals() -> str:
        report = verify(ledger, trust=replace(own_trust(base / "keys"), policy=None))
        return next(s.state for s in report.statements if s.name == "signers")

    assert seals() != "failed"
    assert assure("keys", "revoke", old.fingerprint, "--since", "2001-01-01", home=base).returncode == 0
    assert "(revoked)" in assure("keys", "list", home=base).stdout
    assert seals() == "failed"
    line = assure("keys", "export", "Ana Example", "--form", "allowed-signers", home=base).stdout
    assert line.startswith('Ana_Example namespaces="assure-tui-seal" ssh-ed25519 AAAA')
    assert assure("keys", "export", "Ana Example", "--form", "cosigner", home=base).stdout.startswith(
        "assure-tui/operator/"
    )
    assert assure("keys", "revoke", "nobody", home=base).returncode == 2
    assert Trust().cosigners == ()


def test_a_revocation_is_signed_into_the_ledger_and_the_ledger_is_gone_on_with(sealed_home, tmp_path, assure):
    base = tmp_path / "home"
    shutil.copytree(sealed_home / "home", base)
    words = tmp_path / "words"
    words.write_text("a passphrase")
    assert assure("adopt", "--yes", home=base).returncode == 0
    alone = assure("keys", "revoke", "Ana Example", "--unsigned", "--since", "2999-01-01", home=base)
    assert "counts here alone" in alone.stderr
    wrong = tmp_path / "wrong"
    wrong.write_text("another")
    assert assure("keys", "revoke", "Ana Example", "--passphrase-file", wrong, home=base).returncode == 2
    assert assure("verify", home=base).returncode == 0
    told = ("keys", "revoke", "Ana Example", "--reason", "lost", "--passphrase-file", words)
    done = assure(*told, home=base)
    assert done.returncode == 0, done.stderr
    found = assure("verify", base / "ledger", home=tmp_path / "elsewhere")
    assert found.returncode == 1
    assert "revokes the key" in found.stdout
    run = json.loads(assure("runs", "--format", "json", home=base).stdout)[0]["id"]
    assert assure("note", run, "still written", home=base).returncode == 0


def test_what_is_signed_is_the_evidence_of_the_ledger_whatever_the_index_says(own, tmp_path):
    """Whoever runs as the operator's user can write the index, which is only derived."""
    home, run = own.home, own.runs()[0].id
    with contextlib.closing(sqlite3.connect(home.index)) as link:
        assert link.execute("DELETE FROM entries WHERE kind = 'discrepancy'").rowcount > 0
        link.commit()
    with contextlib.closing(Desk.open(home)) as desk:
        desk.seal([run], passphrase="a passphrase", key="Ana Example")
        path = tmp_path / "sealed.zip"
        path.write_bytes(desk.export(run, Choice()))
    report = BundleDesk.open(path).ledger()
    assert [detail for name, state, detail in report.statements if state == "failed"] == []
    held = Bundle.open(path)
    due = [entry for entry in held.entries.values() if entry.kind in EVIDENCE]
    told = [detail for name, _, detail in report.statements if name.startswith("evidence of the seal")]
    assert f"the {len(due)} entries of evidence" in told[-1]
