"""Gates over git: hooks that are skipped or taken away, and history that may be lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects import vcs
from assure_tui.reconcile.effects.script import Simple, join
from assure_tui.reconcile.gates.look import Look
from assure_tui.reconcile.gates.made_paths import made_by_run
from assure_tui.reconcile.gates.places import worth
from assure_tui.reconcile.gates.rules import Hit, holds, listed, quoted
from assure_tui.reconcile.model import Severity

Loss: TypeAlias = tuple[Severity, str, str]
"""How grave it is, the reason, and what the command does."""

_MAIN_BRANCHES = {"main", "master", "trunk", "develop", "production", "release"}
_MOVING = {"checkout": "-B", "switch": "-C", "branch": "-f"}
_HOOKS_PATH = "core.hookspath"
_NOT_RUN = re.compile(r"[ugoa]{0,4}-[rwst]{0,4}x[rwst]{0,4}|0?[0-7][0246]{2}")
"""Modes that make a hook non-executable."""


def hits(simple: Simple, folder: str | None, look: Look) -> Iterator[Hit]:
    """Yield what the gates find in one command."""
    yield from _hooks(simple, folder, look)
    yield from _history(simple, folder, look)


# -- hooks


def _hooks(simple: Simple, folder: str | None, look: Look) -> Iterator[Hit]:
    found = _hook_bypass(simple)
    if found is not None:
        reason, what = found
        severity: Severity = "low" if _apart(folder, look) else "high"
        yield Hit(
            fact="hook_bypass", severity=severity, reason=reason, message=f"{quoted(simple)} {what}", bypassed=True
        )


def _hook_bypass(simple: Simple) -> tuple[str, str] | None:
    """Return how a command keeps the repository's hooks from running: the reason, and what it does."""
    environment = _environment(simple)
    for name, values in listed("hooks", "environment").items() if environment else ():
        if environment.get(name, "").lower() in values:
            return "environment", f"switches the repository's hooks off with {name}"
    git = vcs.parse(simple.argv) if simple.program == "git" else None
    if git is not None:
        return _hook_bypass_of_git(git, simple, environment)
    if " ".join(simple.argv[:2]) in listed("hooks", "removers"):
        return "hooks-removed", "removes the repository's hooks"
    return ("hooks-removed", "takes the repository's hooks away") if any(map(_is_hook, _taken(simple))) else None


def _hook_bypass_of_git(git: vcs.Git, simple: Simple, environment: Mapping[str, str]) -> tuple[str, str] | None:
    hooked = git.action in {"commit", "push", "merge"}
    if hooked and any(environment.get(name) for name in listed("hooks", "lists")):
        return "environment", "skips hooks by name"
    keys = [value.lower() for name, value in environment.items() if name.startswith("GIT_CONFIG_KEY_")]
    if _HOOKS_PATH in keys or _HOOKS_PATH in dict(git.config):
        return "hooks-path", "points git at other hooks for this command"
    if git.action == "config" and _sets_hooks_path(git.words):
        return "hooks-path", "switches the repository's hooks off"
    computed = hooked and any("no-verify" in word and "$(" in word for word in git.words)
    told = git.action in {"merge", "rebase", "am", "cherry-pick"} and "--no-verify" in git.words
    if computed or told or vcs.describe(git, simple)[1].get("no_verify"):
        return "no-verify", "skips the hooks that check the change"
    return None


def _environment(simple: Simple) -> dict[str, str]:
    """Return the variables that a command sets, for itself or for those after it."""
    environment = dict(simple.env)
    if simple.program in {"export", "set", "declare"}:
        environment |= dict(word.split("=", 1) for word in simple.argv[1:] if "=" in word)
    return environment


def _apart(folder: str | None, look: Look) -> bool:
    """Whether a command works in a folder that is not the workspace, but temporary or made by the run itself."""
    if not folder or folder == look.cwd:
        return False
    return worth(folder, look.cwd, look.memory.own) in {"temporary", "own"}


def _taken(simple: Simple) -> tuple[str, ...]:
    """Paths that a command removes, moves away or makes non-executable."""
    operands = tuple(word for word in simple.argv[1:] if not word.startswith("-"))
    match simple.program:
        case "rm" | "unlink":
            return operands
        case "mv":
            return operands[:-1]
        case "chmod" if len(simple.argv) > 2 and _NOT_RUN.fullmatch(simple.argv[1]):
            return simple.argv[2:]
        case _:
            return ()


def _is_hook(path: str) -> bool:
    """Whether a path is a hook that git runs, or their folder; copies and samples do not count."""
    return holds("hooks", "files", path.replace("\\", "/"))


def _sets_hooks_path(words: tuple[str, ...]) -> bool:
    lowered = [word.lower() for word in words]
    if _HOOKS_PATH not in lowered or "--get" in lowered or "--unset" in lowered:
        return False
    at = lowered.index(_HOOKS_PATH)
    value = words[at + 1] if at + 1 < len(words) else None
    return value is not None and (value in {"/dev/null", "", "NUL"} or value.startswith(("/tmp", "/var/empty")))  # noqa: S108


# -- history


def _history(simple: Simple, folder: str | None, look: Look) -> Iterator[Hit]:
    if simple.program in {"git-filter-repo", "bfg"}:
        yield Hit(fact="history_loss", severity="high", reason="rewrite", message=f"{quoted(simple)} rewrites history")
        return
    git = vcs.parse(simple.argv) if simple.program == "git" else None
    if git is None:
        return
    if git.folder:
        folder = join(folder, git.folder)
    found = _git_loss(git, look)
    if found is not None:
        severity, reason, what = found
        if severity not in {"info", "low"} and git.action != "push" and _apart(folder, look):
            severity = "low"
        yield Hit(fact="history_loss", severity=severity, reason=reason, message=f"{quoted(simple)} {what}")


def _git_loss(git: vcs.Git, look: Look) -> Loss | None:
    words, memory, operands = set(git.words), look.memory, _operands(git)
    match git.action, operands[:1]:
        case "push", _:
            return _push_loss(git, look)
        case "reset", _ if "--hard" in words:
            return _reset_loss(look)
        case "clean", _ if _cleans(git):
            return "low", "clean", "deletes files that git does not know"
        case "branch", _ if {"-D", "-df", "-fd"} & words or {"--delete", "--force"} <= words:
            severity: Severity = "info" if all(name in memory.branches for name in operands) else "low"
            return severity, "branch-deleted", "deletes a branch even if nothing else holds its commits"
        case (("checkout" | "switch" | "branch"), _) if _moves_branch(git) and operands[0] not in memory.branches:
            return "low", "branch-moved", "points a branch elsewhere, whatever it held"
        case (("checkout" | "restore"), _):
            return _discarded(git, look)
        case "stash", ["drop"]:
            return "info" if memory.stashed else "low", "stash-dropped", "drops stashed work"
        case "stash", ["clear"]:
            return "low" if memory.stashed else "medium", "stash-cleared", "drops all stashed work"
        case (("filter-branch" | "filter-repo"), _):
            return "high", "rewrite", "rewrites history"
        case "reflog", ["expire" | "delete"] if not {"-n", "--dry-run"} & words:
            return "medium", "reflog", "removes the record from which lost commits are recovered"
        case "gc", _ if any(word.startswith("--prune=") and "now" in word for word in words):
            return "low", "pruned", "removes unreachable commits for good"
        case "update-ref", _ if "-d" in words:
            return "medium", "ref-deleted", "deletes a ref"
        case "worktree", ["remove"] if {"-f", "--force"} & words:
            own = all(made_by_run(join(_folder(git, look), path), look) for path in operands[1:])
            return "info" if own else "low", "worktree-removed", "removes a worktree even with changes in it"
        case _:
            return None


def _moves_branch(git: vcs.Git) -> bool:
    """Return whether a command sets a branch that may exist to another commit."""
    return _MOVING[git.action] in git.words and len(_operands(git)) > 1


def _reset_loss(look: Look) -> Loss:
    commands = look.script.commands if look.script else ()
    line = [vcs.parse(other.argv) for other in commands if other.program == "git"]
    if any(map(_cleans, line)):
        return "medium", "hard-reset", "throws uncommitted work away, with the files that git does not know"
    return "low", "kept-reset" if any(map(_branches, line)) else "hard-reset", "throws uncommitted work away"


def _operands(git: vcs.Git) -> list[str]:
    return [word for word in git.words if not word.startswith("-")]


def _folder(git: vcs.Git, look: Look) -> str | None:
    return join(look.cwd, git.folder) if git.folder else look.cwd


def _cleans(git: vcs.Git | None) -> bool:
    """Return whether a command deletes the files that git does not know, rather than list them."""
    if git is None or git.action != "clean":
        return False
    forced = any(re.fullmatch(r"-\w*f\w*|--force", word) for word in git.words)
    return forced and not any(re.fullmatch(r"-\w*n\w*|--dry-run", word) for word in git.words)


def _branches(git: vcs.Git | None) -> bool:
    """Return whether a command makes a branch, on which the commits of a line are kept."""
    if git is None or not git.words:
        return False
    if git.action == "branch":
        return not git.words[0].startswith("-")
    return not {"checkout": {"-b", "-B"}, "switch": {"-c", "-C"}}.get(git.action, set()).isdisjoint(git.words)


def _push_loss(git: vcs.Git, look: Look) -> Loss | None:
    args = vcs.describe(git, Simple(argv=("git", "push", *git.words), text=""))[1]
    branch = args.get("branch") or ""
    if not args or "force" not in args:
        return None
    if "--mirror" in git.words:
        return "high", "mirror", "overwrites every ref of the remote"
    if args["force"]:
        grave = branch in _MAIN_BRANCHES or branch.startswith("release")
        return ("high" if grave else "medium"), "force-push", "overwrites the remote's history without looking"
    if args["lease"]:
        return "low", "force-with-lease", "overwrites the remote's history if nobody else pushed"
    if args["delete"]:
        known = branch in look.memory.branches or any(word in look.memory.branches for word in git.words)
        return ("info" if known else "low"), "remote-deleted", "deletes a ref of the remote"
    return None


def _discarded(git: vcs.Git, look: Look) -> Loss | None:
    """Return whether a checkout or a restore writes over changes of files."""
    words = git.words
    if git.action == "restore" and "--staged" in words and "--worktree" not in words:
        return None
    if git.action == "checkout" and {"-b", "-B", "--orphan", "--theirs", "--ours", "--merge", "--track"} & set(words):
        return None
    paths = list(words[words.index("--") + 1 :]) if "--" in words else []
    if not paths:
        paths = [word for word in words if word in {".", "*", ":/"}]
        if git.action == "restore":
            paths = [word for word in words if not word.startswith("-")]
    if not paths:
        return None
    folder = _folder(git, look)
    if any(path in {".", "*", ":/", "./"} for path in paths):
        edited = look.memory.edited
        return ("low" if edited else "medium"), "discarded", "throws all uncommitted changes away"
    own = all(join(folder, path) in look.memory.edited for path in paths)
    return ("info" if own else "low"), "discarded", "throws uncommitted changes of files away"
