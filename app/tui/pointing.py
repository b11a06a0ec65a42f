"""What a finding's own sentence points at: the words that it quotes, the command, the values that differ.

The sentence is the judge's; what is shown beside it must be the part of the evidence that it speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from assure_tui.app.tui.acts import cut
from assure_tui.reconcile.model import Effect

POINTED: Final = 6
"""Values of a sentence that are looked for."""
AROUND: Final = 40
"""Code points shown on either side of a value in a long argument."""
TAIL: Final = 120
"""Code points of the last line of an output that are shown."""
READ: Final = 20_000
"""Code points of a call or of its output that are looked at."""
_QUOTE: Final = re.compile(r"“(.{1,600}?)”(?=[,.;:) ]|$)", re.DOTALL)
_COMMAND: Final = re.compile(r"`([^`]{1,400})`")
_WORD: Final = re.compile(r"[\w.@/#:-]{2,64}")


def quote(sentence: str) -> str:
    """The first words that a sentence quotes of the agent's, without the sign that they were cut."""
    found = _QUOTE.search(sentence)
    return found[1].removesuffix("…").strip() if found else ""


def commands(sentence: str) -> tuple[str, ...]:
    """The commands that a sentence names, without the sign that they were cut."""
    return tuple(command.removesuffix("…").strip() for command in _COMMAND.findall(_QUOTE.sub("", sentence)))


def values(sentence: str) -> tuple[str, ...]:
    """What a sentence says of its own that can differ: amounts, dates, identifiers, addresses; not what it quotes."""
    told = (word.strip(".,:;#-") for word in _WORD.findall(_COMMAND.sub("", _QUOTE.sub("", sentence))))
    telling = (word for word in told if len(word) > 1 and (any(char.isdigit() for char in word) or "@" in word))
    return tuple(dict.fromkeys(form for word in telling for form in (word, word.removesuffix(".00"))))[: 2 * POINTED]


def meant(sentence: str, acts: Sequence[Effect]) -> list[Effect]:
    """Of all that a command line did, what the commands do that a sentence names; all of it where it names none."""
    named = commands(sentence)
    found = [act for act in acts if any(name and name in _flat(str(act.args.get("command", ""))) for name in named)]
    return found or list(acts)


def names_another(sentence: str, acts: Sequence[Effect]) -> str:
    """The command that a sentence names where none of the acts is that one, though a command line has it."""
    for name in commands(sentence):
        lines = [_flat(str(act.args.get("call_command") or act.args.get("command", ""))) for act in acts]
        inside = any(name in line for line in lines)
        if inside and not any(name in _flat(str(act.args.get("command", ""))) for act in acts):
            return name
    return ""


def argument(call: str, value: str) -> tuple[str, str] | None:
    """The argument of a call, one to a line, in which a value stands, with what stands around it."""
    for line in call[:READ].split("\n")[1:]:
        name, colon, said = line.partition(": ")
        at = said.casefold().find(value.casefold()) if colon and name.replace("_", "").isalnum() else -1
        if at >= 0:
            return name.replace("_", " "), _near(" ".join(said.split()), value)
    return None


def answered(result: str, value: str) -> tuple[str, str] | None:
    """The field of an answer that is a value, or else the line in which it stands."""
    found = re.search(
        rf"(?:\"(?P<name>\w{{1,40}})\"\s{{0,4}}:\s{{0,4}})?\"?(?<!\w){re.escape(value)}(?!\w)", result[:READ]
    )
    if found is None:
        return None
    if found["name"]:
        return found["name"].replace("_", " "), value
    line = next(line for line in result[:READ].split("\n") if value in line)
    return "answered", _near(" ".join(line.split()), value)


def _near(text: str, value: str) -> str:
    at = max(0, text.casefold().find(value.casefold()))
    start = text.rfind(" ", 0, max(0, at - AROUND)) + 1 if at > AROUND else 0
    end = text.find(" ", at + len(value) + AROUND)
    end = len(text) if end < 0 else end
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def last_words(output: str) -> str:
    """The last line of an output that says something: where a program says why it stopped."""
    lines = (line.strip() for line in reversed(output[-READ:].split("\n")))
    line = next((line for line in lines if any(char.isalpha() for char in line)), "")
    return cut(line, TAIL)


def stands_in(value: str, texts: Iterable[str]) -> bool:
    """Return whether a value is shown already; an amount counts with and without its cents."""
    bare = re.escape(value.casefold().removesuffix(".00"))
    return any(re.search(rf"(?<!\w){bare}(?!\w)", text.casefold()) for text in texts)


def names(pointed: Iterable[str], text: str) -> bool:
    """Return whether a text has one of the values that are pointed at."""
    return any(stands_in(value, [text]) for value in pointed)


def _flat(text: str) -> str:
    return " ".join(text.split())
