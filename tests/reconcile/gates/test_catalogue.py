"""Every shipped gate meets what it must, and lets pass what it must; facts and conditions agree."""

from __future__ import annotations

import tomllib

import msgspec
import pytest

from assure_tui.app.desk.gates import evaluator as evaluating
from assure_tui.app.desk.gates.evaluator import CelEvaluator, evaluator
from assure_tui.reconcile.engine import State, close, step
from assure_tui.reconcile.gates.book import book_of, rules_of
from assure_tui.reconcile.gates.examples import events, play, told
from assure_tui.reconcile.gates.history import History
from assure_tui.reconcile.gates.limits import fault
from assure_tui.reconcile.model import GateResult
from assure_tui.reconcile.rulebook import (
    FACTS,
    Example,
    GateChange,
    Rule,
    Step,
    Waiver,
    answer,
    catalogue,
    seconds,
)
from assure_tui.reconcile.settings import Settings


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the conditions say is tested here, and not how busy the machine is."""
    monkeypatch.setattr(evaluating, "DEADLINE", 20.0)


DESIGN = """hook-bypass permission-bypass sandbox-off guard-edit check-masking test-weakening destructive-files
history-loss data-destruction secret-read remote-execution egress approval-order threshold duplicate-write freeze-window
verify-before-claim read-before-write scope log-gap"""


def results(example: Example, settings: Settings, cel: CelEvaluator | None = None) -> list[GateResult]:
    state, found = State(settings, cel or evaluator()), dict[str, GateResult]()
    for event in events(example):
        for change in step(state, event)[1]:
            if isinstance(change.value, GateResult):
                found[change.value.id] = change.value
    for change in close(state)[1]:
        if isinstance(change.value, GateResult):
            found[change.value.id] = change.value
    return list(found.values())


def test_the_catalogue_is_that_of_the_design() -> None:
    assert set(catalogue()) == set(DESIGN.split())


@pytest.mark.parametrize("gate", sorted(catalogue()))
def test_a_gate_does_what_its_examples_say(gate: str) -> None:
    rule = catalogue()[gate]
    played = list(play(rule, evaluator()))
    assert {one.must_fire for one in played} == {True, False}
    assert [(one.example, one.must_fire, one.broken) for one in played if not one.holds] == []


def test_every_fact_that_a_gate_asks_for_is_one_that_code_tells() -> None:
    for phase, facts in FACTS.items():
        asked = {rule.fact for rule in catalogue().values() if rule.fact is not None and rule.phase == phase}
        assert asked == set(facts)


def test_templates_are_off_until_they_are_given_what_they_need() -> None:
    templates = {name for name, rule in catalogue().items() if rule.needs}
    assert templates == {"threshold", "approval-order", "freeze-window", "scope"}
    assert not templates & book_of(Settings()).rules.keys()
    changed = Settings(gate_changes={"threshold": GateChange(on=True, params={"amount": 5})})
    assert book_of(changed).rules["threshold"].params["amount"] == 5
    assert rules_of(changed)["threshold"].params["currency"] == "USD"


OWN = Rule(
    id="own",
    severity="high",
    label="own rule",
    when="kind == 'refund'",
    require="amounts.all(m, m.value <= params.limit)",
    params={"limit": 50},
    hook="deny",
    if_error="closed",
)
REFUND = Step(tool="issue_refund", args={"order": "A-1", "amount": 90})


def own(example: Example, rule: Rule = OWN, **settings: object) -> list[GateResult]:
    return [r for r in results(example, Settings(gates=(rule,), **settings)) if r.gate == rule.id]  # type: ignore[arg-type]


def test_a_gate_of_the_users_own_fails_with_its_own_severity_and_label() -> None:
    (result,) = own(REFUND)
    assert (result.outcome, result.severity) == ("failed", "high")
    assert "own rule" in result.message
    assert answer(OWN, result) == "deny"


def test_a_gate_that_is_not_concerned_says_nothing() -> None:
    assert own("ls") == []
    assert own(Step(tool="issue_refund", args={"order": "A-1", "amount": 10})) == []


@pytest.mark.parametrize("require", ["args.nothing == 1", "nothing > 1", "1 + 1", "amounts[0].value + 1 > 2", "("])
def test_what_cannot_be_evaluated_is_an_error_and_never_a_pass(require: str) -> None:
    rule = Rule(id="own", severity="high", label="x", require=require, hook="ask", if_error="closed")
    (result,) = own(REFUND, rule)
    assert result.outcome == "error"
    assert answer(rule, result) == "ask"


def test_a_time_that_the_log_does_not_have_is_an_error() -> None:
    example = [REFUND]
    state = State(Settings(gates=(Rule(id="own", severity="low", label="x", require="time > 0.0"),)), evaluator())
    outcomes = []
    for event in events(example):
        changes = step(state, msgspec.structs.replace(event, time=None))[1]
        outcomes += [c.value.outcome for c in changes if isinstance(c.value, GateResult) and c.value.gate == "own"]
    assert outcomes == ["error"]


def test_without_an_evaluator_a_condition_is_not_evaluated_and_says_so() -> None:
    state = State(Settings(gates=(OWN,)))
    found = [c.value for event in events(REFUND) for c in step(state, event)[1] if isinstance(c.value, GateResult)]
    assert {value.outcome for value in found if value.gate == "own"} == {"not-evaluated"}


def test_a_condition_may_be_built_of_facts() -> None:
    rule = Rule(
        id="own",
        severity="critical",
        label="no force in release work",
        require="!(facts.history_loss && 'force-push' in reasons && user.said.contains('release'))",
    )
    assert own([Step(user="prepare the Release"), "git push --force origin x"], rule)
    assert not own([Step(user="prepare the Release"), "git push origin x"], rule)
    assert not own(["git push --force origin x"], rule)


def test_gates_of_a_turn_and_of_a_run_see_claims_and_counts() -> None:
    turn = Rule(id="own", phase="turn", severity="low", label="x", require="!claims.exists(c, c.kind == 'tests')")
    assert own(["ls", Step(says="All tests pass.")], turn)
    run = Rule(id="own", phase="run", severity="low", label="x", require="run.calls < 3")
    assert own(["ls", "pwd", "id"], run)
    assert not own(["ls", "pwd"], run)


def test_a_denied_call_is_information() -> None:
    denied = Step(tool="issue_refund", args={"order": "A-1", "amount": 90}, status="denied")
    assert [r.severity for r in own(denied)] == ["info"]


def test_a_waiver_lets_a_gate_off_until_it_runs_out() -> None:
    late = Waiver(gate="own", by="Mo", reason="known", until=1e12)
    (result,) = own(REFUND, waivers=(late,))
    assert result.outcome == "waived"
    assert "Mo" in result.message
    assert answer(OWN, result) == "allow"
    early = Waiver(gate="own", by="Mo", reason="known", until=1000.0)
    assert [r.outcome for r in own(REFUND, waivers=(early,))] == ["failed"]
    never = Rule(id="own", severity="high", label="x", require="false", waiver="nobody")
    assert {r.outcome for r in own(REFUND, never, waivers=(late,))} == {"failed"}


@pytest.mark.parametrize(
    ("severity", "gate", "expected"),
    [
        ("medium", "egress", "allow"),
        ("high", "egress", "ask"),
        ("critical", "egress", "deny"),
        ("critical", "secret-read", "allow"),
        ("low", "destructive-files", "allow"),
    ],
)
def test_the_hook_answers_by_severity(severity: str, gate: str, expected: str) -> None:
    (some,) = own(REFUND)
    assert answer(catalogue()[gate], msgspec.structs.replace(some, severity=severity)) == expected


def test_an_alias_that_the_run_defined_earlier_is_followed() -> None:
    fired = results(["git config alias.ci 'commit --no-verify'", "git ci -m x"], Settings())
    assert [r.gate for r in fired if r.outcome == "bypassed"] == ["hook-bypass"]
    assert results(["git config alias.ci commit", "git ci -m x"], Settings()) == []
    assert results(["git config alias.a b", "git config alias.b a", "git a"], Settings()) == []


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 40 + "true" + ")" * 40,
        "l.all(a, l.all(b, l.all(c, true)))",
        "l.map(a, l . map (b, l.\nfilter(c, true)))",
        "!" * 300 + "true",
        "x" * 3000,
        "l.all(a, true)" + " && l.all(a, true)" * 9,
    ],
)
def test_an_expression_beyond_the_limits_is_refused(expression: str) -> None:
    assert fault(expression)


@pytest.mark.parametrize(
    "expression",
    ["l.all(a, l.all(b, a == b))", "'((((((' == x", '"l.all(a, l.all(b, l.all(c, 1)))" == s', "l.size() > 1 ? a : b"],
)
def test_an_ordinary_expression_is_within_the_limits(expression: str) -> None:
    assert fault(expression) is None


def test_times_in_toml_become_seconds() -> None:
    table = tomllib.loads("a = 2026-01-01\nb = 2026-01-01T00:00:00+01:00\nc = [{ d = 2026-01-01T00:00:00 }]")
    assert seconds(table) == {"a": 1767225600.0, "b": 1767222000.0, "c": [{"d": 1767225600.0}]}


def test_an_example_is_told_in_one_line() -> None:
    assert told([Step(user="go"), "ls\npwd"]) == "user go; ls⏎pwd"


def test_calls_at_work_count_towards_a_limit() -> None:
    rule = Rule(
        id="own",
        severity="high",
        label="too many",
        kinds=["refund"],
        require="hour.same_kind <= params.n",
        params={"n": 2},
    )
    calls = [Step(tool="issue_refund", args={"order": f"A-{n}", "amount": 5}, status="running") for n in range(4)]
    assert len(own([*calls], rule)) == 2
    failed = [Step(tool="issue_refund", args={"order": f"A-{n}", "amount": 5}, status="failed") for n in range(4)]
    assert own([*failed], rule) == []


def test_the_same_act_at_once_is_a_duplicate_until_the_first_fails() -> None:
    refund = {"tool": "issue_refund", "args": {"order": "A-1", "amount": 5}}
    twice = [Step(**refund, status="running"), Step(**refund, status="running")]  # type: ignore[arg-type]
    assert [r.reason for r in results([*twice], Settings()) if r.gate == "duplicate-write"] == ["repeated-at-once"]


def test_memory_is_bounded_whatever_is_called() -> None:
    history = History()
    for number in range(6000):
        events_of = list(events(Step(tool=f"tool_{number}", args={"a": number}, status="running")))
        call = msgspec.structs.replace(events_of[1], call_id=f"c{number}")
        history.called(call, ())  # type: ignore[arg-type]
    assert max(len(history.tools), len(history.waiting), len(history.latest)) <= 4096
