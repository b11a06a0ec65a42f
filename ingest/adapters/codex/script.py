"""Commands inside the scripts of Codex's code mode: `await tools.exec_command({cmd: "…"})`.

A script may hold several calls. Only object literals of plain values are read, and texts that were given a name; what
is computed stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

import msgspec

from assure_tui.ingest.adapters.base import Json

MAX_CALLS = 64
MAX_SCRIPT = 256 * 1024
_CALL = re.compile(r"\btools\.(\w{1,100})\(")
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<template>`(?:[^`\\$]|\\.)*`)"""
    r"""|(?P<number>-?\d{1,18}(?:\.\d{1,18})?)|(?P<word>[A-Za-z_$][\w$]{0,100})|(?P<mark>[{}\[\]:,]))"""
)
_NAMED = re.compile(r"\b(?:const|let|var)\s{1,8}([A-Za-z_$][\w$]{0,100})\s{0,8}=\s{0,8}(String\.raw)?(?=[\"'`])")
"""A text that is given a name first: `const patch = "…"; await tools.apply_patch(patch)`."""
_PRINTS = re.compile(
    r"\btext\(\s{0,8}(?:[A-Za-z_$][\w$]{0,100}(?:\.(?:output|stdout|content))?|await tools\.\w{1,100}\([^()]{0,400}\)"
    r"|JSON\.stringify\([A-Za-z_$][\w$]{0,100}\))\s{0,8}\)"
)
"""What prints an answer as it came: `text(r.output)`, and not a part of it."""
_LOOPS = re.compile(r"\b(?:for|while)\s{0,8}\(|\.(?:map|forEach)\(")
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}


def nested_calls(script: str) -> list[tuple[str, Json]]:
    """Return the tool calls of a script whose arguments can be read, in order."""
    found: list[tuple[str, Json]] = []
    script = script[:MAX_SCRIPT]
    named: dict[str, str] | None = None
    for call in islice(_CALL.finditer(script), MAX_CALLS):
        if named is None:
            named = _texts(script)
        args = _literal(script, call.end(), named)
        if args is not None:
            found.append((call[1], args))
    return found


def prints_its_only_call(script: str) -> bool:
    """Return whether a script makes one call and prints what it answered: what the script prints is that answer."""
    script = script[:MAX_SCRIPT]
    return (
        len(list(islice(_CALL.finditer(script), 2))) == 1
        and _LOOPS.search(script) is None
        and _PRINTS.search(script) is not None
    )


def _texts(script: str) -> dict[str, str]:
    """Return the texts that the script gives names to."""
    found: dict[str, str] = {}
    for given in islice(_NAMED.finditer(script), MAX_CALLS):
        kind, word = next(_tokens(script, given.end()), ("", ""))
        if kind not in {"string", "template"}:
            continue
        text = word[1:-1] if given[2] else _text(word)
        if text is not None:
            found[given[1]] = text
    return found


def _tokens(script: str, start: int) -> Iterator[tuple[str, str]]:
    while found := _TOKEN.match(script, start):
        yield found.lastgroup or "", found[found.lastgroup or 0]
        start = found.end()


def _literal(script: str, start: int, named: Mapping[str, str]) -> Json | None:
    """Read a flat object literal, or a string (a freeform tool's input); None when it is anything else."""
    tokens = _tokens(script, start)
    kind, word = next(tokens, ("", ""))
    if kind == "word" and word in named:
        return {"input": named[word]}
    if kind in {"string", "template"}:
        text = _text(word)
        return None if text is None else {"input": text}
    if word != "{":
        return None
    args: Json = {}
    for kind, name in tokens:
        if name == "}":
            return args
        key = _text(name) if kind == "string" else name if kind == "word" else None
        colon = next(tokens, ("", ""))[1]
        value_kind, value = next(tokens, ("", ""))
        if key is None or colon != ":":
            return None
        if value_kind in {"string", "template"}:
            args[key] = _text(value)
        elif value_kind == "number":
            args[key] = float(value) if "." in value else int(value)
        elif value in _WORDS:
            args[key] = _WORDS[value]
        elif value in named:
            args[key] = named[value]
        else:
            return args or None  # a computed or nested value ends what can be read
        after = next(tokens, ("", ""))[1]
        if after == "}":
            return args
        if after != ",":
            return args
    return args or None


def _text(string: str) -> str | None:
    """Value of a JavaScript string."""
    quote, body = string[0], string[1:-1]
    if quote != '"':
        body = body.replace("\\" + quote, quote).replace('"', '\\"').replace("\n", "\\n")
    try:
        return msgspec.json.decode(f'"{body}"', type=str)
    except ValueError:
        return body
