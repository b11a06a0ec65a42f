"""Shell calls: what each simple command of a line does, and what is known of how it went.

A line gives one effect for each of its commands that matters, and one `ran` effect when none does. The exit code of
a call belongs to a command only where the shell's rules say so; elsewhere the status comes from what the command
printed, from an exit code or a word that the line itself echoes (`; echo "exit: $?"`, `&& echo OK`), or stays unknown.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile.effects import printed, runners, vcs
from assure_tui.reconcile.effects.changes import changes
from assure_tui.reconcile.effects.made import Ending, made
from assure_tui.reconcile.effects.outcome import Outcome, hooked, judge
from assure_tui.reconcile.effects.script import Script, Simple, join
from assure_tui.reconcile.effects.sections import body
from assure_tui.reconcile.effects.shell import parse
from assure_tui.reconcile.kinds import kinds
from assure_tui.reconcile.model import Effect, EffectClass
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.ingest.model import ToolCall, ToolResult
    from assure_tui.reconcile.effects.wrappers import Dialect

MAX_EFFECTS = 64
"""Effects that one call may give; what a longer line does beyond them is in its last effect's command."""
MAX_COMMAND = 4096
"""Characters of a command's source that an effect keeps."""
MAX_WORDS = 200
MAX_SHORT = 1000
"""Characters of a line that may be met again much later; a longer one is remembered only while its call is open."""

_PROBED = frozenset({"ran", "remote"})
"""Kinds of commands whose output may show that they were a test run: of several in a line the last."""
_OF_HOOK = ("command", "argv", "cwd", "call_command", "masked", "wrapper")
"""Arguments that a test run of a hook has from the command that the hook stands before."""
_HIDDEN_KINDS = {"read", "search", "ran"}
_WRITING_METHODS = {"POST", "PUT", "PATCH", "DELETE"}


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a line does: a kind with its arguments, and the command it comes from."""

    kind: str
    at: int
    """Index of the simple command in the script; -1 for the line as a whole."""
    args: dict[str, Any] = {}
    number: int = 0
    """How many acts of this kind stand before it in the line."""
    runner: str | None = None
    probe: bool = False
    """Whether its output may show that it was a test run."""
    results: dict[str, Any] = {}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was understood."""

    script: Script
    acts: tuple[Act, ...]


def effects(
    call: ToolCall, command: str, cwd: str | None, result: ToolResult | None, dialect: Dialect = "bash"
) -> list[Effect]:
    """Return the effects of a shell call. The ids are the same with and without the result.

    A hook's test run is known by its output only, and stands before the commit or push that it was run for.
    """
    plan = understand(command, dialect)
    text = body(printed.plain(result.text)) if result is not None else ""
    found = []
    for index, act in enumerate(plan.acts):
        args = _args(plan, act, command, cwd)
        ran = hooked(plan.script, act, text, result) if result is not None else None
        if ran is not None:
            kept = {name: args[name] for name in _OF_HOOK}
            found.append(_effect(call, result, len(plan.acts) + index, act, ran, kept | {"hook": True}))
        found.append(_effect(call, result, index, act, judge(plan.script, act, text, result), args))
    return found


def _args(plan: Plan, act: Act, command: str, cwd: str | None) -> dict[str, Any]:
    """Return what is known of an act by the command line."""
    simple = plan.script.commands[act.at] if act.at >= 0 else None
    folder = join(cwd, simple.cd) if simple is not None and simple.cd else cwd
    args: dict[str, Any] = {
        "command": (simple.text if simple is not None else command)[:MAX_COMMAND],
        "argv": list(simple.argv[:MAX_WORDS]) if simple is not None else [],
        "cwd": folder,
        "call_command": command[:MAX_COMMAND],
        "masked": simple.masked if simple is not None else None,
        "wrapper": list(simple.wrappers) if simple is not None else [],
        **act.args,
    }
    if "paths" in args:
        args["abs"] = [join(folder, path) for path in args["paths"]]
    if not plan.script.whole:
        args["unparsed"] = True
    return args


def _effect(
    call: ToolCall, result: ToolResult | None, index: int, act: Act, outcome: Outcome, args: dict[str, Any]
) -> Effect:
    kind = outcome.kind or act.kind
    if kind == "tests" and act.kind != "tests":
        args |= {"runner": outcome.results.get("runner"), "scope": [], "selected": False, "flags": []}
    ending = Ending(outcome.status, outcome.exit_source, outcome.exit_code)
    results = {**act.results, **outcome.results}
    return made(call, result, kind, _class(kind, act), args, results, index=index, ending=ending)


def _class(kind: str, act: Act) -> EffectClass:
    if kind == "vcs" and act.args.get("action") in {"fetch", "clone"}:
        return "read"
    known = kinds().get(kind)
    return known.effect_class if known is not None else "execute"


# -- what a line does


def understand(command: str, dialect: Dialect = "bash") -> Plan:
    """Read a line and tell what it does."""
    return _short_line(command, dialect) if len(command) <= MAX_SHORT else _long_line(command, dialect)


@lru_cache(maxsize=2048)
def _short_line(command: str, dialect: Dialect) -> Plan:
    return _plan(command, dialect)


@lru_cache(maxsize=32)
def _long_line(command: str, dialect: Dialect) -> Plan:
    return _plan(command, dialect)


def _plan(command: str, dialect: Dialect) -> Plan:
    script = parse(command, dialect)
    acts: list[Act] = []
    for at, simple in enumerate(script.commands):
        if simple.argv or simple.redirects:
            acts += _acts(simple, at)
        if len(acts) >= MAX_EFFECTS:
            break
    if not acts:
        acts = [Act(kind="ran", at=0 if len(script.commands) == 1 else -1)]
    tested = any(act.kind == "tests" for act in acts)
    last = next((act for act in reversed(acts) if act.probe and act.kind in _PROBED), None)
    counts: dict[str, int] = {}
    numbered: list[Act] = []
    for act in acts[:MAX_EFFECTS]:
        key = f"{act.kind}:{act.runner}" if act.runner else act.kind
        probe = act.probe and not (act.kind in _PROBED and (tested or act is not last))
        number = counts.get(key, 0)
        changed = number or probe != act.probe
        numbered.append(msgspec.structs.replace(act, number=number, probe=probe) if changed else act)
        counts[key] = number + 1
    return Plan(script=script, acts=tuple(numbered))


def _acts(simple: Simple, at: int) -> list[Act]:
    found = [
        Act(
            kind=change.op,
            at=at,
            args={"paths": list(change.paths), "via": change.via, **({"folder": True} if change.folder else {})},
            results={
                name: value
                for name, value in (("added", change.added), ("removed", change.removed), ("diff", change.diff))
                if value is not None
            },
        )
        for change in changes(simple)
    ]
    main = _main(simple, at, changed=bool(found))
    return ([main] if main is not None else []) + found


def _main(simple: Simple, at: int, *, changed: bool) -> Act | None:
    """Return what the command itself does, beside the files that its words and redirections change."""
    if not simple.argv:
        return None
    use = runners.recognise(simple.argv)
    if use is not None:
        args: dict[str, Any] = {"scope": list(use.scope), "flags": list(use.flags)}
        if use.kind == "tests":
            args |= {"runner": use.runner or use.name, "selected": use.selected}
        else:
            args["tool"] = use.name
        return Act(kind=use.kind, at=at, args=args, runner=use.runner or "?", probe=use.runner is None)
    program = simple.program
    if program == "git":
        git = vcs.parse(simple.argv)
        if git is None:
            return None
        kind, args = vcs.describe(git, simple)
        return _unless_hidden(simple, Act(kind=kind, at=at, args=args))
    kind = kind_of(simple)
    if kind == "quiet":
        return None
    if changed and kind in {"ran", "read"}:
        return None
    if kind in {"read", "search"}:
        if simple.pipe[1] > 0 and "xargs" not in simple.wrappers:
            return None
        return _unless_hidden(simple, Act(kind=kind, at=at, args={"paths": _operands(simple, kind)}))
    return _unless_hidden(simple, Act(kind=kind, at=at, probe=kind in _PROBED and not _only_manages(simple)))


def _only_manages(simple: Simple) -> bool:
    """Return whether a command looks after containers, and prints nothing of what runs in them."""
    known = table("commands")["containers"]
    return simple.program in known["programs"] and frozenset(known["shows"]).isdisjoint(simple.argv)


def _unless_hidden(simple: Simple, act: Act) -> Act | None:
    """Drop a command that only looks, where it stands in a substitution: it is not an effect of its own."""
    return None if simple.inner and act.kind in _HIDDEN_KINDS else act


@cache
def _commands() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for kind, entry in table("commands").items():
        if kind in {"benign", "containers", "launchers", "envelope"}:
            continue
        for command in entry["commands"]:
            words = tuple(command.split())
            by_first.setdefault(words[0], []).append((words[1:], kind))
    for group in by_first.values():
        group.sort(key=lambda item: -len(item[0]))
    return by_first


def kind_of(simple: Simple) -> str:
    """Return the kind of a command by its program's name and leading words; `ran` for anything else."""
    program, words = simple.program, simple.argv[1:]
    if program in {"curl", "wget", "http", "https", "xh", "Invoke-RestMethod", "Invoke-WebRequest", "iwr", "irm"}:
        return "remote" if _writes_remotely(program, words) else "read"
    if program == "gh" and words[:1] == ("api",):
        return "remote" if _writes_remotely("gh", words) else "read"
    if program in {"sed", "awk", "gawk"}:
        return "read"
    operands = [word for word in words if not word.startswith("-") or len(word) == 2]
    for wanted, kind in _commands().get(program, ()):
        if kind == "quiet" and simple.local:
            continue
        if list(wanted) == operands[: len(wanted)] or list(wanted) == list(words[: len(wanted)]):
            return kind
    return "ran"


def _writes_remotely(program: str, words: tuple[str, ...]) -> bool:
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in {"-X", "--request", "--method", "-Method"}:
            return following.upper() in _WRITING_METHODS
        if (
            word.upper() in {f"-X{method}" for method in _WRITING_METHODS}
            or word.partition("=")[2].upper() in _WRITING_METHODS
        ):
            return True
        if program == "curl" and (
            word in {"-d", "--json", "-F", "--form", "-T", "--upload-file"} or word.startswith("--data")
        ):
            return "-G" not in words and "--get" not in words
        if program == "wget" and word.startswith(("--post", "--body")):
            return True
        if program == "gh" and word in {"-f", "-F", "--field", "--raw-field", "--input"}:
            return not (words[1:2] == ("graphql",) and not any("mutation" in other for other in words))
        if program in {"http", "https", "xh"} and word in _WRITING_METHODS:
            return True
    return False


def _operands(simple: Simple, kind: str) -> list[str]:
    """Files that a looking command names."""
    operands = [word for word in simple.argv[1:] if not word.startswith("-")]
    if kind == "search" or simple.program in {"sed", "awk", "gawk", "jq", "yq"}:
        operands = operands[1:] if not {"-e", "-f"} & set(simple.argv[1:]) else operands
    if simple.program in {"head", "tail"}:
        operands = [word for word in operands if not word.isdecimal()]
    if simple.program in {"gh", "curl", "npm", "docker", "kubectl", "go", "pip"}:
        return []
    return operands + [redirect.target for redirect in simple.redirects if redirect.op == "<"]
