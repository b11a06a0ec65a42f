"""Every regular expression of the check stays linear on text that somebody hostile wrote."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from growth import linear

LENGTH = 25_000
SECONDS = 1 / 16
"""What takes longer for a text of this length is looked at: were it quadratic, 100,000 code points took a second."""
SHARDS = 8

COLLECT = r"""
import ast, functools, importlib, inspect, json, pkgutil, re, sys, tomllib
from pathlib import Path

seen = {}
compile_it = re._compile


def record(pattern, flags=0):
    compiled = compile_it(pattern, flags)
    frame = sys._getframe(1)
    while frame and frame.f_globals.get("__name__") == "re":
        frame = frame.f_back
    where = frame.f_globals.get("__name__", "") if frame else ""
    if where.startswith("assure_tui.reconcile") and isinstance(compiled.pattern, str):
        seen[compiled.pattern, compiled.flags] = where
    return compiled


re._compile = record
import assure_tui.reconcile as package
from assure_tui.reconcile import expressions

expressions.compile = re.compile

names = [found.name for found in pkgutil.walk_packages(package.__path__, "assure_tui.reconcile.")]
modules = [importlib.import_module(name) for name in names]
used = {}
for module in modules:
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            value = getattr(module, node.value.id, None)
            if isinstance(value, re.Pattern):
                used.setdefault((value.pattern, value.flags), set()).add(node.attr)
    for value in list(vars(module).values()):
        if isinstance(value, functools._lru_cache_wrapper) and value.__module__ == module.__name__:
            if not inspect.signature(value).parameters:
                value()


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


known = {pattern for pattern, _ in seen}
for path in sorted((Path(package.__path__[0]) / "data").glob("*.toml")):
    for text in strings(tomllib.loads(path.read_text("utf-8"))):
        if text not in known and re.search(r"\\[bswdWSD]|\(\?|\[[^\]]+\][*+{?]|\.[*+{]", text):
            try:
                seen[text, compile_it(text, 0).flags] = path.name
            except re.error:
                continue
print(json.dumps([
    [pattern, flags, where, bool(methods := used.get((pattern, flags))) and methods <= {"match", "fullmatch"}]
    for (pattern, flags), where in seen.items()
]))
"""


@cache
def expressions() -> list[tuple[str, int, str, bool]]:
    """All expressions: pattern, flags, where it stands, and whether it is only ever matched at a given place."""
    done = subprocess.run([sys.executable, "-c", COLLECT], capture_output=True, text=True, check=True, timeout=120)
    return [tuple(entry) for entry in json.loads(done.stdout)]


def filled(unit: str) -> str:
    return (unit * (LENGTH // len(unit) + 1))[:LENGTH]


PLAIN = [filled(unit) for unit in ("a", " ", "\n", "-", "1", "a ", "/a", "a.b-1_", "'\"")]


def hostile(pattern: str, flags: int) -> Iterator[str]:
    """Texts that nearly match over and over, made from the pattern itself."""
    yield from PLAIN
    parsed = import_module("re._parser").parse(pattern, flags)
    made: set[str] = set()
    for repeats in (1, 40):
        text = example(parsed, repeats)
        if len(text) > 1:
            made |= {filled(text), filled(text[:-1]), text[:-1] + filled(text[-2]), text[: len(text) // 2] + PLAIN[1]}
    yield from sorted(made)


def example(items: Any, repeats: int) -> str:
    """Give a text that the first alternatives of a parsed pattern match, as nearly as is easy."""
    out = ""
    for op, value in items:
        match str(op):
            case "LITERAL":
                out += chr(value)
            case "NOT_LITERAL":
                out += "a" if value != ord("a") else "b"
            case "ANY":
                out += "x"
            case "IN":
                out += member(value)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                out += example(value[2], repeats) * min(max(value[0], min(value[1], repeats)), 60)
            case "SUBPATTERN":
                out += example(value[3], repeats)
            case "ATOMIC_GROUP":
                out += example(value, repeats)
            case "BRANCH":
                out += example(value[1][0], repeats)
            case _:
                pass
    return out


def member(members: Any) -> str:
    """Give a character of a class, a plain one if there is one."""
    parser, constants = import_module("re._parser"), import_module("re._constants")
    alone = parser.SubPattern(parser.State(), [(constants.IN, members)])
    inside = import_module("re._compiler").compile(alone)
    return next((char for char in "a 1-.,\n/\"'`=:(_#@$|<&;\\é" if inside.match(char)), "a")


def steady(pattern: str, flags: int, text: str, *, matched: bool, rest: Callable[[float], object] = time.sleep) -> bool:
    """Tell whether an expression takes time in proportion to its text."""
    compiled = re.compile(pattern, flags)
    return linear(compiled.match if matched else compiled.search, text, at_once=SECONDS, rest=rest)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_expression_takes_longer_than_its_text_is_long(shard):
    slow = [
        (where, pattern, text[:40])
        for pattern, flags, where, matched in expressions()[shard::SHARDS]
        for text in hostile(pattern, flags)
        if not steady(pattern, flags, text, matched=matched)
    ]
    assert slow == []


def test_the_expressions_of_code_and_data_are_all_looked_at():
    places = {where for _, _, where, _ in expressions()}
    assert len(expressions()) > 800
    assert {"assure_tui.reconcile.claims.segment", "assure_tui.reconcile.inputs.shapes", "runners.toml"} <= places


def test_a_quadratic_expression_would_be_noticed():
    tries = (steady(r"a*b", 0, "a" * 20_000, matched=False, rest=id) for _ in range(4))  # a busy machine may blur one
    assert not all(tries)
