"""What judges of coding claims ask of what was seen: which command may have been meant, what became of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words
from assure_tui.reconcile.effects.runners import by_id
from assure_tui.reconcile.match.coding.marks import Marks
from assure_tui.reconcile.match.coding.memory import REPORTED, Memory
from assure_tui.reconcile.match.coding.steps import (
    MAX_SCAN,
    Step,
    Touch,
    called,
    command_of,
    name_of,
    paths_of,
    program_of,
    undone,
    without_prose,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.reconcile.model import Effect

_OWN_WORDS = {
    kind: re.compile(rf"(?<![\w./-])(?:{words})(?![\w./-])", re.IGNORECASE)
    for kind, words in {
        "tests": "tests?|smoke-?tests?|specs?",
        "lint": "lint|type-?check|format|fmt",
        "build": "(?:re)?build|compile",
    }.items()
}
"""Words of commands, none of them a part of a path, that say what they run."""
_ADDRESS = re.compile(r"\S{0,200}://\S{1,400}")
"""What has a word and runs nothing: `DB_URL=mysql://test:test@localhost/test`."""
_TAKES_BACK = frozenset({"checkout", "restore"})
_SAYS = re.compile(r"(?:echo|printf|true|:|sleep|export)\b")
"""Commands that run nothing, whatever they say."""
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
WRITER = re.compile(
    r"writefile|write_text|write_bytes|open\([^)]{0,200}['\"][wax]|\bfs\.|\bsed\b.{0,40}-i|\bperl\b.{0,20}-\S*i|\btee\b|set-content|out-file|"
    r"add-content|(?<![=\-<])>{1,2}\s*[\w./$~]|\bpatch\b|\bdd\b|\bcp\b|\bmv\b|\brm\b|\binstall\b|\.replace\(|\.save\(|dump\(|\bgenerate\b|\bgen\b|codemod",
    re.IGNORECASE,
)
MIN_LETTERS = 2
"""Letters that more than a preposition has."""
_STATUS = re.compile(r"\b(?:gh|glab|hub)\s+(?:pr|mr|run|workflow|ci|pipeline|api)\b")
_MOVES = frozenset(
    {"rm", "mv", "apply", "am", "checkout", "restore", "cherry-pick", "merge", "rebase", "revert", "pull", "stash"}
)
_ANY_CHECK = re.compile(r"\b(?:tests?|spec|check|ci|verify|validate|e2e|all)\b", re.IGNORECASE)
_OWN_CHECK = re.compile(
    r"\b(?:tests?|spec|check|ci|verify|validate|lint|build|precommit|pre-commit|e2e)\b", re.IGNORECASE
)
_IDLE = re.compile(r"(?:echo|printf|cd|ls|cat|pwd|head|tail|true|sleep|date|mkdir|touch|which)\b")
"""Commands that check nothing, whatever they print."""


def _given(effect: Effect) -> set[str]:
    """Give the last parts of the short values that an act was given, in lower case."""
    values = (*effect.args.get("names", ()), *effect.args.get("ids", ()))
    return {name_of(str(value)) for value in values}


def _by_its_name(effect: Effect) -> bool:
    """Tell whether a check was run by its own runner, rather than by a script of the project."""
    if effect.kind not in {"tests", "lint"}:
        return False
    line, runner = command_of(effect), str(effect.args.get("runner") or effect.args.get("tool") or "")
    return runner in by_id() and runner in line and not (_RUNNERS.match(line) or _SCRIPT.match(line))


class Seen(Memory):
    """What a run was seen to do, and the questions that judges have about it."""

    def __init__(self) -> None:
        super().__init__()
        self.marks = Marks()
        """Numbers and ids that were shown to the agent."""

    def _acts(self) -> list[Step]:
        """Give the calls of tools, neither shell nor file, that do something."""
        return [step for step in self.connectors if step.effect.effect_class != "read"]

    def connected(self, pattern: re.Pattern[str]) -> Step | None:
        """Find the last act that landed of a tool whose name has the words of a pattern."""
        return next(
            (
                step
                for step in reversed(self._acts())
                if step.effect.status == "succeeded" and pattern.search(" ".join(name_words(step.effect.tool)))
            ),
            None,
        )

    def refused(self, stem: str) -> Step | None:
        """Find the last act of a tool whose name has a verb, by its first letters, where each of them failed."""
        tried = [
            step
            for step in self._acts()
            if len(stem) > MIN_LETTERS and any(word.startswith(stem) for word in name_words(step.effect.tool))
        ]
        return tried[-1] if tried and all(step.bad for step in tried) else None

    def connected_to(self, name: str) -> Step | None:
        """Find the last act that landed of a tool, neither shell nor file, that was given a file's name."""
        return next(
            (
                step
                for step in reversed(self._acts())
                if step.effect.status == "succeeded" and name in _given(step.effect)
            ),
            None,
        )

    def changes_since(self, at: int) -> list[Step]:
        """Give the changes of code after a moment, but for files of which nothing is left of them."""
        later = [step for step in self.code_changes if step.at > at]
        if not later:
            return later
        files: dict[str, list[Step]] = {}
        for step in later:
            for path in paths_of(step.effect):
                files.setdefault(path, []).append(step)
        restores = [step for step in self.of("vcs") if step.ok and step.effect.args.get("action") in _TAKES_BACK]
        gone = {
            path
            for path, steps in files.items()
            if undone(steps) or self._thrown_away(path, at, [step for step in restores if step.at > steps[-1].at])
        }
        return [step for step in later if not paths_of(step.effect) or not gone.issuperset(paths_of(step.effect))]

    def _thrown_away(self, path: str, at: int, restores: Sequence[Step]) -> bool:
        """Tell whether version control took back all changes of a file since `at`, and nothing else with them."""
        name = name_of(path)
        if not any(name in command_of(step.effect).lower() for step in restores):
            return False
        begin = max((step.at for step in self.of("committed") if step.ok and step.at <= at), default=0)
        return not any(begin < step.at <= at and path in paths_of(step.effect) for step in self.code_changes)

    def changes_after(self, at: int) -> int:
        """Count the changes of code after a moment that something is left of."""
        return len(self.changes_since(at))

    def touches(self, said: str) -> Iterator[tuple[str, Touch]]:
        """Give the touched paths that the words `said` can name; a folder names all beneath it."""
        for path in called(said, self.names.get(name_of(said), {})):
            yield path, self.paths[path]
        folder = said.replace("\\", "/").strip("/").lower()
        if folder and "." not in name_of(said):
            for path, touch in self.paths.items():
                if f"/{folder}/" in f"/{path.lower()}":
                    yield path, touch

    def follows_others(self) -> bool:
        """Tell whether the run looked at checks of another system since the last change: `gh pr checks`."""
        since = self.code_change.at if self.code_change else 0
        return any(step.at > since and self.is_status(step) for step in self.of("read", "ran", "remote", "search"))

    def is_status(self, step: Step) -> bool:
        """Tell whether a step looked at the checks of another system."""
        return _STATUS.search(command_of(step.effect)[:4000]) is not None

    def is_idle(self, step: Step) -> bool:
        """Tell whether a command checks nothing, whatever it prints."""
        return _IDLE.match(command_of(step.effect)) is not None

    def named_before(self, name: str, at: int) -> bool:
        """Tell whether an earlier command or change named this file or folder: it is of the run's own making."""
        wanted = name.lower()
        if wanted in self.names:
            return True
        return any(
            step.at < at and wanted in command_of(step.effect).lower()
            for kind in ("created", "edited", "ran", "vcs", "read", "build", "tests")
            for step in self.of(kind)
        )

    def ended_with(self, step: Step) -> bool:
        """Tell whether a step is of the call that was made last, but for the agent's own notes."""
        since = [next(reversed(steps.values())) for steps in self.steps.values() if steps]
        since += [other for other in self.connectors if other.effect.kind != "noted"][-1:]
        return all(other.at <= step.at or other.effect.call_id == step.effect.call_id for other in since)

    def changed_in(self, turn: int) -> bool:
        """Tell whether the run changed code in a turn."""
        return self.code_change is not None and self.code_change.turn == turn

    def ran_since_change(self) -> bool:
        """Tell whether a command ran since the last change of code that may have checked more than it is known for.

        A runner called by its own name does what it is for; a project's script may lint before it tests.
        """
        since = self.code_change.at if self.code_change else 0
        acts = (step for step in self.of("ran", "tests", "lint", "build", "format") if step.at > since)
        return any(not (step.bad or self.is_idle(step) or _by_its_name(step.effect)) for step in acts)

    def looked_after(self, at: int) -> bool:
        """Tell whether the run looked at the state of its files after `at`: `git status`, a search, a read."""
        looked = self.last("vcs", "read", "search")
        return looked is not None and looked.at > at

    def knows_sha(self, sha: str) -> bool:
        """Tell whether a commit id, or one it abbreviates, was printed."""
        return any(known.startswith(sha) or sha.startswith(known) for known in self.shas)

    def writer_of(self, name: str) -> Step | None:
        """Find a script or a version-control command that names the file and may have written it, newest first.

        A program that writes what it calls by a name of its own has no paths: `page = Path("a.md")`.
        """
        wanted = name.lower()
        for step in reversed(self.of("ran", "vcs", "installed", "edited", "created")):
            kind = step.effect.kind
            if step.bad or (kind in {"edited", "created"} and paths_of(step.effect)):
                continue
            line = program_of(step.effect)
            if wanted not in line.lower() or wanted not in without_prose(step.effect, line).lower():
                continue
            if kind == "vcs" and step.effect.args.get("action") not in _MOVES:
                continue
            if kind in {"vcs", "installed"} or WRITER.search(line[:MAX_SCAN]):
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

    def last_run_of(self, line: str) -> Step | None:
        """Find the last run of a command by its own words, whatever its program's folder and the rest of its line."""
        wanted = f"{' '.join(line.lower().split())} "
        return max(
            (
                step
                for steps in self.steps.values()
                for step in steps.values()
                for run in [f" {' '.join(str(step.effect.args.get('command') or '')[:MAX_SCAN].lower().split())} "]
                if f" {wanted}" in run or f"/{wanted}" in run
            ),
            key=lambda step: step.at,
            default=None,
        )

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
                and words.search(_ADDRESS.sub("", command_of(step.effect)[:MAX_SCAN]))
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
            and self.reports.get(step.effect.id, frozenset(REPORTED)) & {kind}
            and not _EXPLORERS.search(
                str(step.effect.args.get("subagent_type") or step.effect.args.get("agent_type") or "")
            )
            for step in self.of("delegated")
        )

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
