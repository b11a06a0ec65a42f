"""What a run was seen to do to code: edits by path, checks, commits, pushes and the rest; bounded."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.logged import base_name, shown_later, written_to
from assure_tui.reconcile.latest import Latest
from assure_tui.reconcile.match.coding.rigged import weakened
from assure_tui.reconcile.match.coding.steps import (
    CHANGES,
    CHECKS,
    MAX_SCAN,
    Step,
    Touch,
    bare,
    by_git,
    command_of,
    matters,
    name_of,
    only_comments,
    paths_of,
    restores,
)
from assure_tui.reconcile.prefilter import Sieve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.ingest.model import ToolResult
    from assure_tui.reconcile.model import Effect

MAX_PATHS = 4096
"""Distinct paths remembered; the one touched longest ago is forgotten first."""
MAX_EACH = 128
"""Effects remembered of each kind that is told by order rather than by path."""
MAX_SHAS = 2048
MAX_FOLDERS = 32
MAX_SHOWN = 64
"""Results of which the words are kept."""
MAX_TAIL = 4096
"""Code points at the end of one result that are searched for words of a pass."""
_PRINTED_TESTS = re.compile(
    r"\b(?:all (?:\d+ )?tests? pass(?:ed)?|tests? passed|\d+ (?:tests? )?pass(?:ed|ing))\b"
    r"|^\W{0,8}(?:test|check|case|step)? ?#?\d{0,4}\W{0,4}pass(?:ed)?\b",
    re.MULTILINE,
)
_PRINTED = {
    "tests": ("pass", _PRINTED_TESTS),
    "lint": (" error", re.compile(r"\b(?:0|no) (?:\w{1,20} )?errors?\b")),
}
"""What commands print that pass, and a word that each such line holds."""
_SHA = re.compile(r"[0-9a-f](?<![\w-].)[0-9a-f]{6,39}(?![\w-])")
"""A commit id. It begins with a class of characters, since Python skips to one of those at once."""
REPORTED = {
    "tests": re.compile(r"\b(?:tests?|suites?|specs?|pytest|vitest|jest)\b", re.IGNORECASE),
    "lint": re.compile(r"\b(?:lint\w*|type-?check\w*|vet|clippy|ruff|eslint|mypy|tsc|fmt|format\w*)\b", re.IGNORECASE),
    "build": re.compile(r"\b(?:builds?|built|compil\w+)\b", re.IGNORECASE),
}
_SPOKEN_OF = Sieve(tuple(REPORTED.values()))
_LAUNCHED = re.compile(r"\b(?:launched|running in the background|async agent|started|spawned)\b", re.IGNORECASE)
_HISTORY = Sieve([r"(?:^|[\s;&|(])(?:git|gh|glab|hub|hg|jj)\s"])
"""A command that may print commit ids, also where it only looks."""
MAX_FIRST = 6
"""Steps of a run in which it looks at what it finds."""
_COMPARES = re.compile(r"\b(?:git|jj|hg)\b.{0,40}\b(?:status|diff|show|log)\b")
_CHANGED_FILE = re.compile(
    r"^(?: ?[MARCD?]{1,2} {1,2}|\tmodified: {1,8}|\tnew file: {1,8}|\+\+\+ b/"
    r"| (?=\S{1,300} {1,200}\| {1,8}\d))(?P<path>[^\s|]{1,300})",
    re.MULTILINE,
)
"""A file in what `git status`, `git diff` and `git diff --stat` print."""
PLACES = frozenset({"rm", "mv"})
_LOOKS = frozenset({"read", "search", "ran"})
_NONE: OrderedDict[str, Step] = OrderedDict()


def _names(path: str) -> set[str]:
    """Return the names by which a path is called: of one with blanks also the last part."""
    name = name_of(path)
    return {name, name.rpartition(" ")[2]}


_READS_TEXT = re.compile(
    r"(?:sed -n|nl|bat|cat|head|tail|less|awk)\b(?!.{0,300}\.(?:log|out|output|xml|tap)\b).{0,300}\.\w"
)
"""A look at a file that is no output of a run: what its text tells of passes is of another time."""


class Memory:
    """The run's effects as far as coding claims need them."""

    def __init__(self) -> None:
        self.cwd: str | None = None
        self.at = 0
        self.turn = 0
        self.paths: OrderedDict[str, Touch] = OrderedDict()
        self.names: dict[str, dict[str, str]] = {}
        """By name the touched paths that are called by it, each with the form in which it is compared."""
        self.steps: dict[str, OrderedDict[str, Step]] = {}
        """Steps by kind, then by effect, the latest last."""
        self.shas: OrderedDict[str, None] = OrderedDict()
        self.code_change: Step | None = None
        """The last change of anything but prose, by an edit, a shell command or a restore."""
        self.code_changes: Latest[Step] = Latest(MAX_EACH)
        self.weakening: Latest[tuple[Step, str]] = Latest(MAX_EACH)
        self.rigged: tuple[str, str] = ("", "")
        """The last weakening of a test that was told, by its effect, and the text whose words rest on it."""
        self.words = ""
        """What the agent said lately in this turn, lower case, bounded."""
        self.heard = ""
        """What was last said to the agent, by the user or by a notification, lower case, bounded."""
        self.said: tuple[str, str] = ("", "")
        """The latest text of the agent, after its event."""
        self.confessed: list[tuple[str, int]] = []
        """Kinds of checks that the text now judged tells to have failed, and where: "these pass, but 3 others fail"."""
        self.printed: dict[str, Step] = {}
        """By kind of check the last command, none by name, that printed a pass: a script of the agent's own."""
        self.shown: OrderedDict[str, str] = OrderedDict()
        """What the latest commands and looks printed, its beginning and its end, by effect."""
        self.reports: OrderedDict[str, frozenset[str]] = OrderedDict()
        """Kinds of checks that a sub-agent's report speaks of, by the effect that started it."""
        self.reporting = False
        """The words now judged are a report at a turn's end, and none on the way."""
        self.worldly = False
        """The run has called tools that are neither shell nor file: connectors may act where no command shows."""
        self.connectors: Latest[Step] = Latest(MAX_EACH)
        """Acts and looks of tools that are neither shell nor file, the latest last: a push or a check may be theirs."""
        self.folders: dict[str, None] = {}
        """Folders in which checks ran, lower case: the project may lie elsewhere than the run began."""
        self.dirty: set[str] = set()
        """Names of files that were changed already when the run began, as version control listed them …"""
        self.listed: set[str] = set()
        """… and of those that it listed later, whoever changed them."""
        self.gap = False
        """The log lost its beginning: a compaction, a resumed or forked run."""

    def observe(self, effect: Effect) -> Step:
        """Take an effect in a new state. A later state of the same effect replaces the earlier."""
        self.at += 1
        step = Step(self.at, self.turn, effect)
        steps = self.steps.get(effect.kind)
        if steps is None:
            steps = self.steps[effect.kind] = OrderedDict()
        if effect.id not in steps:
            for others in self.steps.values():
                others.pop(effect.id, None)
        steps[effect.id] = step
        steps.move_to_end(effect.id)
        if len(steps) > MAX_EACH:
            steps.popitem(last=False)
        if effect.kind in CHECKS and effect.args.get("cwd") and len(self.folders) < MAX_FOLDERS:
            self.folders[str(effect.args["cwd"]).replace("\\", "/").rstrip("/").lower()] = None
        if effect.status == "running":
            return step
        if effect.kind in CHANGES or effect.kind == "format":
            self._changed(step)
        elif effect.kind == "vcs" and not step.bad:
            if effect.args.get("action") in PLACES and paths_of(effect):
                self._changed(step)
            elif step.ok and restores(effect) and self._any_matter(paths_of(effect)):
                self._code_changed(step)
        return step

    def connect(self, effect: Effect) -> None:
        """Take an act of a tool that is neither shell nor file, in a new state."""
        self.at += 1
        for step in self.connectors:
            if step.effect.id == effect.id:
                self.connectors.remove(step)
                break
        self.connectors.append(Step(self.at, self.turn, effect))

    def _any_matter(self, paths: list[str]) -> bool:
        return not paths or any(map(self._matters, paths))

    def _matters(self, path: str) -> bool:
        if matters(path, self.cwd):
            return True
        plain = path.replace("\\", "/").lower()
        return matters(path, None) and any(f"{folder.removeprefix('~')}/" in plain for folder in self.folders if folder)

    def _code_changed(self, step: Step) -> None:
        self.code_change = step
        self.code_changes[:] = [known for known in self.code_changes if known.effect.id != step.effect.id]
        self.code_changes.append(step)

    def _changed(self, step: Step) -> None:
        effect = step.effect
        paths = paths_of(effect)
        if effect.kind == "format":
            return
        if step.ok:
            if any(map(self._matters, paths)) and not by_git(effect) and not only_comments(effect):
                self._code_changed(step)
            why = weakened(effect, paths)
            if why:
                self.weakening.append((step, why))
        for path in paths:
            touch = self._touch(path)
            if step.bad:
                touch.tried = step
            else:
                touch.changed = step

    def _touch(self, path: str) -> Touch:
        touch = self.paths.get(path)
        if touch is None:
            touch = self.paths[path] = Touch()
            for name in _names(path):
                self.names.setdefault(name, {})[path] = bare(path)
            while len(self.paths) > MAX_PATHS:
                old, _ = self.paths.popitem(last=False)
                for name in _names(old):
                    self.names[name].pop(old)
                    if not self.names[name]:
                        self.names.pop(name)
        else:
            self.paths.move_to_end(path)
        return touch

    def of(self, *kinds: str) -> list[Step]:
        """Return the remembered steps of these kinds in order."""
        if len(kinds) == 1:
            return list(self.steps.get(kinds[0], _NONE).values())
        return sorted(
            (step for kind in kinds for step in self.steps.get(kind, _NONE).values()), key=lambda step: step.at
        )

    def last(self, *kinds: str) -> Step | None:
        """Return the last step of these kinds."""
        found = [next(reversed(steps.values())) for kind in kinds if (steps := self.steps.get(kind))]
        return max(found, key=lambda step: step.at) if found else None

    def any(self, *kinds: str) -> bool:
        """Return whether anything of these kinds was seen."""
        return any(self.steps.get(kind) for kind in kinds)

    def learn_pass(self, result: ToolResult, effects: Iterable[Effect]) -> None:
        """Remember a command that printed that checks passed."""
        own = next((effect for effect in effects if effect.kind not in {"tests", "lint"} and command_of(effect)), None)
        step = self.last(own.kind) if own else None
        if step is None:
            return
        tail = result.text[-MAX_TAIL:].lower()
        for kind, (word, pattern) in _PRINTED.items():
            if kind == "lint" and step.effect.kind not in {"ran", "build", "installed"}:
                continue
            if step.effect.kind == "read" and _READS_TEXT.match(str(step.effect.args.get("command") or "")):
                continue
            # each line by itself, as hardly any has the word: a match over several has one in its last line, too
            if word in tail and any(pattern.search(line) for line in tail.split("\n") if word in line):
                self.printed[kind] = step

    def learn_shown(self, result: ToolResult, effects: Iterable[Effect]) -> None:
        """Remember what commands and looks printed: words may tell of what only stands there."""
        text = result.text if len(result.text) <= 2 * MAX_TAIL else result.text[:MAX_TAIL] + result.text[-MAX_TAIL:]
        for effect in effects:
            if text and effect.kind not in CHANGES:
                self.shown[effect.id] = text
                self.shown.move_to_end(effect.id)
                if len(self.shown) > MAX_SHOWN:
                    self.shown.popitem(last=False)

    def learn_logged(self, result: ToolResult, effects: Iterable[Effect]) -> Effect | None:
        """Return the check whose output, sent to a file, a command now shows, with what is read there.

        It ended when it ran: what was changed since then came after it, however late its output was looked at.
        """
        looks = [effect for effect in effects if effect.kind in _LOOKS and effect.status == "succeeded"]
        if not looks:
            return None
        said = [word for effect in looks for word in (*command_of(effect)[:MAX_SCAN].split(), *paths_of(effect))]
        names = {base_name(word) for word in said}
        for kind in CHECKS:
            for step in reversed(self.steps.get(kind, _NONE).values()):
                sent = written_to(command_of(step.effect)) | {str(step.effect.results.get("into", ""))} - {""}
                if sent.isdisjoint(names) or step.effect.call_id == looks[-1].call_id:
                    continue
                shown = None if step.effect.results.get("collected") else shown_later(step.effect, result.text)
                if shown is not None:
                    self.steps[kind][shown.id] = Step(step.at, step.turn, shown)
                return shown
        return None

    def learn_shas(self, result: ToolResult, effects: Iterable[Effect]) -> None:
        """Remember the commit ids that version control printed."""
        if not any(
            effect.kind in {"committed", "pushed", "vcs", "opened_pr", "remote"} or _HISTORY.finds(command_of(effect))
            for effect in effects
        ):
            return
        for hit in _SHA.finditer(result.text[:MAX_SCAN]):
            self.shas[hit.group()] = None
            self.shas.move_to_end(hit.group())
            if len(self.shas) > MAX_SHAS:
                self.shas.popitem(last=False)

    def learn_listed(self, result: ToolResult, effects: Iterable[Effect]) -> None:
        """Remember the files that version control lists as changed: before the run changed any, or since."""
        if not any(_COMPARES.search(command_of(effect)[:4000]) for effect in effects):
            return
        found = self.dirty if self.at <= MAX_FIRST and not self.any(*CHANGES) else self.listed
        for hit in _CHANGED_FILE.finditer(result.text[:MAX_SCAN]):
            if len(found) < MAX_PATHS:
                found.add(name_of(hit["path"]))

    def full(self) -> bool:
        """Return whether effects may have been forgotten."""
        return any(len(steps) >= MAX_EACH for steps in self.steps.values())

    def learn_report(self, result: ToolResult, effects: Iterable[Effect]) -> None:
        """Remember of which checks a sub-agent's report speaks; one that only says that it was started tells none."""
        for effect in effects:
            if effect.kind == "delegated" and effect.status == "succeeded" and not _LAUNCHED.search(result.text[:2000]):
                text = result.text[:MAX_SCAN]
                likely = _SPOKEN_OF.likely(text)
                self.reports[effect.id] = frozenset(
                    kind for at, (kind, words) in enumerate(REPORTED.items()) if at in likely and words.search(text)
                )
                if len(self.reports) > MAX_EACH:
                    self.reports.popitem(last=False)
