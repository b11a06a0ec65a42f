"""Gates over the deletion of files: how grave it is depends on what the place that is deleted was worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.script import Script, Simple, is_absolute, join
from assure_tui.reconcile.gates.look import Look
from assure_tui.reconcile.gates.made_paths import made
from assure_tui.reconcile.gates.places import Own, settled, worth
from assure_tui.reconcile.gates.rules import Hit, holds, listed, quoted
from assure_tui.reconcile.model import SEVERITIES, Severity

MAX_SOURCE = 16 * 1024
"""Characters of a line in which loops are looked for."""
MAX_VALUES = 64
"""Words of one loop that are put in for its variable."""

_FORMATTERS = frozenset({"mkfs", "wipefs", "fdisk"})
_POSIX_DELETERS = frozenset({"rm", "shred"})
_WINDOWS_DELETERS = frozenset({"remove-item", "ri", "rd", "rmdir", "del"})
_OPTION_VALUES = frozenset({"$true", "silentlycontinue"})
"""What PowerShell's options take: `-Recurse:$true`, `-ErrorAction SilentlyContinue`."""
_SWITCH = re.compile(r"/[a-z](?::\S{1,20})?", re.IGNORECASE)
"""An option of the Windows command line: `rd /s /q build`."""
_BY_NAME = frozenset({"-name", "-iname", "-path", "-regex"})
_BY_AGE = re.compile(r"-(?:[acm](?:time|min)|newer\w{0,2})")
"""How `find` picks old files: it is housekeeping."""
_LOOP = re.compile(r"\bfor (?P<name>\w{1,40}) in (?P<words>[^;\n]{1,2000})(?:;|\n)")
_LOOPED = re.compile(r"\$\{?(?P<name>\w{1,40})\}?")
_UNSETTLED = re.compile(r"[$`*?(\[{]")


class _Deletion(NamedTuple):
    """What is lost with one path."""

    severity: Severity
    reason: str
    message: str


def hits(script: Script, at: int, folder: str | None, look: Look) -> Iterator[Hit]:
    """Yield the gravest loss of files that one command of a line causes."""
    simple = script.commands[at]
    wiped = _wiped(simple)
    if wiped:
        yield _hit(simple, _Deletion("critical", "disk", wiped))
        return
    worst: _Deletion | None = None
    name = ""
    for path in _without_loops(_deleted(simple, folder, look), look.source):
        found = _weigh(path, folder, script, at, look)
        if found is not None and (worst is None or _gravity(found) > _gravity(worst)):
            worst, name = found, path.rstrip("/").rpartition("/")[2]
    if worst is not None:
        yield _hit(simple, worst, name)


def _hit(simple: Simple, found: _Deletion, *names: str) -> Hit:
    return Hit(
        fact="destructive_files",
        severity=found.severity,
        reason=found.reason,
        message=f"{quoted(simple)} {found.message}",
        objects=names,
    )


def _gravity(found: _Deletion) -> int:
    return SEVERITIES.index(found.severity)


# -- what is deleted


def _wiped(simple: Simple) -> str:
    """Say what a command does to a whole disk; "" when it does nothing of the kind."""
    if simple.program.lower() in _FORMATTERS or simple.program.startswith("mkfs."):
        return "wipes a disk"
    devices = (word for word in simple.argv[1:] if word.startswith("of=/dev/") and "null" not in word)
    return "overwrites a disk" if simple.program.lower() == "dd" and next(devices, None) else ""


def _deleted(simple: Simple, folder: str | None, look: Look) -> list[str]:
    """Return the folders that a command deletes with everything in them."""
    if "xargs" in simple.wrappers or "find -exec" in simple.wrappers:
        return []  # the line does not tell which paths it is given
    program, words = simple.program.lower(), simple.argv[1:]
    operands = [word for word in words if word and not word.startswith("-")]
    if program == "find":
        return operands[:1] if "-delete" in words and _finds_all(words, operands[:1], folder, look) else []
    if not _is_recursive(program, words):
        return []
    if program in _WINDOWS_DELETERS:
        operands = [word for word in operands if not _SWITCH.fullmatch(word)]
    return [word for word in operands if word.lower() not in _OPTION_VALUES]


def _finds_all(words: tuple[str, ...], roots: list[str], folder: str | None, look: Look) -> bool:
    """Whether `find -delete` takes more than some files of the workspace or some old ones."""
    if not roots or any(_BY_AGE.fullmatch(word) for word in words):
        return False
    place = worth(join(folder, roots[0]), look.cwd, look.memory.own)
    return place == "outside" or (place == "everything" and _BY_NAME.isdisjoint(words))


def _is_recursive(program: str, words: tuple[str, ...]) -> bool:
    if program in _WINDOWS_DELETERS:
        lowered = [word.lower() for word in words]
        return any(word.startswith(("-r", "/s")) and word != "-readonly" for word in lowered)
    if program in _POSIX_DELETERS:
        return any(word == "--recursive" or re.fullmatch(r"-\w*[rR]\w*", word) for word in words)
    return program == "trash"


def _without_loops(paths: Sequence[str], source: str) -> list[str]:
    """Put the words of a loop in for its variable, where they are fixed: `for d in a b; do rm -r "$d/x"; done`."""
    values = {hit["name"]: hit["words"].split() for hit in _LOOP.finditer(source[:MAX_SOURCE])} if paths else {}
    out: list[str] = []
    for path in paths:
        hit = _LOOPED.match(path)
        words = values.get(hit["name"], []) if hit else []
        if hit and words and not _UNSETTLED.search(" ".join(words)):
            out += [word.strip("\"'") + path[hit.end() :] for word in words[:MAX_VALUES]]
        else:
            out.append(path)
    return out


# -- how grave it is


def _weigh(path: str, folder: str | None, script: Script, at: int, look: Look) -> _Deletion | None:
    """Weigh the deletion of one path; None where nothing of worth is lost."""
    # where the log does not tell the workspace, it is the folder that the line went to
    workspace = look.cwd or (None if is_absolute(path) else folder)
    resolved = join(folder, path)
    match worth(resolved, workspace, look.memory.own):
        case "everything":
            bare = path.rstrip("/") in {"", "~", "$HOME", "/", "/*"}
            return _Deletion("critical" if bare else "high", "everything", f"deletes {path}, with everything in it")
        case "outside":
            return _outside(path, resolved, script, at, look)
        case "unknown":
            return _Deletion("info", "unknown-path", f"deletes {path}, which the log does not settle")
        case "inside" if resolved not in _made_around(script, at, look)[0]:
            return _Deletion("low", "inside", f"deletes {path}, which the run did not make")
        case _:
            return None


def _outside(path: str, resolved: str, script: Script, at: int, look: Look) -> _Deletion | None:
    """Weigh the deletion of a path outside of the workspace by what the same line makes before and after it."""
    earlier, later = _made_around(script, at, look)
    if resolved in earlier:
        return None
    if resolved in later and not holds("paths", "people", resolved):
        return _Deletion("low", "made-again", f"deletes {path}, and makes it again")
    if look.cwd is None and look.memory.own.holds_some_of(resolved):
        return _Deletion("low", "inside", f"deletes {path}, in which the run made files; the log tells no workspace")
    if _worked_in(path, resolved):
        told = f"deletes {path} in another folder than the workspace, which the line went to"
        return _Deletion("low", "outside", told)
    return _Deletion("high", "outside", f"deletes {path}, which is outside of the workspace")


def _made_around(script: Script, at: int, look: Look) -> tuple[Own, Own]:
    """Return the paths that the commands of a line make before the one at a place, and those that it makes after."""
    earlier, later = Own(), Own()
    for place, path in made(script, look.cwd):
        (earlier if place < at else later).add(path)
    return earlier, later


def _worked_in(path: str, resolved: str) -> bool:
    """Whether a path lies in a folder that the line itself went to, and that is nobody's home and no system's."""
    if is_absolute(path) or path.startswith(("~", "..", "$", "%")):
        return False
    folder = settled(resolved.removesuffix(path.removeprefix("./")).rstrip("/"))
    return bool(folder) and folder not in listed("paths", "roots") and not holds("paths", "people", folder)
