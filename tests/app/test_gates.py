"""Gates of a user's own, what an untrusted file may do with them, waivers, and how rules do."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from assure_tui.app.desk.acts import sealed_runs
from assure_tui.app.desk.config import read_user, read_workspace
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import ConfigError, UsageError
from assure_tui.app.desk.gates.rules_digest import rules_digest
from assure_tui.app.desk.library import Entry
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.rule_stats import Rules, recall
from assure_tui.app.desk.trust import trust
from assure_tui.reconcile.gates.book import book_of, rules_of
from tests.app.recording import record

GATE = """
[[gate]]
id = "refund-cap"
severity = "high"
label = "refund over the cap"
kinds = ["refund"]
require = "amounts.all(m, m.value <= params.cap)"
params = { cap = 50 }
hook = "deny"

[gate.examples]
must_fire = [{ tool = "issue_refund", args = { order = "A-1", amount = 90 } }]
must_not_fire = [{ tool = "issue_refund", args = { order = "A-1", amount = 10 } }]
"""
RUN = """
{"type":"session","format":"assure/1","id":"s-1","agent":"support","time":"2026-03-01T10:00:00Z"}
{"type":"user","text":"Refund 90 USD for order A-1.","time":"2026-03-01T10:00:01Z"}
{"type":"tool_call","call_id":"c1","tool":"issue_refund","args":{"order":"A-1","amount":90},"time":"2026-03-01T10:00:02Z"}
{"type":"tool_result","call_id":"c1","status":"succeeded","text":"{}","time":"2026-03-01T10:00:03Z"}
{"type":"report","text":"I refunded 90 USD for order A-1.","time":"2026-03-01T10:00:04Z"}
"""


def workspace(folder: Path, text: str, gates: str = GATE) -> Path:
    (folder / "mine.gates.toml").write_text(gates, encoding="utf-8")
    path = folder / "assure.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "run.jsonl").write_text(RUN.lstrip(), encoding="utf-8")
    return folder


def gates_of(report: str) -> dict[str, str]:
    return {gate["gate"]: gate["outcome"] for run in json.loads(report)["runs"] for gate in run["gates"]}


# -- files


def test_an_untrusted_workspace_may_add_gates(tmp_path: Path) -> None:
    found = read_workspace(workspace(tmp_path, 'gate_files = ["mine.gates.toml"]'), trusted=False)
    assert "refund-cap" in book_of(found.settings).rules
    assert found.waiting == ()


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ('[gates.egress]\nhook = "deny"', True),
        ('[gates.egress]\nhook = "allow"', False),
        ('[gates.egress]\nhook_from = "medium"', True),
        ('[gates.egress]\nhook_from = "critical"', False),
        ("[gates.egress]\non = false", False),
        ('[gates.egress]\ntools = ["never"]', False),
        ('[gates.egress]\nif_error = "closed"', True),
        ('[gates.egress]\nwaiver = "nobody"', True),
        ('[gates.egress]\nseverity = "low"', False),
        ("[gates.threshold]\non = true\nparams = { amount = 5, currency = 'USD', per_hour = 3 }", True),
        ("[gates.threshold]\nparams = { amount = 9999999 }", False),
    ],
)
def test_what_is_not_trusted_may_only_tighten(tmp_path: Path, change: str, kept: bool) -> None:
    path = workspace(tmp_path, change)
    gate = "threshold" if "threshold" in change else "egress"
    loose = read_workspace(path, trusted=False)
    firm = read_workspace(path, trusted=True)
    assert (rules_of(loose.settings)[gate] == rules_of(firm.settings)[gate]) is kept
    assert (loose.waiting == ()) is kept


def test_a_workspace_cannot_loosen_a_limit_that_the_user_set(tmp_path: Path) -> None:
    home = tmp_path / "config.toml"
    home.write_text("[gates.threshold]\non = true\nparams = { amount = 5, currency = 'USD', per_hour = 3 }")
    path = workspace(
        tmp_path, "[gates.threshold]\non = true\nparams = { amount = 900, currency = 'USD', per_hour = 9 }"
    )
    found = read_workspace(path, trusted=False, user=read_user(home))
    assert rules_of(found.settings)["threshold"].params["amount"] == 5
    assert found.waiting


def test_trust_covers_the_gate_files_and_ends_when_one_changes(tmp_path: Path) -> None:
    path, store = workspace(tmp_path, 'gate_files = ["mine.gates.toml"]'), tmp_path / "trust.json"
    before = read_workspace(path, trust=store)
    trust(store, path, before.digest)
    assert read_workspace(path, trust=store).trusted
    workspace(tmp_path, 'gate_files = ["mine.gates.toml"]', GATE + "# one more remark\n")
    after = read_workspace(path, trust=store)
    assert not after.trusted
    assert rules_digest(before.settings) != rules_digest(after.settings)


@pytest.mark.parametrize(
    ("text", "gates", "said"),
    [
        ('gate_files = ["../x.gates.toml"]', GATE, "lies outside"),
        ('gate_files = ["gone.gates.toml"]', GATE, "cannot be read"),
        ('gate_files = ["assure.toml"]', GATE, "ends with"),
        ("[gates.nothing]\non = true", GATE, "no such gate"),
        ("[gates.threshold]\non = true", GATE, "params.amount"),
        ("[gates.threshold]\nparams = { amonut = 3 }", GATE, "unknown param"),
        ("[gates.threshold]\nparams = { amount = '3' }", GATE, "must be a number"),
        ("[gates.threshold]\nparams = { amount = nan }", GATE, "must be a number"),
        ("[gates.threshold]\nparams = { currency = ['USD'] }", GATE, "must be text"),
        ('[gates.egress]\nhook = "shout"', GATE, "hook"),
        ('gate_files = ["mine.gates.toml"]', GATE + GATE, "two gates"),
        ('gate_files = ["mine.gates.toml"]', GATE.replace("refund-cap", "egress"), "shipped"),
        ('gate_files = ["mine.gates.toml"]', GATE.replace("refund-cap", "Bad Id"), "small letters"),
        ('gate_files = ["mine.gates.toml"]', GATE.replace("amounts.all", "(" * 60), "limits"),
        ('gate_files = ["mine.gates.toml"]', GATE.replace("label", "labbel"), "labbel"),
        ('gate_files = ["mine.gates.toml"]', GATE.replace("severity", "asked = ['x']\nseverity"), "asked"),
        ('gate_files = ["mine.gates.toml"]', "gate = 3", "gates new"),
        (
            'gate_files = ["mine.gates.toml"]',
            GATE.replace("amounts.all(m, m.value <= params.cap)", "!facts.typo"),
            "typo",
        ),
        ('gate_files = ["mine.gates.toml"]', GATE.replace("severity", "phase = 'run'\nseverity"), "phase is run"),
        ('gate_files = ["mine.gates.toml"]', "x = [", "TOML"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(tmp_path: Path, text: str, gates: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_workspace(workspace(tmp_path, text, gates), trusted=True)


def test_the_gate_runs_in_a_batch_check_and_a_waiver_of_a_trusted_file_lets_it_off(
    assure, tmp_path: Path, logs: Path
) -> None:
    path = workspace(tmp_path, 'gate_files = ["mine.gates.toml"]')
    done = assure("reconcile", logs, "--format", "json", "--config", path)
    assert gates_of(done.stdout)["refund-cap"] == "failed"
    waived = 'gate_files = ["mine.gates.toml"]\n[[waivers]]\ngate = "refund-cap"\nby = "Mo"\nreason = "known"\n'
    path.write_text(waived + "until = 2026-04-01", encoding="utf-8")
    assert gates_of(assure("reconcile", logs, "--format", "json", "--config", path).stdout)["refund-cap"] == "waived"
    path.write_text(waived + "until = 2026-02-01", encoding="utf-8")
    assert gates_of(assure("reconcile", logs, "--format", "json", "--config", path).stdout)["refund-cap"] == "failed"


def test_an_endless_condition_does_not_stall_a_check(assure, tmp_path: Path, logs: Path) -> None:
    long = "(" + "+".join(["params.l"] * 60) + ")"
    endless = f"{long}.all(x, {long}.all(y, x + y >= 0))"
    gate = GATE.replace("amounts.all(m, m.value <= params.cap)", endless).replace("cap = 50", f"l = {list(range(250))}")
    path = workspace(tmp_path, 'gate_files = ["mine.gates.toml"]', gate)
    done = assure("reconcile", logs, "--format", "json", "--config", path)
    assert gates_of(done.stdout)["refund-cap"] == "error"


# -- commands


def test_list_show_new_and_test(assure, tmp_path: Path) -> None:
    listed = assure("gates", "list")
    assert listed.returncode == 0
    assert "hook-bypass" in listed.stdout
    documents = json.loads(assure("gates", "list", "--format", "json").stdout)
    assert {row["id"]: row["on"] for row in documents}["threshold"] is False
    assert "deny from critical" in assure("gates", "show", "egress").stdout
    assert assure("gates", "show", "nothing").returncode == 2
    file = tmp_path / "new.gates.toml"
    assert assure("gates", "new", "my-cap", "--out", file).returncode == 0
    assert assure("gates", "new", "my-cap", "--out", file).returncode == 2
    assert assure("gates", "new", "My Cap").returncode == 2
    tested = assure("gates", "test", file)
    assert (tested.returncode, "holds" in tested.stdout) == (0, True)


def test_an_example_that_does_not_hold_is_told_and_fails(assure, tmp_path: Path) -> None:
    file = tmp_path / "x.gates.toml"
    file.write_text(GATE.replace("cap = 50", "cap = 5"), encoding="utf-8")
    done = assure("gates", "test", file)
    assert done.returncode == 1
    assert "fired on" in done.stdout
    file.write_text(GATE.replace("amounts.all(", "amounts.all(("), encoding="utf-8")
    done = assure("gates", "test", file)
    assert done.returncode == 1
    assert "cannot be evaluated" in done.stdout


# -- waivers and performance, on a recorded run


@pytest.fixture
def desk(tmp_path: Path, logs: Path):
    (logs / "run.jsonl").write_text(
        RUN.lstrip() + RUN.strip().splitlines()[2].replace("c1", "c2") + "\n", encoding="utf-8"
    )
    with (logs / "run.jsonl").open("a") as file:
        file.write(RUN.strip().splitlines()[3].replace("c1", "c2") + "\n")
    home = Home.find(tmp_path / "home")
    record(home, logs)
    found = Desk.open(home)
    yield found
    found.close()


def test_a_waiver_is_kept_in_the_ledger_and_runs_out(desk: Desk) -> None:
    (row,) = desk.runs()
    before = {gate.gate: gate.outcome for gate in desk.run(row.id).gates}
    assert before["duplicate-write"] == "failed"
    for seconds in (3, 20, 50):  # a slow machine needs more of them to look while the waiver holds
        until = time.time() + seconds
        given = desk.waive("duplicate-write", row.id, "the shop asked for two", until)
        waived = {gate.gate: gate for gate in desk.run(row.id).gates}["duplicate-write"]
        undecided, entries = desk.runs()[0].undecided, [one.entry for one in desk.waivers(row.id)]
        if time.time() < until:
            break
    assert (waived.outcome, "the shop asked for two" in waived.message) == ("waived", True)
    assert undecided == row.undecided - 1
    assert given.entry in entries
    deadline = time.monotonic() + 60
    while {gate.gate: gate.outcome for gate in desk.run(row.id).gates} != before:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert desk.runs()[0].undecided == row.undecided


def test_a_waiver_in_the_ledger_reaches_a_batch_check_that_only_reads_it(desk: Desk, assure, logs: Path) -> None:
    (row,) = desk.runs()
    check = ("reconcile", logs, "--format", "json", "--home", desk.home.config.parent)
    assert gates_of(assure(*check).stdout)["duplicate-write"] == "failed"
    desk.waive("duplicate-write", row.id, "the shop asked for two", time.time() + 3600)
    before = sorted((path, path.stat().st_mtime_ns) for path in desk.home.ledger.rglob("*"))
    done = assure(*check)
    assert gates_of(done.stdout)["duplicate-write"] == "waived"
    assert "the shop asked for two" in done.stdout
    assert sorted((path, path.stat().st_mtime_ns) for path in desk.home.ledger.rglob("*")) == before


def test_a_batch_check_without_a_ledger_makes_none(assure, logs: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert gates_of(assure("reconcile", logs, "--format", "json", "--home", nowhere).stdout) == {}
    assert not nowhere.exists()


def test_a_waiver_needs_a_gate_a_reason_and_a_time_ahead(desk: Desk) -> None:
    (row,) = desk.runs()
    later = time.time() + 60
    for gate, reason, until in (
        ("nothing", "x", later),
        ("egress", "  ", later),
        ("egress", "x", 5.0),
        ("egress", "x", later + 9e8),
    ):
        with pytest.raises(UsageError):
            desk.waive(gate, row.id, reason, until)
    assert desk.waivers(row.id) == ()


def test_performance_counts_what_people_answered(desk: Desk) -> None:
    (row,) = desk.runs()
    fired = {one.code: one for one in desk.performance()}
    assert fired["duplicate-write"].undecided == 1
    gate = next(gate for gate in desk.run(row.id).gates if gate.gate == "duplicate-write")
    desk.decide(gate.id, "false-alarm", "asked for twice")
    after = {one.code: one for one in desk.performance()}["duplicate-write"]
    assert (after.fired, after.false_alarm, after.undecided, after.precision) == (1, 1, 0, 0.0)
    assert after.seconds is not None
    desk.undo_decision(gate.id)
    assert {one.code: one for one in desk.performance()}["duplicate-write"].undecided == 1


def test_explain_tells_of_every_gate(desk: Desk, assure) -> None:
    (row,) = desk.runs()
    done = assure("gates", "explain", row.id)
    assert done.returncode == 0
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if not line.startswith(" ")}
    assert "1 failed" in lines["duplicate-write"]
    assert "passed" in lines["egress"]
    assert "off" in lines["threshold"]
    assert json.loads(assure("gates", "explain", row.id, "--format", "json").stdout)


def test_a_finding_that_was_withdrawn_is_counted_apart() -> None:
    def entry(index: int, kind: str, **clear: object) -> Entry:
        return Entry(index=index, kind=kind, subject="t-1", time=index * 1000, clear=clear, content=None)

    rules = Rules()
    rules.take(
        [
            entry(0, "gate", id="g-1", code="egress", state="open"),
            entry(1, "gate", id="g-2", code="egress", state="open"),
        ]
    )
    assert [row.fired for row in rules.rows()] == [2]
    rules.take(
        [
            entry(2, "gate", id="g-1", code="egress", state="withdrawn"),
            entry(61, "decision", finding="g-2", word="real"),
        ]
    )
    (row,) = rules.rows()
    assert (row.fired, row.withdrawn, row.real, row.seconds) == (1, 1, 1, 60.0)
    assert rules.read_to == 62


def test_kinds_that_reviewers_had_to_add_come_first() -> None:
    kinds = recall([("refund", 9), ("tests-pass", 4)], ["refund", "order"])
    assert [(one.kind, one.read, one.missed, one.share) for one in kinds] == [
        ("order", 0, 1, 0.0),
        ("refund", 9, 1, 0.9),
        ("tests-pass", 4, 0, 1.0),
    ]


def test_a_waiver_stands_in_the_sealed_verdict(desk: Desk) -> None:
    (row,) = desk.runs()
    desk.waive("duplicate-write", row.id, "the shop asked for two", time.time() + 60)
    desk.new_operator_key("mo", "a passphrase of some length")
    desk.verdict(row.id, "accepted-with-exceptions", "as waived")
    receipt = desk.seal([row.id], passphrase="a passphrase of some length")
    (sealed,) = sealed_runs(receipt.envelope.read_bytes())
    assert [(waiver["gate"], waiver["reason"]) for waiver in sealed["waivers"]] == [
        ("duplicate-write", "the shop asked for two")
    ]
