"""File tools of coding agents: what they create, edit, delete, read and search.

A tool is known by the words of its name and the names of its arguments (`data/tooling.toml`), not by product. A call
that was denied or failed did not touch the file, and its effect says so by its status.
"""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile.effects import complaint
from assure_tui.reconcile.effects.made import made
from assure_tui.reconcile.effects.patches import MAX_DIFF, Patched, counts, patched
from assure_tui.reconcile.effects.script import join
from assure_tui.reconcile.kinds import kinds
from assure_tui.reconcile.model import Effect
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assure_tui.ingest.model import FileChange, ToolCall, ToolResult

MAX_PATHS = 200
MAX_COMPARED = 2000
"""Lines of old and of new text up to which an edit is turned into a diff; longer ones are shown as replaced whole."""

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_OPS = {"create": "created", "edit": "edited", "delete": "deleted", "rename": "created", "read": "read"}


class _FileData(msgspec.Struct, frozen=True, kw_only=True):
    paths: list[str]
    lists: list[str]
    contents: list[str]
    old: list[str]
    new: list[str]
    edits: list[str]
    patches: list[str]
    words: dict[str, frozenset[str]]
    verbs: dict[str, str]


@cache
def _data() -> _FileData:
    return msgspec.convert(table("tooling")["file"], _FileData)


@lru_cache(maxsize=1024)
def name_words(name: str) -> tuple[str, ...]:
    """Split a tool's name into lower-case words."""
    return tuple(word.lower() for word in _CAMEL.findall(name))


def kind_of(call: ToolCall) -> str | None:
    """Return what a file tool does: a kind of effect, or `patch`; None when the call is not a file tool's."""
    data = _data()
    args = call.args
    if patch_text(args) is not None:
        return "patch"
    has_path = path_of(args) is not None or (
        not _none_of("lists", args) and any(isinstance(args.get(name), list) for name in data.lists)
    )
    if has_path:
        for name in ("command", "action", "op", "operation", "mode"):
            verb = args.get(name)
            if isinstance(verb, str) and verb in data.verbs:
                return data.verbs[verb]
        if any(name in args for name in (*data.old, *data.new, *data.edits)):
            return "edited"
    kind = _spoken(call.tool)
    if has_path or (kind == "search" and isinstance(args.get("pattern") or args.get("query"), str)):
        return kind
    return None


@lru_cache(maxsize=1024)
def _spoken(name: str) -> str | None:
    """Return the first kind that a word of a tool's name stands for."""
    words = set(name_words(name))
    return next((kind for kind, listed in _data().words.items() if listed & words), None)


def bare_kind(name: str) -> str | None:
    """Return the kind of a tool whose whole name is a file word (`Read`, `edit`), for a call that names no path."""
    words = name_words(name)
    if words == ("apply", "patch"):
        return "edited"
    return next((kind for kind, listed in _data().words.items() if len(words) == 1 and words[0] in listed), None)


@cache
def _listed(group: str) -> frozenset[str]:
    return frozenset(getattr(_data(), group))


def _none_of(group: str, args: Mapping[str, Any]) -> bool:
    """Return whether no argument has a name of the group, as is the case for most calls."""
    return _listed(group).isdisjoint(args)


def path_of(args: Mapping[str, Any]) -> str | None:
    """Return the path that a call's arguments name."""
    if _none_of("paths", args):
        return None
    for name in _data().paths:
        value = args.get(name)
        if isinstance(value, str) and value:
            return value.removeprefix("file://")
    return None


def patch_text(args: Mapping[str, Any]) -> str | None:
    """Return the patch that a call's arguments hold."""
    if _none_of("patches", args):
        return None
    for name in _data().patches:
        value = args.get(name)
        if isinstance(value, str) and ("*** Begin Patch" in value or re.search(r"^\+\+\+ ", value, re.MULTILINE)):
            return value
    return None


def effects(call: ToolCall, kind: str, cwd: str | None, result: ToolResult | None) -> list[Effect]:
    """Return the effects of a file tool's call: one, or one a file for a patch."""
    found = list(_changes(call, kind, result))
    return [
        _effect(call, change, cwd, result, index, "patch" if kind == "patch" else "tool")
        for index, change in enumerate(found)
    ]


class _Touched(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    paths: tuple[str, ...]
    added: int | None = None
    removed: int | None = None
    diff: str | None = None


def _changes(call: ToolCall, kind: str, result: ToolResult | None) -> Iterable[_Touched]:
    recorded = result.files if result is not None else ()
    if kind == "patch":
        for file in patched(patch_text(call.args) or "")[:MAX_PATHS]:
            yield _from_patch(file)
            if file.op == "rename":
                yield _Touched(kind="deleted", paths=(file.path,))
        return
    if kind in {"created", "edited"} and len(recorded) == 1:
        yield _from_record(recorded[0], call.args, kind)
        return
    paths = _paths(call.args)
    if kind == "created":
        text = _first(call.args, _data().contents) or ""
        added = text.count("\n") + (1 if text and not text.endswith("\n") else 0)
        yield _Touched(kind=kind, paths=paths, added=added, diff=_prefixed(text, "+"))
    elif kind == "edited":
        diff = edit_diff(call.args)
        added, removed = counts(diff)
        yield _Touched(kind=kind, paths=paths, added=added, removed=removed, diff=diff)
    else:
        yield _Touched(kind=kind, paths=paths)


def _from_patch(file: Patched) -> _Touched:
    return _Touched(
        kind=_OPS[file.op], paths=(file.new_path or file.path,), added=file.added, removed=file.removed, diff=file.diff
    )


def _from_record(file: FileChange, args: Mapping[str, Any], kind: str) -> _Touched:
    diff = (file.diff or "")[:MAX_DIFF]
    if not diff:
        diff = edit_diff(args) if kind == "edited" else _prefixed(_first(args, _data().contents) or "", "+")
    added, removed = counts(diff)
    return _Touched(kind=_OPS[file.op], paths=(file.new_path or file.path,), added=added, removed=removed, diff=diff)


def _paths(args: Mapping[str, Any]) -> tuple[str, ...]:
    path = path_of(args)
    if path is not None:
        return (path,)
    for name in _data().lists:
        value = args.get(name)
        if isinstance(value, list):
            named = [
                item if isinstance(item, str) else path_of(item) if isinstance(item, dict) else None for item in value
            ]
            return tuple(item for item in named if item)[:MAX_PATHS]
    return ()


def edit_diff(args: Mapping[str, Any]) -> str:
    """Return the change of an editing call as the body of a diff, as far as its arguments tell."""
    data = _data()
    parts: list[str] = []
    edits: list[Any] = [args]
    for name in data.edits:
        value = args.get(name)
        if isinstance(value, list):
            edits += value[:MAX_PATHS]
    for edit in edits:
        if not isinstance(edit, dict):
            continue
        old, new = _first(edit, data.old), _first(edit, data.new)
        if old is not None or new is not None:
            parts.append(text_diff(old or "", new or ""))
    if not parts:
        text = _first(args, data.contents)
        if text:
            parts.append(_prefixed(text, "+"))
    return "".join(parts)[:MAX_DIFF]


@lru_cache(maxsize=16)
def text_diff(old: str, new: str) -> str:
    """Compare two texts line by line; long ones are shown as replaced whole."""
    before, after = old[:MAX_DIFF].splitlines(), new[:MAX_DIFF].splitlines()
    if len(before) > MAX_COMPARED or len(after) > MAX_COMPARED:
        return _prefixed(old, "-") + _prefixed(new, "+")
    lines = difflib.unified_diff(before, after, lineterm="", n=2)
    return "".join(f"{line}\n" for line in lines if not line.startswith(("--- ", "+++ ")))


def _prefixed(text: str, sign: str) -> str:
    return "".join(f"{sign}{line}\n" for line in text[:MAX_DIFF].splitlines())[:MAX_DIFF]


def _first(args: Mapping[str, Any], names: Iterable[str]) -> str | None:
    for name in names:
        value = args.get(name)
        if isinstance(value, str):
            return value
    return None


def _effect(
    call: ToolCall, touched: _Touched, cwd: str | None, result: ToolResult | None, index: int, via: str
) -> Effect:
    results: dict[str, Any] = {
        name: value
        for name, value in (("added", touched.added), ("removed", touched.removed), ("diff", touched.diff))
        if value is not None
    }
    if touched.kind == "search":
        results["hits"] = _hits(result)
    if result is not None and result.status == "failed" and (said := complaint.of_answer(result.text)):
        results["says"] = said
    args: dict[str, Any] = {
        "paths": list(touched.paths),
        "abs": [join(cwd, path) for path in touched.paths],
        "via": via,
        "cwd": cwd,
    }
    pattern = call.args.get("pattern") or call.args.get("query")
    if touched.kind == "search" and isinstance(pattern, str):
        args["pattern"] = pattern[:500]
    return made(call, result, touched.kind, kinds()[touched.kind].effect_class, args, results, index=index)


_FOUND_NONE = re.compile(
    r"^\s*(?:no (?:matches|files|results)(?: were)? found|found 0 |0 (?:matches|results|files))", re.IGNORECASE
)
_FOUND = re.compile(r"^\s*found (\d{1,7}) ", re.IGNORECASE)


def _hits(result: ToolResult | None) -> int | None:
    if result is None or result.status != "succeeded" or result.truncated:
        return None
    if _FOUND_NONE.match(result.text) or not result.text.strip():
        return 0
    told = _FOUND.match(result.text)
    if told:
        return int(told[1])
    return sum(1 for line in result.text.splitlines() if line.strip())
