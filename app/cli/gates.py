"""`assure-tui gates`: the gates there are, what they say of a run, their examples, and how they do."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from assure_tui.app.cli.talk import gathered, talk
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.gates.evaluator import evaluator
from assure_tui.app.desk.gates.examples import Tested, broken_conditions, tested
from assure_tui.app.desk.gates.files import ID, SUFFIX, read_gate_file
from assure_tui.app.desk.setting import Setting
from assure_tui.app.desk.views import RunDetail
from assure_tui.app.neutral import neutral_line
from assure_tui.reconcile.gates.book import rules_of
from assure_tui.reconcile.model import GateResult
from assure_tui.reconcile.rulebook import Rule, catalogue

WIDTH = 240
_SPAN = re.compile(r"\d{1,6}[smhdw]")


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says."""
    return _COMMANDS[arguments.what](arguments)


def _rules(arguments: argparse.Namespace) -> dict[str, Rule]:
    return rules_of(gathered(arguments).workspace.settings)


def _known(arguments: argparse.Namespace) -> Rule:
    rule = _rules(arguments).get(arguments.gate)
    if rule is None:
        raise UsageError(f"there is no gate {arguments.gate!r}: `assure-tui gates list` lists them.")
    return rule


def _list(arguments: argparse.Namespace) -> int:
    rules = _rules(arguments)
    if arguments.format == "json":
        _json([_document(rule) for rule in rules.values()])
        return 0
    width = max(len(_answers(rule)) for rule in rules.values())
    for rule in rules.values():
        state = "on " if rule.on else "off"
        own = "" if rule.id in catalogue() else " (your own)"
        _say(f"{rule.id:<20} {state} {rule.phase:<5} {rule.severity:<8} {_answers(rule):<{width}}  {rule.label}{own}")
    return 0


def _answers(rule: Rule) -> str:
    """Say what the hook answers when a gate fails."""
    parts = [] if rule.hook == "allow" else [f"{rule.hook} from {rule.hook_from}"]
    if rule.deny_from is not None:
        parts.append(f"deny from {rule.deny_from}")
    return "hook: " + (", ".join(parts) or "allow, and record")


def _show(arguments: argparse.Namespace) -> int:
    rule = _known(arguments)
    if arguments.format == "json":
        _json(_document(rule))
        return 0
    _say(f"{rule.id}: {rule.label}")
    _say(f"  {rule.description}")
    state = "on" if rule.on else f"off; to switch it on, set [gates.{rule.id}] on = true and params in assure.toml"
    for name, value in (
        ("state", state),
        ("phase", rule.phase),
        ("severity", rule.severity),
        ("looks at", _filters(rule)),
        ("when", rule.when or "always"),
        ("requires", rule.require),
        ("params", ", ".join(f"{key} = {value}" for key, value in rule.params.items()) or "none"),
        ("needs", ", ".join(rule.needs) or "nothing"),
        ("hook", f"{_answers(rule).removeprefix('hook: ')}; on an error it fails {rule.if_error}"),
        ("waiver", f"by {rule.waiver}"),
        ("controls", ", ".join(rule.controls) or "none"),
        ("examples", f"{len(rule.examples.must_fire)} must fire, {len(rule.examples.must_not_fire)} must not"),
    ):
        _say(f"  {name:<9} {value}")
    return 0


def _filters(rule: Rule) -> str:
    if rule.phase != "event":
        return f"every {rule.phase}"
    parts = [f"{name} {', '.join(listed)}" for name in ("tools", "kinds", "classes") if (listed := getattr(rule, name))]
    return "calls with " + " and ".join(parts) if parts else "every call"


def _explain(arguments: argparse.Namespace) -> int:
    setting = Setting.gather(home=arguments.home, config=arguments.config)
    with closing(Desk.open(setting.home, config=setting.user, read_only=not setting.home.ledger.exists())) as desk:
        detail = desk.run(arguments.run)
    rules = rules_of(setting.workspace.settings)
    if arguments.format == "json":
        _json([_explained(name, rule, detail) for name, rule in _every(rules, detail.gates)])
        return 0
    for name, rule in _every(rules, detail.gates):
        met = [result for result in detail.gates if result.gate == name]
        _say(f"{name:<20} {_state(rule, met)}")
        for result in met:
            where = f" (call {result.call_ids[0]})" if result.call_ids else ""
            _say(f"    {result.outcome}, {result.severity}: {result.message}{where}")
    return 0


def _every(rules: dict[str, Rule], results: Iterable[GateResult]) -> list[tuple[str, Rule | None]]:
    """Return all gates, and those that were in force when the run was read and are not any more."""
    return [*rules.items(), *((name, None) for name in sorted({result.gate for result in results} - rules.keys()))]


def _state(rule: Rule | None, met: Sequence[GateResult]) -> str:
    if met:
        outcomes = [result.outcome for result in met]
        return ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in dict.fromkeys(outcomes))
    if rule is None or not rule.on:
        return "off"
    return f"passed: no {'call' if rule.phase == 'event' else rule.phase} of the run met it"


def _explained(name: str, rule: Rule | None, detail: RunDetail) -> dict[str, object]:
    met = [result for result in detail.gates if result.gate == name]
    return {"gate": name, "state": _state(rule, met), "results": [msgspec.to_builtins(result) for result in met]}


def _new(arguments: argparse.Namespace) -> int:
    if not ID.fullmatch(arguments.gate):
        raise UsageError(f"{arguments.gate!r} is not an id: use small letters, digits and dashes, a letter first.")
    template = _template(arguments.gate)
    if arguments.out is None:
        sys.stdout.write(template)
        return 0
    path: Path = arguments.out
    if not path.name.endswith(SUFFIX):
        raise UsageError(
            f"{path} must end with `{SUFFIX}`, so that the gate `guard-edit` notices if an agent writes it."
        )
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template)
    except FileExistsError as error:
        raise UsageError(f"{path} already exists: name another file, or print the gate without --out.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}): name another place.") from error
    talk(f'wrote {path}; name it in assure.toml: gate_files = ["{path.name}"].')
    return 0


def _template(gate: str) -> str:
    from importlib.resources import files  # noqa: PLC0415 - only here

    text = (files("assure_tui.app.desk") / "data" / "new.gates.toml").read_text(encoding="utf-8")
    return text.replace("@ID@", gate)


def _test(arguments: argparse.Namespace) -> int:
    """Play the examples; 1 when one does not hold, or a condition cannot be evaluated."""
    if arguments.files:
        rules = [rule for path in arguments.files for rule in read_gate_file(path).rules]
    else:
        rules = list(_rules(arguments).values())
    results = [tested(rule, evaluator()) for rule in rules]
    problems = {rule.id: broken_conditions(rule, evaluator()) for rule in rules}
    if arguments.format == "json":
        _json([_tested_document(result, problems[result.gate]) for result in results])
    else:
        for result in results:
            _print_tested(result, problems[result.gate])
    wrong = sum(len(result.wrong) for result in results) + sum(map(len, problems.values()))
    played = sum(result.played for result in results)
    untested = sum(not result.played for result in results)
    tail = f"; {untested} without any example" if untested else ""
    talk(f"{len(rules)} gates, {played} examples, {wrong} wrong{tail}.")
    return int(bool(wrong))


def _print_tested(result: Tested, problems: Sequence[str]) -> None:
    state = "wrong" if result.wrong or problems else "holds" if result.played else "untested"
    _say(f"{result.gate:<20} {state}: {result.fire} must fire, {result.played - result.fire} must not")
    for problem in problems:
        _say(f"    {problem}")
    for wrong in result.wrong:
        what = "did not fire on" if wrong.must_fire else "fired on"
        why = wrong.broken or "; ".join(value.message for value in wrong.results)
        _say(f"    {what}: {wrong.example}" + (f" ({why})" if why else ""))


def _tested_document(result: Tested, problems: Sequence[str]) -> dict[str, object]:
    wrong = [
        {"example": one.example, "must_fire": one.must_fire, "fired": one.fired, "error": one.broken}
        for one in result.wrong
    ]
    return {"gate": result.gate, "played": result.played, "wrong": wrong, "problems": list(problems)}


def _performance(arguments: argparse.Namespace) -> int:
    setting = Setting.gather(home=arguments.home)
    with closing(Desk.open(setting.home, config=setting.user, read_only=True)) as desk:
        rows, kinds = desk.performance(), desk.recall()
    if arguments.format == "json":
        _json([msgspec.to_builtins(row) for row in rows])
        return 0
    if not rows:
        talk("the ledger has no findings yet: run `assure-tui` or `assure-tui record`.")
        return 0
    _say(
        f"{'rule':<28} {'fired':>6} {'runs':>5} {'real':>5} {'false':>6} {'accepted':>9} {'open':>5}  median to decide"
    )
    for row in rows:
        spent = "-" if row.seconds is None else _duration(row.seconds)
        _say(
            f"{row.code:<28} {row.fired:>6} {row.runs:>5} {row.real:>5} {row.false_alarm:>6} {row.accepted:>9}"
            f" {row.undecided:>5}  {spent}"
        )
    for kind in kinds:
        _say(f"claims of kind {kind.kind}: {kind.read} read, {kind.missed} added by reviewers ({kind.share:.0%} read)")
    return 0


def _duration(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def _waive(arguments: argparse.Namespace) -> int:
    setting = Setting.gather(home=arguments.home)
    with closing(Desk.open(setting.home, config=setting.user)) as desk:
        given = desk.waive(arguments.gate, arguments.run, arguments.reason, _until(arguments.until))
    until = datetime.fromtimestamp(given.until, UTC).isoformat(timespec="seconds")
    _say(f"{given.gate} waived on {given.run} until {until} (entry {given.entry})")
    return 0


def _until(text: str) -> float:
    """Read a time ahead: ISO 8601 (local time unless it says otherwise), or a span such as `7d`."""
    from assure_tui.app.cli.check import moment  # noqa: PLC0415 - only here

    now = datetime.now(UTC).timestamp()
    try:
        found = moment(text, now)
    except UsageError as error:
        raise UsageError(f"--until {text!r} is not a time: write 2026-03-01, 2026-03-01T14:00, or 8h, 7d.") from error
    return 2 * now - found if _SPAN.fullmatch(text) else found


def _document(rule: Rule) -> dict[str, object]:
    document: dict[str, object] = msgspec.to_builtins(rule)
    return document | {"shipped": rule.id in catalogue()}


def _json(value: object) -> None:
    json.dump(value, sys.stdout)
    print()


def _say(text: str) -> None:
    print(neutral_line(text, WIDTH).rstrip())


_COMMANDS = {
    "list": _list,
    "show": _show,
    "explain": _explain,
    "new": _new,
    "test": _test,
    "performance": _performance,
    "waive": _waive,
}
