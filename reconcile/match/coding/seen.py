"""What a run was seen to do to code: edits by path, checks, commits, pushes and the rest; bounded."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING

from assure_tui.reconcile.actionwords import name_words
from assure_tui.reconcile.latest import Latest
from assure_tui.reconcile.match.coding.rigged import weakened
from assure_tui.reconcile.match.coding.steps import (
    CHANGES,
    MAX_SCAN,
    Step,
    Touch,
    by_git,
    command_of,
    matters,
    name_of,
    only_comments,
    paths_of,
    restores,
    same_path,
    undone,
)
from assure_tui.reconcile.needles import Sieve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assure_tui.ingest.model import ToolResult
    from assure_tui.reconcile.model import Effect

MAX_PATHS = 4096
"""Distinct paths remembered; the one touched longest ago is forgotten first."""
MAX_EACH = 128
"""Effects remembered of each kind that is told by order rather than by path."""
MAX_SHAS = 2048


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
_REPORTED = {
    "tests": re.compile(r"\b(?:tests?|suites?|specs?|pytest|vitest|jest)\b", re.IGNORECASE),
    "lint": re.compile(r"\b(?:lint\w*|type-?check\w*|vet|clippy|ruff|eslint|mypy|tsc|fmt|format\w*)\b", re.IGNORECASE),
    "build": re.compile(r"\b(?:builds?|built|compil\w+)\b", re.IGNORECASE),
}
_SPOKEN_OF = Sieve(tuple(_REPORTED.values()))
_OWN_WORDS = {
    kind: re.compile(rf"(?<![\w./-])(?:{words})(?![\w./-])", re.IGNORECASE)
    for kind, words in {
        "tests": "tests?|smoke-?tests?|specs?",
        "lint": "lint|type-?check|format|fmt",
        "build": "(?:re)?build|compile",
    }.items()
}
"""Words of commands, none of them a part of a path, that say what they run."""
_SAYS = re.compile(r"(?:echo|printf|true|:|sleep|export)\b")
"""Commands that run nothing, whatever they say."""
_LAUNCHED = re.compile(r"\b(?:launched|running in the background|async agent|started|spawned)\b", re.IGNORECASE)
_READS = re.compile(
    r"explor|review|analy|research|investigat|assess|audit|plan|find|search|hunt|inspect|look|check|triage|map\b",
    re.IGNORECASE,
)
_EXPLORERS = re.compile(r"^(?:explore|plan|search|research|find)", re.IGNORECASE)
_WRITES = re.compile(
    r"implement|fix|appl[yi]|writ|edit|creat|refactor|migrat|updat|add\b|port\b|convert|build", re.IGNORECASE
)
_RUNNERS = re.compile(
    r"^(?:env )?(?:\w{1,80}=\S{0,200} ){0,8}(?:\S{0,200}/)?(?:make|gmake|mise|just|task|rake|invoke|npm|"
    r"pnpm|yarn|bun|nx|turbo|"
    r"moon|tox|nox|hatch|pdm|poe|poetry|gradlew?|mvnw?|sbt|bazel|buck2?|pants|dagger|act|earthly|ant|lerna|rush|deno|"
    r"composer|mix|lein)\s",
)
_SCRIPT = re.compile(
    r"^(?:(?:uv|poetry|pdm|pipenv|rye|hatch) run\s+)?(?:(?:bash|sh|zsh|pwsh|python3?|node|bun|deno|ruby|tsx|npx)\s+)?"
    r"\S{0,200}(?:test|check|ci|verify|validate|lint|build)"
    r"[\w.-]{0,80}\.(?:sh|bash|ps1|bat|py|mjs|js|ts)\b",
    re.IGNORECASE,
)
_WRITER = re.compile(
    r"writefile|write_text|write_bytes|open\([^)]{0,200}['\"][wax]|\bfs\.|\bsed\b.{0,40}-i|\bperl\b.{0,20}-\S*i|\btee\b|set-content|out-file|"
    r"add-content|(?<![=\-<])>{1,2}\s*[\w./$~]|\bpatch\b|\bdd\b|\bcp\b|\bmv\b|\brm\b|\binstall\b|\.replace\(|\.save\(|dump\(|\bgenerate\b|\bgen\b|codemod",
    re.IGNORECASE,
)
_HISTORY = Sieve([r"(?:^|[\s;&|(])(?:git|gh|glab|hub|hg|jj)\s"])
"""A command that may print commit ids, also where it only looks."""
MAX_FIRST = 6
"""Steps of a run in which it looks at what it finds."""
_COMPARES = re.compile(r"\b(?:git|jj|hg)\b.{0,40}\b(?:status|diff|show|log)\b")
_CHANGED_FILE = re.compile(
    r"^(?: ?[MARCD]{1,2} {1,2}|\tmodified: {1,8}|\tnew file: {1,8}|\+\+\+ b/"
    r"| (?=\S{1,300} {1,200}\| {1,8}\d))(?P<path>[^\s|]{1,300})",
    re.MULTILINE,
)
"""A file in what `git status`, `git diff` and `git diff --stat` print."""
_STATUS = re.compile(r"\b(?:gh|glab|hub)\s+(?:pr|mr|run|workflow|ci|pipeline|api)\b")
_WATCHED = re.compile(r"\b(?:tail|cat|less|head|grep|rg)\b.{0,300}\.(?:output|log|out)\b")
PLACES = frozenset({"rm", "mv"})
_MOVES = frozenset(
    {"rm", "mv", "apply", "am", "checkout", "restore", "cherry-pick", "merge", "rebase", "revert", "pull", "stash"}
)
_ANY_CHECK = re.compile(r"\b(?:tests?|spec|check|ci|verify|validate|e2e|all)\b", re.IGNORECASE)
_OWN_CHECK = re.compile(
    r"\b(?:tests?|spec|check|ci|verify|validate|lint|build|precommit|pre-commit|e2e)\b", re.IGNORECASE
)


_NONE: OrderedDict[str, Step] = OrderedDict()


def _given(effect: Effect) -> set[str]:
    """Give the last parts of the short values that an act was given, in lower case."""
    values = (*effect.args.get("names", ()), *effect.args.get("ids", ()))
    return {name_of(str(value)) for value in values}


_IDLE = re.compile(r"(?:echo|printf|cd|ls|cat|pwd|head|tail|true|sleep|date|mkdir|touch|which)\b")
"""Commands that check nothing, whatever they print."""


class Seen:
    """The run's effects as far as coding claims need them."""

    def __init__(self) -> None:
        self.cwd: str | None = None
        self.at = 0
        self.turn = 0
        self.paths: OrderedDict[str, Touch] = OrderedDict()
        self.names: dict[str, list[str]] = {}
        self.steps: dict[str, OrderedDict[str, Step]] = {}
        """Steps by kind, then by effect, the latest last."""
        self.shas: OrderedDict[str, None] = OrderedDict()
        self.code_change: Step | None = None
        """The last change of anything but prose, by an edit, a shell command or a restore."""
        self.code_changes: Latest[Step] = Latest(MAX_EACH)
        self.weakening: Latest[tuple[Step, str]] = Latest(MAX_EACH)
        self.words = ""
        """What the agent said lately in this turn, lower case, bounded."""
        self.heard = ""
        """What was last said to the agent, by the user or by a notification, lower case, bounded."""
        self.confessed: list[tuple[str, int]] = []
        """Kinds of checks that the text now judged tells to have failed, and where: "these pass, but 3 others fail"."""
        self.printed: dict[str, Step] = {}
        """By kind of check the last command, none by name, that printed a pass: a script of the agent's own."""
        self.reports: OrderedDict[str, frozenset[str]] = OrderedDict()
        """Kinds of checks that a sub-agent's report speaks of, by the effect that started it."""
        self.reporting = False
        """The words now judged are a report at a turn's end, and none on the way."""
        self.worldly = False
        """The run has called tools that are neither shell nor file: connectors may act where no command shows."""
        self.connectors: Latest[Step] = Latest(MAX_EACH)
        """Acts of tools that are neither shell nor file, the latest last: a push or a copy may have been theirs."""
        self.dirty: set[str] = set()
        """Names of files that were changed already when the run began, as version control listed them."""
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

    def connected(self, pattern: re.Pattern[str]) -> Step | None:
        """Find the last act that landed of a tool whose name has the words of a pattern."""
        return next(
            (
                step
                for step in reversed(self.connectors)
                if step.effect.status == "succeeded" and pattern.search(" ".join(name_words(step.effect.tool)))
            ),
            None,
        )

    def connected_to(self, name: str) -> Step | None:
        """Find the last act that landed of a tool, neither shell nor file, that was given a file's name."""
        return next(
            (
                step
                for step in reversed(self.connectors)
                if step.effect.status == "succeeded" and name in _given(step.effect)
            ),
            None,
        )

    def _any_matter(self, paths: list[str]) -> bool:
        return not paths or any(matters(path, self.cwd) for path in paths)

    def _code_changed(self, step: Step) -> None:
        self.code_change = step
        self.code_changes[:] = [known for known in self.code_changes if known.effect.id != step.effect.id]
        self.code_changes.append(step)

    def changes_since(self, at: int) -> list[Step]:
        """Give the changes of code after a moment, but for files of which nothing is left of them."""
        later = [step for step in self.code_changes if step.at > at]
        files: dict[str, list[Step]] = {}
        for step in later:
            for path in paths_of(step.effect):
                files.setdefault(path, []).append(step)
        gone = {path for path, steps in files.items() if undone(steps) or self._thrown_away(path, at, steps[-1].at)}
        return [step for step in later if not paths_of(step.effect) or not gone.issuperset(paths_of(step.effect))]

    def _thrown_away(self, path: str, at: int, changed: int) -> bool:
        """Tell whether version control took back all changes of a file since `at`, and nothing else with them."""
        name = name_of(path)
        back = any(
            step.ok
            and step.at > changed
            and step.effect.args.get("action") in {"checkout", "restore"}
            and name in command_of(step.effect).lower()
            for step in self.of("vcs")
        )
        if not back:
            return False
        begin = max((step.at for step in self.of("committed") if step.ok and step.at <= at), default=0)
        return not any(begin < step.at <= at and path in paths_of(step.effect) for step in self.code_changes)

    def changes_after(self, at: int) -> int:
        """Count the changes of code after a moment that something is left of."""
        return len(self.changes_since(at))

    def _changed(self, step: Step) -> None:
        effect = step.effect
        paths = paths_of(effect)
        if effect.kind == "format":
            return
        if step.ok:
            if any(matters(path, self.cwd) for path in paths) and not by_git(effect) and not only_comments(effect):
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
                self.names.setdefault(name, []).append(path)
            while len(self.paths) > MAX_PATHS:
                old, _ = self.paths.popitem(last=False)
                for name in _names(old):
                    left = [known for known in self.names.get(name, ()) if known != old]
                    if left:
                        self.names[name] = left
                    else:
                        self.names.pop(name, None)
        else:
            self.paths.move_to_end(path)
        return touch

    def touches(self, said: str) -> Iterator[tuple[str, Touch]]:
        """Give the touched paths that the words `said` can name; a folder names all beneath it."""
        for path in self.names.get(name_of(said), ()):
            if same_path(said, path):
                yield path, self.paths[path]
        folder = said.replace("\\", "/").strip("/").lower()
        if folder and "." not in name_of(said):
            for path, touch in self.paths.items():
                if f"/{folder}/" in f"/{path.lower()}":
                    yield path, touch

    def of(self, *kinds: str) -> list[Step]:
        """Give the remembered steps of these kinds in order."""
        if len(kinds) == 1:
            return list(self.steps.get(kinds[0], _NONE).values())
        return sorted(
            (step for kind in kinds for step in self.steps.get(kind, _NONE).values()), key=lambda step: step.at
        )

    def last(self, *kinds: str) -> Step | None:
        """Give the last step of these kinds."""
        found = [next(reversed(steps.values())) for kind in kinds if (steps := self.steps.get(kind))]
        return max(found, key=lambda step: step.at) if found else None

    def any(self, *kinds: str) -> bool:
        """Tell whether anything of these kinds was seen."""
        return any(self.steps.get(kind) for kind in kinds)

    def follows_others(self) -> bool:
        """Tell whether the run looked at checks of another system since the last change: `gh pr checks`."""
        since = self.code_change.at if self.code_change else 0
        return any(
            step.at > since and _STATUS.search(command_of(step.effect)[:4000])
            for step in self.of("read", "ran", "remote", "search")
        )

    def named_before(self, name: str, at: int) -> bool:
        """Tell whether an earlier command or change named this file or folder: it is of the run's own making."""
        wanted = name.lower()
        if wanted in self.names:
            return True
        return any(
            step.at < at and wanted in command_of(step.effect).lower()
            for kind in ("created", "edited", "ran", "vcs", "read", "build", "tests")
            for step in self.steps.get(kind, _NONE).values()
        )

    def changed_in(self, turn: int) -> bool:
        """Tell whether the run changed code in a turn."""
        return self.code_change is not None and self.code_change.turn == turn

    def ran_since_change(self) -> bool:
        """Tell whether any command ran since the last change of code: by its output it may have been a check."""
        since = self.code_change.at if self.code_change else 0
        return any(
            step.at > since and not step.bad and not _IDLE.match(command_of(step.effect))
            for step in self.of("ran", "tests", "lint", "build", "format")
        )

    def looked_after(self, at: int) -> bool:
        """Tell whether the run looked at the state of its files after `at`: `git status`, a search, a read."""
        looked = self.last("vcs", "read", "search")
        return looked is not None and looked.at > at

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
            # each line by itself, as hardly any has the word: a match over several has one in its last line, too
            if word in tail and any(pattern.search(line) for line in tail.split("\n") if word in line):
                self.printed[kind] = step

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

    def learn_dirty(self, result: ToolResult, effects: Iterable[Effect]) -> None:
        """Remember the files that version control lists as changed when the run first looks, before it changes any."""
        if (
            self.at > MAX_FIRST
            or self.any(*CHANGES)
            or not any(_COMPARES.search(command_of(effect)[:4000]) for effect in effects)
        ):
            return
        for hit in _CHANGED_FILE.finditer(result.text[:MAX_SCAN]):
            if len(self.dirty) < MAX_PATHS:
                self.dirty.add(name_of(hit["path"]))

    def knows_sha(self, sha: str) -> bool:
        """Tell whether a commit id, or one it abbreviates, was printed."""
        return any(known.startswith(sha) or sha.startswith(known) for known in self.shas)

    def writer_of(self, name: str) -> Step | None:
        """Find a script or a version-control command that names the file and may have written it, newest first."""
        wanted = name.lower()
        for step in reversed(self.of("ran", "vcs", "installed")):
            line = str(step.effect.args.get("command") or command_of(step.effect))
            if step.bad or wanted not in line.lower():
                continue
            kind = step.effect.kind
            if kind == "vcs" and step.effect.args.get("action") not in _MOVES:
                continue
            if kind in {"vcs", "installed"} or _WRITER.search(line[:MAX_SCAN]):
                return step
        return None

    def ran_line(self, line: str) -> Step | None:
        """Find a command that begins like `line` or holds all its words, whatever it was understood as; newest first.

        Agents leave out the program's path and options: "`status --json`" for "./bin/tool status --all --json".
        """
        words = line.lower().split()
        wanted = " ".join(words[:3])
        for steps in self.steps.values():
            for step in reversed(steps.values()):
                run = command_of(step.effect)[:MAX_SCAN].lower().split()
                if wanted in " ".join(run) or set(words).issubset(run):
                    return step
        return None

    def full(self) -> bool:
        """Tell whether effects may have been forgotten."""
        return any(len(steps) >= MAX_EACH for steps in self.steps.values())

    def opaque_check(self, after: int = 0) -> Step | None:
        """Find a command that may have run checks without being known as one: `make ci`, `./scripts/verify.sh`."""
        for step in reversed(self.of("ran", "build", "lint", "created")):
            if step.at <= after:
                return None
            line = str(step.effect.args.get("command") or command_of(step.effect))[:2000].strip()
            words = _OWN_CHECK if step.effect.kind in {"ran", "created"} else _ANY_CHECK
            if (_RUNNERS.match(line) and words.search(line)) or _SCRIPT.match(line):
                return step
        return None

    def named_run(self, kind: str, after: int) -> Step | None:
        """Find a command, known as no check, that has a word for this kind of check: `dart run builder build`."""
        words = _OWN_WORDS[kind]
        return next(
            (
                step
                for step in reversed(self.of("ran", "installed"))
                if step.at > after
                and not (step.bad or _SAYS.match(str(step.effect.args.get("command") or "")))
                and words.search(command_of(step.effect)[:MAX_SCAN])
            ),
            None,
        )

    def reported(self, kind: str) -> bool:
        """Tell whether a sub-agent may have run checks of a kind: it reported so, or its report is not in the log.

        What a sub-agent ran before the last change of the run's own is no proof of what came of it.
        """
        since = self.code_change.at if self.code_change else 0
        return any(
            (step.at > since or step.effect.status == "running")
            and self.reports.get(step.effect.id, frozenset(_REPORTED)) & {kind}
            and not _EXPLORERS.search(
                str(step.effect.args.get("subagent_type") or step.effect.args.get("agent_type") or "")
            )
            for step in self.of("delegated")
        )

    def learn_report(self, result: ToolResult, effects: Iterable[Effect]) -> None:
        """Remember of which checks a sub-agent's report speaks; one that only says that it was started tells none."""
        for effect in effects:
            if effect.kind == "delegated" and effect.status == "succeeded" and not _LAUNCHED.search(result.text[:2000]):
                text = result.text[:MAX_SCAN]
                likely = _SPOKEN_OF.likely(text)
                self.reports[effect.id] = frozenset(
                    kind for at, (kind, words) in enumerate(_REPORTED.items()) if at in likely and words.search(text)
                )
                if len(self.reports) > MAX_EACH:
                    self.reports.popitem(last=False)

    def watched(self) -> Step | None:
        """Find the last look, after the last change, at what a command in the background printed."""
        since = self.code_change.at if self.code_change else 0
        looked = (step for step in reversed(self.of("read", "ran", "search")) if step.at > since)
        return next((step for step in looked if _WATCHED.search(command_of(step.effect)[:4000])), None)

    def handed_over(self, word: str = "") -> bool:
        """Tell whether a sub-agent that does more than look was started; with `word`, one whose task speaks of it."""
        for step in self.of("delegated"):
            args = step.effect.args
            task = f"{args.get('description', '')} {args.get('subagent_type') or args.get('agent_type') or ''}"
            if word and re.search(word, f"{task} {args.get('asks', '')}", re.IGNORECASE):
                return True
            if not word and (_WRITES.search(task) or not _READS.search(task)):
                return True
        return False


def _names(path: str) -> set[str]:
    """Give the names by which a path is called: of one with blanks also the last part."""
    name = name_of(path)
    return {name, name.rpartition(" ")[2]}
