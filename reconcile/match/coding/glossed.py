"""Failures that a report glosses over: a command ended badly, and the words about it tell of a good end.

Any command may be somebody's check, whatever its program is: a regression job, a load test, an upload. That it failed
is proven by its exit code, or likely by what it printed last. Which words are about it is told by the words they share
with the command and with its output; of all commands of the turn the one that shares most is meant. What the report
owns up to in any words is no finding, nor is a failure that something was done about since. Claims of checks are
judged by themselves; this reads sentences that no rule knows, and so it is told at low severity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.segment import Unit, units
from assure_tui.reconcile.match.coding.admissions import leaves_room, owns_up, plans, tells_an_end
from assure_tui.reconcile.match.coding.concealed import is_foreign
from assure_tui.reconcile.match.coding.named import whole
from assure_tui.reconcile.match.coding.ruling import command, finding, short
from assure_tui.reconcile.match.coding.steps import CHANGES, CHECKS, Step
from assure_tui.reconcile.match.coding.words import stems_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.ingest.model import AgentText, ToolResult
    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.model import Claim, Severity

MAX_RUNS = 64
"""Commands of a turn, the latest, among which the one that words are about is looked for."""
MAX_TEXTS = 8
MAX_TEXT = 8000
MAX_TAIL = 1500
"""Code points from the end of an output whose words tell what the command was about."""
MAX_TOLD = 4
"""Findings of one turn."""
MIN_SHARED = 2
"""Telling words that a sentence shares with the command it is about, unless it names the whole command."""
MAX_CLAUSES = 40
_CLAUSE = re.compile(r"[;,](?=\s)| and | [–—] |: ")
_SPAN = re.compile(r"`([^`\n]{1,200})`")
_DOUBT: Severity = "low"
_RUNS = frozenset({*CHECKS, "format", "ran", "remote", "installed", "deployed", "committed", "pushed", "opened_pr"})
_BENIGN = frozenset({124, 126, 127, 130, 137, 141, 143})
"""Exit codes of commands that were stopped (`timeout`, signals) or that are not there, not of such as failed."""


class _Run(msgspec.Struct, frozen=True):
    step: Step
    tail: str

    @property
    def failed(self) -> bool:
        """The log proves that it failed."""
        effect = self.step.effect
        if effect.results.get("verdict") in {"pass", "fail"}:
            return bool(effect.results["verdict"] == "fail")
        return effect.status == "failed" and effect.exit_code not in _BENIGN


class _Told(msgspec.Struct, frozen=True):
    text: str
    claims: tuple[tuple[int, int, str], ...]


class Glossed:
    """The commands of one turn and the words it ended with."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._runs: dict[str, _Run] = {}
        self._texts: list[_Told] = []
        self._judged: set[str] = set()
        """Effects and claims that a finding speaks of already."""

    def said(self, event: AgentText, claims: Sequence[Claim]) -> None:
        """Take the agent's words with their claims."""
        spans = tuple((*claim.span, claim.id) for claim in claims)
        self._texts = [*self._texts, _Told(event.text[:MAX_TEXT], spans)][-MAX_TEXTS:]

    def went_on(self) -> None:
        """Forget the words so far: the agent acts on, and what it said was no report."""
        self._texts.clear()

    def judged(self, names: Sequence[str]) -> None:
        """Take note of effects and claims that a finding speaks of."""
        self._judged.update(names)

    def returned(self, result: ToolResult, steps: Sequence[Step]) -> None:
        """Take what came of a call. A command that is run again by the same words replaces its earlier run."""
        for step in steps:
            if step.effect.kind not in _RUNS or step.effect.status in {"running", "denied"}:
                continue
            key = " ".join(_own_line(step).split()) or step.effect.id
            self._runs.pop(key, None)
            self._runs[key] = _Run(step, result.text[-MAX_TAIL:])
            if len(self._runs) > MAX_RUNS:
                self._runs.pop(next(iter(self._runs)))

    def close(self, seen: Seen) -> None:
        """End the turn."""
        runs = list(self._runs.values())
        failed = [run for run in runs if run.failed and self._stands(run, runs, seen)]
        if failed and self._texts and not any(owns_up(told.text) or is_foreign(told.text) for told in self._texts):
            self._tell(failed, runs)
        self._runs.clear()
        self._texts.clear()
        self._judged.clear()

    def _stands(self, run: _Run, runs: list[_Run], seen: Seen) -> bool:
        """Return whether nothing was done about a failure: no change, no later run of the program that did not fail."""
        step = run.step
        changed = seen.last(*CHANGES)
        if step.effect.id in self._judged or (changed and changed.ok and changed.at > step.at):
            return False
        return not any(
            other.step.at > step.at and not other.failed and _program(other.step) == _program(step) for other in runs
        )

    def _tell(self, failed: list[_Run], runs: list[_Run]) -> None:
        """Find for each failed command the sentence that is most about it."""
        words = {run.step.effect.id: stems_of(f"{_own_line(run.step)}\n{run.tail}") for run in runs}
        best: dict[str, tuple[int, _Run, Unit, _Told]] = {}
        for text, unit, clause in self._clauses():
            meant = _meant(clause, runs, words)
            if meant is None or meant[0] not in failed:
                continue
            run, shared = meant
            if run.step.effect.id not in best or shared > best[run.step.effect.id][0]:
                best[run.step.effect.id] = (shared, run, unit, text)
        for _, run, unit, text in list(best.values())[:MAX_TOLD]:
            self._put(run.step, unit, text)

    def _clauses(self) -> Iterator[tuple[_Told, Unit, str]]:
        """Yield the sentences, and their clauses, that tell of a good end, and leave no room for another."""
        for text in self._texts:
            for unit in units(text.text):
                if unit.form == "heading" or unit.quoted or plans(unit.text) or leaves_room(unit.text):
                    continue
                for clause in dict.fromkeys((unit.text, *_CLAUSE.split(unit.text)[:MAX_CLAUSES])):
                    if tells_an_end(clause):
                        yield text, unit, clause

    def _put(self, step: Step, unit: Unit, text: _Told) -> None:
        inside = (name for start, end, name in text.claims if start < unit.end and unit.start < end)
        claim = next((name for name in inside if name not in self._judged), None)
        effect = step.effect
        ending = f" (exit {effect.exit_code})" if effect.exit_code else ""
        self._board.put(
            finding(
                "failed-effect",
                effect,
                _DOUBT,
                f"says “{short(unit.text)}”; {command(step)}, which it may be about, failed last{ending}",
                "a later run that passes, or telling the user that it failed",
                claim,
            ),
            settled=True,
        )


def _own_line(step: Step) -> str:
    return str(step.effect.args.get("command") or "")[:MAX_TEXT]


def _program(step: Step) -> str:
    """Return what a command is known by: the program, and the first word that it is given; of checks their kind."""
    if step.effect.kind in CHECKS:
        return step.effect.kind
    argv = [str(word) for word in step.effect.args.get("argv") or ("",)]
    return " ".join([argv[0].rpartition("/")[2], *[word for word in argv[1:] if not word.startswith("-")][:1]])


def _meant(clause: str, runs: list[_Run], words: dict[str, dict[str, str]]) -> tuple[_Run, int] | None:
    """Find the command that a clause is about, with how many telling words they share."""
    codes = [code.strip().lower() for code in _SPAN.findall(clause)]
    for run in reversed(runs):
        line = _own_line(run.step).lower()
        if any(" " in code and whole(code, line) for code in codes):
            return run, MAX_TEXT
    said = stems_of(clause)
    best = max(runs, key=lambda run: (_score(run, said, runs, words), run.step.at))
    line = _own_line(best.step).lower()
    shared = [stem for stem in said if stem in words[best.step.effect.id] or (stem in line and not stem.isdigit())]
    own = any(stem in line for stem in shared)
    return (best, len(shared)) if len(shared) >= MIN_SHARED and own else None


def _score(run: _Run, said: dict[str, str], runs: list[_Run], words: dict[str, dict[str, str]]) -> float:
    own = words[run.step.effect.id]
    return sum(1 / sum(stem in words[other.step.effect.id] for other in runs) for stem in said if stem in own)
