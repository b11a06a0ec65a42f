"""Command lines within a command line: text piped into a shell, scripts written before, lines given to other programs.

Effects are what surely ran. A gate asks what may run: it looks into `echo 'rm -rf ~' | sh`, into
`ssh host 'git push --force'` and `python -c "os.system('…')"`, into a script that the run wrote and now starts. It is
judged as if it stood in the line; what is built from variables, or lies in files that the run did not write, is not.
"""

from __future__ import annotations

import base64
import binascii
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.script import Script, Simple, join
from assure_tui.reconcile.effects.shell import parse
from assure_tui.reconcile.effects.wrappers import is_shell
from assure_tui.reconcile.gates.places import settled
from assure_tui.reconcile.gates.rules import listed, members

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_DEPTH = 3
"""Lines within lines."""
MAX_FOUND = 64
"""Commands that are taken out of one line."""
MAX_TEXT = 16 * 1024
"""Characters of one line within a line."""

_STARTS = re.compile(
    r"(?:\bos\.(?:system|popen)|\bsubprocess\.\w{2,20}|\b(?:exec|spawn)(?:File)?(?:Sync)?|\b(?:system|popen|shell_exec"
    r"|passthru|getoutput|Popen|check_call|check_output|run)|%x|\bqx)\s{0,4}[({]\s{0,4}"
    r"(?P<list>\[[^\]]{1,2000}\]|)(?:(?P<quote>[\"'`])(?P<text>(?:\\.|(?!(?P=quote))[^\\]){1,4000})(?P=quote))?"
)
"""Calls in other languages that start a program from a text, or from a list of words."""
_REMOVES = re.compile(
    r"(?:\brmtree|\brimraf(?:\.sync)?|\brm_rf|\bfs\.rm(?:Sync)?)\s{0,4}\(\s{0,4}[\"'`]([^\"'`]{1,300})[\"'`]"
)
_WORD = re.compile(r"[\"'`]((?:\\.|[^\"'`\\]){1,400})[\"'`]")
_CODED = re.compile(r"[A-Za-z0-9+/=\s]{12,}")


def widened(script: Script, cwd: str | None, written: Mapping[str, str]) -> Script:
    """Return a line with the commands of the lines within it behind its own. `written`: scripts of the run, by path."""
    found: list[Simple] = []
    level = list(script.commands)
    for _ in range(MAX_DEPTH):
        texts = list(dict.fromkeys(_lines(level, cwd, written)))
        level = [simple for text in texts[:MAX_FOUND] for simple in _read(text, len(found))]
        found += level[: MAX_FOUND - len(found)]
        if not level or len(found) >= MAX_FOUND:
            break
    return msgspec.structs.replace(script, commands=(*script.commands, *found)) if found else script


def _read(text: str, after: int) -> Iterator[Simple]:
    for simple in parse(text[:MAX_TEXT], "bash").commands:
        pipeline, place, size = simple.pipe
        yield msgspec.structs.replace(simple, pipe=(pipeline + 1000 * (after + 1), place, size))


def _lines(commands: list[Simple], cwd: str | None, written: Mapping[str, str]) -> Iterator[str]:
    here = {
        settled(join(cwd, redirect.target)): simple.stdin_body
        for simple in commands
        for redirect in simple.redirects
        if redirect.writes and simple.stdin_body is not None
    }
    for at, simple in enumerate(commands):
        if not simple.argv:
            continue
        words = simple.argv[1:]
        if is_shell(simple.program):
            yield from _piped(commands, at)
            yield from _started(words[:1], cwd, {**written, **here})
        elif " " in simple.argv[0].strip():
            yield simple.argv[0]
        elif "/" in simple.argv[0]:
            yield from _started(simple.argv[:1], cwd, {**written, **here})
        elif simple.program in {"source", "."}:
            yield from _started(words[:1], cwd, {**written, **here})
        if simple.program in members("within", "carriers"):
            yield from _carried(simple)
        elif simple.program in members("within", "languages"):
            yield from _inline(" ".join(words) + (simple.stdin_body or ""))


def _piped(commands: list[Simple], at: int) -> Iterator[str]:
    """Yield what a shell reads from the commands before it in its pipeline, where these print fixed text."""
    shell = commands[at]
    before = [one for one in commands[:at] if one.pipe[0] == shell.pipe[0] and one.pipe[1] < shell.pipe[1]]
    if not before or before[0].program not in {"echo", "printf"}:
        return
    words = [word for word in before[0].argv[1:] if not re.fullmatch(r"-[neE]+", word)]
    text = " ".join(words)
    if before[0].program == "printf" and words:
        pieces, given = words[0].split("%s"), words[1:]
        if len(pieces) == len(given) + 1:
            text = "".join(f"{piece}{word}" for piece, word in zip(pieces, [*given, ""], strict=True))
        text = text.replace("\\n", "\n")
    if any(one.program == "base64" for one in before[1:]):
        text = _decoded(text)
    yield text


def _decoded(text: str) -> str:
    if not _CODED.fullmatch(text):
        return ""
    try:
        return base64.b64decode(text, validate=False).decode()
    except (binascii.Error, ValueError):
        return ""


def _started(words: tuple[str, ...], cwd: str | None, written: Mapping[str, str]) -> Iterator[str]:
    """Yield the text of a script that a command starts, where the run wrote it."""
    for word in words:
        text = written.get(settled(join(cwd, word)))
        if text is not None:
            yield text


def _carried(simple: Simple) -> Iterator[str]:
    """Yield the command lines that a program passes on: to another host, another user, a terminal."""
    yield from (word for word in simple.argv[1:] if " " in word.strip())
    values = listed("within", "carriers").get(simple.program)
    if not values:
        return
    words = list(simple.argv[1:])
    while words and words[0].startswith("-"):
        del words[: 2 if words[0] in values else 1]
    if len(words) > 2:
        yield " ".join(words[1:])


def _inline(code: str) -> Iterator[str]:
    """Yield the command lines that code in another language starts."""
    for match in _STARTS.finditer(code[:MAX_TEXT]):
        if match["list"]:
            yield " ".join(_WORD.findall(match["list"]))
        elif match["text"]:
            yield match["text"].replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")
    for match in _REMOVES.finditer(code[:MAX_TEXT]):
        yield f"rm -r {shlex.quote(match[1])}"
