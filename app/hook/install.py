"""Puts the hook into an agent's own settings, and takes it out again.

Only our entries are touched: the rest of the file keeps its order and indentation. All that an agent's settings look
like is in `_PLACES` and `_entries`; HOOKS.md names the pages that this follows.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from assure_tui.app.child import command
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.small_files import expanded, read_small
from assure_tui.app.hook import protocols
from assure_tui.app.hook.client import TIME_LIMIT

Scope: TypeAlias = Literal["user", "project"]
MAX_SETTINGS: Final = 4 << 20
SLACK: Final = 10.0
"""Seconds beyond the hook's own limit after which the agent gives it up."""
_OURS: Final = re.compile(
    r"\bassure(?:_tui\.app|-tui)\b.{0,400}\shook\s+(?:" + "|".join(protocols.AGENTS) + r")(?![\w-])"
)
_INDENT: Final = re.compile(r"^([ \t]+)\S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an agent's hooks stand: below the user's folder or what a variable names, and below a project's."""

    variable: str
    folder: str
    user: str
    project: str


_PLACES: Final[dict[str, Place]] = {
    # A project's settings are the user's own for that project, not the ones that everybody there shares.
    "claude-code": Place("CLAUDE_CONFIG_DIR", ".claude", "settings.json", ".claude/settings.local.json"),
    "codex": Place("CODEX_HOME", ".codex", "hooks.json", ".codex/hooks.json"),
    "gemini-cli": Place("", ".gemini", "settings.json", ".gemini/settings.json"),
    "copilot-cli": Place("COPILOT_HOME", ".copilot", "hooks/assure-tui.json", ".github/hooks/assure-tui.json"),
}
AGENTS: Final = tuple(_PLACES)


@dataclass(frozen=True, slots=True)
class Applied:
    """An edit that was made."""

    path: Path
    copy: Path | None
    """Where what stood there is kept."""

    def undo(self) -> None:
        """Put back what stood there, which needs no room on the disk."""
        if self.copy is not None:
            self.copy.replace(self.path)
        else:
            self.path.unlink()


@dataclass(frozen=True, slots=True)
class Edit:
    """A settings file before and after; None where there is no file."""

    path: Path
    before: str | None
    after: str | None

    @property
    def changes(self) -> bool:
        """Return whether there is anything to do."""
        return self.before != self.after

    def diff(self) -> Iterator[str]:
        """Yield what changes as the lines of a unified diff."""
        yield from difflib.unified_diff(
            (self.before or "").splitlines(),
            (self.after or "").splitlines(),
            str(self.path) if self.before is not None else "/dev/null",
            str(self.path) if self.after is not None else "/dev/null",
            lineterm="",
        )

    def apply(self) -> Applied:
        """Write the file as a whole, beside a copy of what stood there.

        Raises:
            UsageError: The file has changed since it was read.
        """
        if _text(self.path) != self.before:
            raise UsageError(f"{self.path} has changed meanwhile: look at it, and try again.")
        copy = None
        target = self.path.resolve()  # a link stays a link
        mode = target.stat().st_mode & 0o777 if self.before is not None else 0o600
        if self.before is not None:
            copy = _unused(target.with_name(f"{target.name}.{time.strftime('%Y%m%dT%H%M%S')}.bak"))
            _write(copy, self.before, mode)
        if self.after is None:
            self.path.unlink()
            return Applied(self.path, copy)
        target.parent.mkdir(parents=True, exist_ok=True)
        new = _unused(target.with_name(f".{target.name}.{os.getpid()}.new"))
        _write(new, self.after, mode)
        new.replace(target)
        return Applied(target, copy)


def _unused(path: Path) -> Path:
    """Return a name that no file has: a copy of this very second is not overwritten."""
    names = (path.with_name(f"{path.stem}.{number}{path.suffix}") for number in range(2, 1000))
    return next((name for name in (path, *names) if not os.path.lexists(name)), path)


def _write(path: Path, text: str, mode: int) -> None:
    """Write a new file that nobody else may read meanwhile, all of it or nothing.

    Raises:
        UsageError: The disk does not take it.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(mode)
    except OSError as error:
        path.unlink()
        raise UsageError(f"{path} cannot be written ({error.strerror}): nothing was changed.") from error


def settings_file(agent: str, scope: Scope, folder: Path) -> Path:
    """Return the file in which an agent's hooks stand; `folder` is the project's.

    Raises:
        UsageError: The agent has no settings that we know.
    """
    place = _PLACES.get(agent)
    if place is None:
        raise UsageError(f"{agent} has no settings of its own: have it call `{words(agent, None)}` before it acts.")
    if scope == "project":
        return folder / place.project
    named = os.environ.get(place.variable, "").split(",")[0].strip() if place.variable else ""
    return (expanded(Path(named)) if named else _home() / place.folder) / place.user


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise UsageError("this user has no home folder, where agents keep their settings: set HOME.") from error


def words(agent: str, home: Path | None) -> str:
    """Return the command line that an agent calls; with `home` where the state does not lie in its usual place."""
    argv = command("assure_tui.app", "hook", agent) + (["--home", str(home)] if home is not None else [])
    return subprocess.list2cmdline(argv) if sys.platform == "win32" else shlex.join(argv)


def adding(agent: str, path: Path, *, home: Path | None, wait: float) -> Edit:
    """Say what installing does to a settings file. An older entry of ours is replaced.

    Raises:
        UsageError: The file is not what the agent reads.
    """
    text = _text(path)
    document = _parsed(path, text, whole=True)
    _take_out(document)
    for event, entry in _entries(agent, words(agent, home), TIME_LIMIT + wait + SLACK).items():
        _hooks(document, path).setdefault(event, [])
        there = document["hooks"][event]
        if not isinstance(there, list):
            raise UsageError(f"{path}: `hooks.{event}` is not a list: mend it first.")
        there.append(entry)
    if agent == "copilot-cli":
        document = {"version": 1, **document}
    return Edit(path, text, _written(document, text))


def removing(path: Path) -> Edit:
    """Say what removing does to a settings file. A file that held nothing else goes with it.

    Raises:
        UsageError: The file is not what the agent reads.
    """
    text = _text(path)
    if text is None:
        return Edit(path, None, None)
    document = _parsed(path, text, whole=True)
    if not _take_out(document):
        return Edit(path, text, text)
    empty = not document or set(document) == {"version"}
    return Edit(path, text, None if empty else _written(document, text))


def found(path: Path) -> list[str]:
    """Return our commands in a settings file.

    Raises:
        UsageError: It cannot be read, or the agent cannot.
    """
    document = _parsed(path, _text(path))
    return [line for entry in _all_entries(document) for line in _commands(entry) if _OURS.search(line)]


def switched_off(agent: str) -> str:
    """Say why the agent would not call its hooks though they are installed; empty when nothing is known against it."""
    if agent != "codex":
        return ""
    config = settings_file(agent, "user", Path()).with_name("config.toml")
    try:
        features = tomllib.loads((read_small(config, MAX_SETTINGS) or b"").decode()).get("features", {})
    except (OSError, ValueError, RecursionError):
        return ""
    off = isinstance(features, dict) and (features.get("hooks") is False or features.get("codex_hooks") is False)
    return f"{config} switches hooks off (`[features]`)" if off else ""


def _entries(agent: str, line: str, seconds: float) -> dict[str, dict[str, Any]]:
    """Return what to add under each event of an agent."""
    whole = round(seconds)
    match agent:
        case "gemini-cli":
            call = {"name": "assure-tui", "type": "command", "command": line, "timeout": whole * 1000}
            return {"BeforeTool": {"matcher": ".*", "hooks": [call]}, "AfterAgent": {"hooks": [dict(call)]}}
        case "copilot-cli":
            call = {"type": "command", "bash": line, "powershell": f"& {line}", "timeoutSec": whole}
            return {"preToolUse": call, "agentStop": dict(call), "subagentStop": dict(call)}
        case _:
            call = {"type": "command", "command": line, "timeout": whole}
            entries: dict[str, dict[str, Any]] = {"PreToolUse": {"matcher": "*", "hooks": [call]}}
            return entries | {event: {"hooks": [dict(call)]} for event in ("Stop", "SubagentStop")}


def _text(path: Path) -> str | None:
    try:
        data = read_small(path, MAX_SETTINGS)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): make it a file that you can read.") from error
    if data is None:
        return None
    if len(data) > MAX_SETTINGS:
        raise UsageError(f"{path} is larger than {MAX_SETTINGS} bytes: that is not a settings file.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8.") from error


def _parsed(path: Path, text: str | None, *, whole: bool = False) -> dict[str, Any]:
    """Read the settings; where they must be `whole`, as to be written anew, no key may stand twice in one object."""
    if text is None or not text.strip():
        return {}
    try:
        document = json.loads(text, object_pairs_hook=_single if whole else None)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not plain JSON ({error}): add the hook by hand, see app/hook/HOOKS.md.") from error
    if not isinstance(document, dict):
        raise UsageError(f"{path} holds no JSON object: mend it first.")
    return document


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for number, (key, _) in enumerate(pairs) if key in {other for other, _ in pairs[:number]})
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


def _written(document: Mapping[str, Any], before: str | None) -> str:
    """Write JSON as the file was written: its indentation, its line ends and its last line feed."""
    match = _INDENT.search(before or "")
    indent: int | str = "\t" if match and match[1].startswith("\t") else len(match[1]) if match else 2
    end = "" if before and not before.endswith("\n") else "\n"
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can hold and UTF-8 cannot
        text = json.dumps(document, indent=indent)
    return (text + end).replace("\n", "\r\n") if before and "\r\n" in before else text + end


def _hooks(document: dict[str, Any], path: Path) -> dict[str, Any]:
    hooks = document.setdefault("hooks", {})
    if not isinstance(hooks, dict):
        raise UsageError(f"{path}: `hooks` is not a table: mend it first.")
    return hooks


def _all_entries(document: Mapping[str, Any]) -> Iterator[Any]:
    hooks = document.get("hooks")
    for entries in hooks.values() if isinstance(hooks, dict) else ():
        yield from entries if isinstance(entries, list) else ()


def _commands(entry: Any) -> Iterator[str]:
    """Yield the command lines of an entry: its own, or those of the handlers in it."""
    if not isinstance(entry, dict):
        return
    handlers = entry.get("hooks")
    for part in [entry, *(handlers if isinstance(handlers, list) else ())]:
        if isinstance(part, dict):
            yield from (part[name] for name in ("command", "bash", "powershell") if isinstance(part.get(name), str))


def _take_out(document: dict[str, Any]) -> bool:
    """Take our handlers out, and what is empty without them; tell whether there were any."""
    hooks = document.get("hooks")
    taken = False
    if not isinstance(hooks, dict):
        return False
    for event, entries in list(hooks.items()):
        if not isinstance(entries, list):
            continue
        kept = [rest for entry in entries if (rest := _without_ours(entry)) is not None]
        taken = taken or kept != entries
        if kept:
            hooks[event] = kept
        elif entries:
            del hooks[event]
    if taken and not hooks:
        del document["hooks"]
    return taken


def _without_ours(entry: Any) -> Any:
    """Return an entry without our handlers; None when nothing is left of it."""
    if not any(_OURS.search(line) for line in _commands(entry)):
        return entry
    handlers = entry.get("hooks")
    rest = [
        part
        for part in (handlers if isinstance(handlers, list) else ())
        if not any(_OURS.search(line) for line in _commands(part))
    ]
    return entry | {"hooks": rest} if rest else None
