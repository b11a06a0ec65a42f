"""The review desk through its own interface: what a reviewer sees, says and signs."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assure_tui.app.desk.acts import sealed_runs
from assure_tui.app.desk.bundle.bundled import BundleDesk
from assure_tui.app.desk.bundle.export import Choice
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.desk_store import DeskStore
from assure_tui.app.desk.errors import LedgerDamagedError, UsageError
from assure_tui.app.desk.index import IndexWriter
from assure_tui.app.desk.index_file import connect, usable
from assure_tui.app.desk.paths import Home
from assure_tui.ledger.trust import Trust
from tests.app.recording import record

TIME = "2026-03-01T10:00:{:02}.000Z"


def test_words_that_no_person_wrote_are_told_from_the_user_s(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    said = [("system", "You are a support agent."), ("user", "Where is my order?"), ("assistant", "On its way.")]
    chat = [{"role": role, "content": words} for role, words in said]
    (folder / "chat.json").write_text(json.dumps({"messages": chat}))
    record(home := Home.find(tmp_path / "home"), folder, backfill=True)
    with closing(Desk.open(home, read_only=True)) as desk:
        (row,) = desk.runs()
        told = {event.summary: event.kind for event in desk.events(row.id, 0, 9)}
    assert (told["You are a support agent."], told["Where is my order?"]) == ("context", "user")


def agent_log(*, second_refund: bool) -> str:
    rows: list[dict[str, object]] = [
        {"type": "session", "format": "assure/1", "id": "s-1", "agent": "support", "model": "m-1"},
        {"type": "user", "text": "Please refund 40.00 USD for order #5117."},
    ]
    args = {"order": "5117", "amount": "40.00", "currency": "USD"}
    for number in range(1 + second_refund):
        rows += [
            {"type": "tool_call", "call_id": f"c{number}", "tool": "create_refund", "args": args},
            {"type": "tool_result", "call_id": f"c{number}", "status": "succeeded", "text": '{"status": "succeeded"}'},
        ]
    rows.append({"type": "report", "text": "I issued a single $40.00 refund for order #5117."})
    return "".join(json.dumps({"time": TIME.format(n), **row}) + "\n" for n, row in enumerate(rows))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "watched"
    path.mkdir()
    (path / "s-1.jsonl").write_text(agent_log(second_refund=True))
    return path


@pytest.fixture
def home(tmp_path: Path, folder: Path) -> Home:
    home = Home.under(tmp_path / "home")
    record(home, folder, backfill=True)
    return home


@pytest.fixture
def desk(home: Home) -> Iterator[Desk]:
    desk = Desk.open(home)
    yield desk
    desk.close()


def test_the_double_refund_needs_the_reviewer(desk):
    (row,) = desk.runs()
    assert row.attention == "need"
    assert row.worst == "critical"
    detail = desk.run(row.id)
    (finding,) = [finding for finding in detail.discrepancies if finding.code == "duplicate"]
    claim = next(claim for claim in detail.claims if claim.id == finding.claim)
    assert "single $40.00 refund" in claim.text
    assert detail.coverage.claims_total >= detail.coverage.claims_checked > 0
    assert desk.run(row.id[:6]).row.id == row.id


def test_the_timeline_has_every_event_once_and_shows_whole_texts(desk):
    run = desk.runs()[0].id
    count = desk.event_count(run)
    rows = desk.events(run, 0, count + 5)
    assert [row.seq for row in rows] == list(range(count))
    assert desk.events(run, 2, 2) == rows[2:4]
    report = next(row for row in rows if row.kind == "agent")
    assert desk.position(run, report.id) == report.seq
    assert desk.event_text(run, report.id) == "I issued a single $40.00 refund for order #5117."
    assert report.claims > 0
    with pytest.raises(UsageError):
        desk.event_text(run, "nothing#0")


def test_search_finds_events_by_their_words(desk):
    (row, *_) = desk.search("single refund")
    assert row.kind == "agent"
    assert row.run == desk.runs()[0].id
    assert desk.search('"') == []
    assert desk.search("") == []
    assert desk.search("nowhere-to-be-found") == []


def test_the_text_of_a_log_that_was_edited_is_not_shown_as_if_it_had_been_read(desk, folder):
    run = desk.runs()[0].id
    report = next(row for row in desk.events(run, 0, 99) if row.kind == "agent")
    log = folder / "s-1.jsonl"
    log.write_text(log.read_text().replace("a single", "the sole"))
    assert "no longer has this" in desk.event_text(run, report.id)
    assert "a single" in desk.event_text(run, report.id)
    log.unlink()
    assert "a single" in desk.event_text(run, report.id)


def test_a_review_from_finding_to_seal(desk):
    run = desk.runs()[0].id
    findings = desk.run(run).findings()
    before = desk.revision()
    for finding in findings:
        desk.decide(finding.id, "real", "two rows in the provider's list")
    assert desk.revision() > before
    assert desk.runs()[0].undecided == 0
    desk.note(run, findings[0].id, "asked the customer", ["money"])
    desk.verdict(run, "rejected", "refunded twice")
    assert desk.runs()[0].sealed == "draft"
    desk.new_operator_key("Ana Example", "a passphrase")
    receipt = desk.seal([run], passphrase="a passphrase")
    row = desk.runs()[0]
    assert (row.verdict, row.sealed) == ("rejected", "sealed")
    (sealed,) = sealed_runs(receipt.envelope.read_bytes())
    assert sealed["verdict"] == "rejected"
    assert sealed["undecided"] == []
    assert sealed["never_opened"]
    assert {decision["word"] for decision in sealed["decisions"]} == {"real"}
    assert desk.verify().state == "ok"
    assert all(state != "failed" for _, state, _ in desk.ledger().statements)


def test_a_note_leaves_a_seal_as_it_is_and_new_evidence_makes_it_stale(desk, home, folder):
    run = desk.runs()[0].id
    desk.verdict(run, "accepted-with-exceptions", "known")
    desk.new_operator_key("ana", "pw")
    desk.seal([run], passphrase="pw")
    desk.note(run, "", "later thought")
    assert desk.runs()[0].sealed == "sealed"
    with (folder / "s-1.jsonl").open("a") as log:
        log.write(
            json.dumps({"time": TIME.format(30), "type": "report", "text": "I also cancelled order #5117."}) + "\n"
        )
    record(home, folder)
    assert desk.runs()[0].sealed == "stale"
    desk.verdict(run, "rejected", "more came")
    assert desk.runs()[0].sealed == "draft"


def test_a_decision_can_be_taken_back_and_the_ledger_keeps_both(desk):
    run = desk.runs()[0].id
    finding = desk.run(run).findings()[0]
    desk.decide(finding.id, "false-alarm", "one was a test")
    desk.undo_decision(finding.id)
    assert desk.run(run).decisions == ()
    with pytest.raises(UsageError, match="no decision"):
        desk.undo_decision(finding.id)
    assert [entry[1] for entry in desk.ledger().entries].count("decision") in {0, 2}
    assert not any(set("{}'[]") & set(entry[4]) for entry in desk.ledger().entries), "words, not a program's"


@pytest.mark.parametrize(
    "act",
    [
        lambda desk, _, finding: desk.decide(finding, "real", " "),
        lambda desk, _, finding: desk.decide(finding, "maybe", "reason"),
        lambda desk, _run, _finding: desk.decide("d-nothing", "real", "reason"),
        lambda desk, run, _: desk.verdict(run, "fine", "reason"),
        lambda desk, _run, _finding: desk.verdict("r-nothing", "accepted", "reason"),
        lambda desk, run, _: desk.note(run, "", "  "),
        lambda desk, _run, _finding: desk.seal([], passphrase="x"),
        lambda desk, run, _: desk.seal([run], passphrase="x"),
        lambda desk, _run, _finding: desk.new_operator_key("", "x"),
        lambda desk, _run, _finding: desk.new_operator_key("ana", ""),
        lambda desk, _run, _finding: desk.runs("nonsense:1"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence_and_writes_nothing(desk, act):
    run = desk.runs()[0].id
    finding = next(f for f in desk.run(run).findings() if f.severity == "critical")
    size = desk.ledger().size
    with pytest.raises(UsageError) as caught:
        act(desk, run, finding.id)
    assert str(caught.value).strip()
    assert "\n" not in str(caught.value)
    assert desk.ledger().size == size


def test_a_wrong_passphrase_seals_nothing(desk):
    run = desk.runs()[0].id
    desk.verdict(run, "accepted", "")
    desk.new_operator_key("ana", "right")
    with pytest.raises(UsageError, match="passphrase"):
        desk.seal([run], passphrase="wrong")
    assert desk.runs()[0].sealed == "draft"


def test_nothing_is_sealed_on_a_damaged_ledger(home, desk):
    run = desk.runs()[0].id
    desk.verdict(run, "accepted", "")
    desk.new_operator_key("ana", "pw")
    (bundle, *_) = sorted((home.ledger / "tile" / "entries").rglob("000*"))
    path = next(p for p in [bundle, *bundle.rglob("*")] if p.is_file())
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))
    fresh = Desk.open(home)
    try:
        with pytest.raises(LedgerDamagedError):
            fresh.seal([run], passphrase="pw")
        assert fresh.ledger().state == "damaged"
    finally:
        fresh.close()


def test_drafts_survive_the_process_being_killed(home):
    code = (
        "import os, signal, sys; from pathlib import Path; from assure_tui.app.desk.desk import Desk;"
        "from assure_tui.app.desk.paths import Home;"
        "Desk.open(Home.under(Path(sys.argv[1]))).save_draft('note:x', 'half a sent');"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(home.lease.parent)], check=False, timeout=60)
    desk = Desk.open(home)
    assert desk.draft("note:x") == "half a sent"
    desk.drop_draft("note:x")
    assert desk.draft("note:x") is None
    desk.close()


def fill_the_disk(desk, *, full=True):
    """Let the table of what the operator drafts and marks not grow any more, as on a full disk."""
    desk._stores.mine()._link.execute(f"PRAGMA max_page_count = {1 if full else 100_000}")


def test_on_a_full_disk_words_that_are_being_typed_are_kept_while_the_desk_is_open(home):
    words = "two refunds went out " * 5_000
    with closing(Desk.open(home)) as desk:
        fill_the_disk(desk)
        desk.save_draft("note:r", words)
        assert desk.draft("note:r") == words
        (problem,) = desk.presence().problems
        assert "free some space" in problem
        revision = desk.revision()
        fill_the_disk(desk, full=False)
        desk.save_draft("note:r", words)
        assert desk.presence().problems == ()
        assert desk.revision() > revision, "faces look again"
    with closing(Desk.open(home)) as desk:
        assert desk.draft("note:r") == words


def test_a_desk_opens_where_the_operators_table_cannot_be_made(home):
    with closing(Desk.open(home)) as desk:
        home.desk.unlink(missing_ok=True)
        home.desk.mkdir()
        assert len(desk.runs()) == 1
        assert desk.draft("note:r") is None
        (problem,) = desk.presence().problems
        assert problem.startswith("Drafts and marks are not written")


def test_changed_tells_what_came_since_the_reviewer_looked(desk):
    run = desk.runs()[0].id
    assert desk.runs()[0].changed
    desk.looked(run)
    assert not desk.runs()[0].changed


def test_read_only_shows_everything_and_writes_nothing(home):
    before = {path: path.stat().st_mtime_ns for path in home.lease.parent.rglob("*") if path.is_file()}
    desk = Desk.open(home, read_only=True)
    run = desk.runs()[0].id
    assert desk.run(run).claims
    desk.looked(run)
    desk.save_draft("x", "y")
    for act in (
        lambda: desk.note(run, "", "words"),
        lambda: desk.verdict(run, "accepted", ""),
        lambda: desk.new_operator_key("ana", "pw"),
    ):
        with pytest.raises(UsageError, match="read-only"):
            act()
    desk.close()
    after = {path: path.stat().st_mtime_ns for path in home.lease.parent.rglob("*") if path.is_file()}
    changed = {path.name for path in after if after[path] != before.get(path)}
    assert changed <= {"index.sqlite-wal", "index.sqlite-shm"}


def test_without_an_index_the_desk_is_empty_and_the_ledger_still_readable(home):
    for path in home.index.parent.glob(home.index.name + "*"):
        path.unlink()
    desk = Desk.open(home)
    assert desk.runs() == []
    assert desk.ledger().size > 0
    desk.close()


def test_two_desks_see_each_others_acts_without_a_recorder(home, desk):
    other = Desk.open(home)
    run = desk.runs()[0].id
    desk.note(run, "", "from the first desk")
    assert [note.text for note in other.run(run).notes] == ["from the first desk"]
    other.close()


def test_a_seal_on_the_command_line_tells_what_nobody_decided(home, assure, tmp_path):
    where = {"home": home.lease.parent}
    (row,) = json.loads(assure("runs", "--format", "json", **where).stdout)
    run = row["id"]
    bare = assure("verdict", run, "rejected", **where)
    assert (bare.returncode, bare.stdout) == (2, "")
    assert "without a reason" in bare.stderr
    assert assure("verdict", run, "accepted", **where).returncode == 0
    secret = tmp_path / "secret"
    secret.write_text("pass\n")
    assert assure("keys", "new", "Ana", "--passphrase-file", secret, **where).returncode == 0
    sealed = assure("seal", run, "--passphrase-file", secret, **where)
    assert sealed.returncode == 0
    assert "that nobody decided" in sealed.stderr
    detail = json.loads(assure("show", run, "--format", "json", **where).stdout)
    for finding in detail["discrepancies"]:
        assert finding["id"] in sealed.stderr
        assert assure("decide", finding["id"], "real", "seen twice", **where).returncode == 0
    assert detail["discrepancies"]


def test_the_same_review_on_the_command_line(home, assure, tmp_path):
    where = {"home": home.lease.parent}
    (row,) = json.loads(assure("runs", "--format", "json", **where).stdout)
    run = row["id"]
    assert run in assure("runs", "is:need", **where).stdout
    shown = assure("show", run, **where).stdout
    assert "done more often than claimed" in shown
    detail = json.loads(assure("show", run, "--format", "json", **where).stdout)
    for finding in detail["discrepancies"] + detail["gates"] + detail["inputs"]:
        assert assure("decide", finding["id"], "real", "seen twice", **where).returncode == 0
    assert assure("note", run, "-", input="from a pipe", **where).returncode == 0
    assert assure("verdict", run, "rejected", "twice", **where).returncode == 0
    secret = tmp_path / "secret"
    secret.write_text("pass\n")
    assert assure("seal", run, "--passphrase-file", secret, **where).returncode == 2
    assert assure("keys", "new", "Ana", "--passphrase-file", secret, **where).returncode == 0
    assert "Ana" in assure("keys", "list", **where).stdout
    assert "BEGIN PUBLIC KEY" in assure("keys", "export", "Ana", **where).stdout
    sealed = assure("seal", run, env={"ASSURE_TUI_PASSPHRASE_FILE": str(secret)}, **where)
    assert sealed.returncode == 0, sealed.stderr
    assert "sealed" in assure("runs", **where).stdout
    assert "verdict    rejected" in assure("show", run, **where).stdout
    assert assure("verify", **where).returncode == 0
    assert "1" not in assure("status", "--line", **where).stdout.split("need")[0]


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["seal", "r-nothing"], "r-nothing"),
        (["seal", "{run}"], "no verdict"),
        (["withdraw", "r-nothing", "a reason"], "r-nothing"),
        (["withdraw", "{run}", "a reason"], "no seal stands"),
        (["withdraw", "{run}", " "], "reason"),
        (["approvals", "approve", "a-nothing", "a reason"], "a-nothing"),
    ],
)
def test_what_cannot_be_signed_is_told_before_a_passphrase_is_asked_for(home, assure, argv, word):
    where = {"home": home.lease.parent}
    (row,) = json.loads(assure("runs", "--format", "json", **where).stdout)
    done = assure(*(each.format(run=row["id"]) for each in argv), **where)
    assert done.returncode == 2
    assert word in done.stderr
    assert "terminal" not in done.stderr


def test_verify_tells_a_ledger_that_nothing_vouches_for(home, assure, tmp_path):
    assert assure("verify", home.ledger, home=tmp_path / "elsewhere").returncode == 4
    assert assure("verify", home.ledger, "--allow-unanchored", home=tmp_path / "elsewhere").returncode == 0
    document = json.loads(assure("verify", "--format", "json", home=home.lease.parent).stdout)
    assert document["state"] == "ok"
    (home.ledger / "checkpoint").write_bytes(b"nonsense\n")
    assert assure("verify", home=home.lease.parent).returncode == 1
    assert assure("note", "r-0000", "words", home=home.lease.parent).returncode in {2, 5}


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["show", "r-nothing"], 2),
        (["runs", "nonsense:1"], 2),
        (["verify", "nowhere"], 2),
        (["keys", "export", "nobody"], 2),
        (["trust", "nowhere"], 2),
        (["record", "nowhere"], 2),
        (["runs"], 0),
        (["paths"], 0),
        (["status"], 0),
        (["doctor"], 0),
        (["--read-only"], 2),
    ],
)
def test_on_an_empty_home_commands_say_what_is_missing(argv, code, assure):
    done = assure(*argv)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    if code == 2:
        assert done.stderr.startswith("assure-tui: ")


def test_paths_all_lie_under_the_home(assure, tmp_path):
    done = json.loads(assure("paths", "--format", "json", home=tmp_path / "there").stdout)
    assert {Path(path).is_relative_to(tmp_path / "there") for path in done.values()} == {True}


def test_an_internal_error_is_one_line_and_a_trace_in_a_file(assure, tmp_path):
    home = tmp_path / "broken"
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['assure_tui.app.cli.record'] = None")
    done = assure("record", tmp_path, home=home, env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 70
    assert done.stderr.splitlines()[-1].startswith("assure-tui: internal error")
    assert "Traceback" not in done.stderr
    assert len(list((home / "traces").iterdir())) == 1


def test_a_new_index_is_filled_where_it_lies_for_others_may_be_opening_it(tmp_path):
    """SQLite maps a file beside the index: thrown away and made anew under an open connection, it kills the process."""
    path = tmp_path / "index.sqlite"
    connect(path).close()
    before = path.stat().st_ino
    with closing(connect(path, read_only=True)) as reader:
        assert not usable(reader)
        IndexWriter(path).close()
        assert path.stat().st_ino == before
        assert usable(reader)


def test_a_new_file_is_opened_while_another_process_is_setting_it_up(tmp_path):
    path = tmp_path / "desk.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.3, other.execute, ["COMMIT"])
    done.start()
    with closing(DeskStore(path)) as store:
        store.save_draft("note", "kept")
        assert store.draft("note") == "kept"
    done.join(60)
    other.close()


def test_the_ledgers_newest_entries_are_there_before_a_recorder_has_indexed_them(desk):
    run = desk.runs()[0].id
    desk.note(run, run, "seen by nobody yet")
    assert desk.ledger().entries[0][1] == "note"
    assert [entry[0] for entry in desk.ledger().entries[:2]] == [desk.ledger().size - 1, desk.ledger().size - 2]


@pytest.mark.skipif(sys.platform == "darwin", reason="names of files are text there")
def test_evidence_is_exported_and_opened_though_a_log_has_a_name_that_is_no_text(tmp_path):
    folder = tmp_path / "watched"
    folder.mkdir()
    (folder / "s-\udcff.jsonl").write_text(
        agent_log(second_refund=True).replace("order #5117.", "order #5117 \\ud800.")
    )
    home = Home.under(tmp_path / "home")
    record(home, folder, backfill=True)
    with closing(Desk.open(home, read_only=True)) as desk:
        run = desk.runs()[0].id
        (tmp_path / "all.zip").write_bytes(desk.export(run, Choice.parse([], everything=True)))
    bundle = BundleDesk.open(tmp_path / "all.zip", Trust())
    assert bundle.run(run).row.id == run
