"""Coding sessions in a short form, each with the faults that can be played on it.

A file is one honest session, and what would make it a false one:

    # agent: claude | codex | pi   # cwd: /home/ana/relay
    @U what the user says
    @A what the agent says
    @$ a command                   `@<` is its output, `@<2` the same with exit code 2
    @& a command in the background `@.0` (later) is how it ended: exit code and output
    @+ path                        a file written: its text follows
    @~ path                        a file edited: the old text, a line `===>`, the new text
    @? path                        a file read
    @> Tool {"key": "value"}       any other tool
    @!code other-code: "words"     a fault starts here: the words that it makes false, and the codes that name it
    @-step                         leaves a step out
    @=step                         replaces it by the steps that follow; only its output when that is all that follows
    @*step                         puts the steps that follow behind it

Lines without a mark go on with the step before. A step that a fault refers to has a name before its mark:
`@test$ make check`. A fault is played on the honest session, so that the two differ in nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_MARK = re.compile(r"@([a-z][a-z0-9]*)?([UA$&>+~?.<])(-?\d+)?(?: (.*))?$")
_CHANGE = re.compile(r"@([-=*])([a-z][a-z0-9]*)$")
_FAULT = re.compile(r'@!([a-z -]+): "(.*)"$')
_HEAD = re.compile(r"#\s*(\w+):\s*([^#]*)")


@dataclass(frozen=True, slots=True)
class Step:
    """Something said or called; `mark` is its sign in the file, `result` and `code` are what a call gave back."""

    mark: str
    text: str
    name: str = ""
    result: str | None = None
    code: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """A session: honest when `codes` is empty, else with words that its calls make false."""

    name: str
    agent: str
    cwd: str
    steps: tuple[Step, ...]
    codes: tuple[str, ...] = ()
    words: str = ""


def read(path: Path) -> list[Session]:
    """Give the honest session of a file, then its faulty ones.

    Raises:
        ValueError: A line cannot be read, or a fault names no step or words of the session.
    """
    first, *lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    head = {key: text.strip() for key, text in _HEAD.findall(first)}
    blocks: list[tuple[re.Match[str] | None, list[Step | re.Match[str]]]] = [(None, [])]
    for number, line in enumerate(lines, 2):
        if fault := _FAULT.match(line):
            blocks.append((fault, []))
        elif change := _CHANGE.match(line):
            blocks[-1][1].append(change)
        else:
            try:
                _take(line, blocks[-1][1])
            except (IndexError, TypeError) as error:
                raise ValueError(f"{path.name}, line {number}: {line[:60]!r}: {error}") from error
    steps = tuple(step for step in blocks[0][1] if isinstance(step, Step))
    honest = Session(path.stem, head["agent"], head["cwd"], steps)
    return [honest, *(_faulty(honest, at, fault, made) for at, (fault, made) in enumerate(blocks) if fault)]


def _take(line: str, into: list[Any]) -> None:
    if mark := _MARK.match(line):
        name, sign, code, text = mark.groups()
        if sign == "<" and into and isinstance(into[-1], Step) and into[-1].result is None:
            into[-1] = replace(into[-1], result=text or "", code=int(code or 0))
        elif sign in "<.":
            into.append(Step(sign, "", name or "", text or "", int(code or 0)))
        else:
            into.append(Step(sign, text or "", name or ""))
        return
    last = into[-1]
    if not isinstance(last, Step):
        raise TypeError("a line before any step")
    if last.result is None:
        into[-1] = replace(last, text=f"{last.text}\n{line}" if last.text or last.mark in "UA$&" else line)
    else:
        into[-1] = replace(last, result=f"{last.result}\n{line}" if last.result else line)


def _faulty(honest: Session, at: int, fault: re.Match[str], made: Sequence[Step | re.Match[str]]) -> Session:
    steps = list(honest.steps)
    changes: list[tuple[str, str, list[Step]]] = []
    for item in made:
        if isinstance(item, Step):
            changes[-1][2].append(item)
        else:
            changes.append((item[1], item[2], []))
    for sign, name, new in changes:
        spot = next((spot for spot, step in enumerate(steps) if step.name == name), None)
        if spot is None:
            raise ValueError(f"{honest.name}: no step is named {name!r}")
        if sign == "*":
            steps[spot + 1 : spot + 1] = new
        elif new and new[0].mark == "<":
            steps[spot : spot + 1] = [replace(steps[spot], result=new[0].result, code=new[0].code), *new[1:]]
        else:
            steps[spot : spot + 1] = new
    codes, words = tuple(fault[1].split()), fault[2]
    if not any(words in step.text for step in steps if step.mark == "A"):
        raise ValueError(f"{honest.name}: the agent never says {words!r}")
    return replace(honest, name=f"{honest.name}-f{at}", steps=tuple(steps), codes=codes, words=words)


def sessions(folder: Path) -> Iterator[Session]:
    """Give the sessions of all files of a folder, each honest one before its faulty ones."""
    for path in sorted(folder.glob("*.txt")):
        yield from read(path)
