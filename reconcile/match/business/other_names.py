"""A thing or a person told by name, where the call was given another of its kind that nobody speaks of.

"The kitchen light is off" of `turn_off(name="Living Room Light")`: both are lights, told apart by the words before.
"With Sarah Williams" of `book(provider_name="Jennifer Smith")`: results list both as providers. Names without numbers
have no form by which they could be held against each other (see `other_identifiers`), so what they have in common must
be told.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, singular
from assure_tui.reconcile.match.business.kin import said_of
from assure_tui.reconcile.match.business.other_identifiers import Swap
from assure_tui.reconcile.match.business.phrase import EMPTY
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.reconcile.match.business.bench import Bench
    from assure_tui.reconcile.match.business.model import Act, Saying

MAX_NAME = 60
"""Code points of a value that is a name, and no text."""
MAX_BEFORE = 3
"""Words that tell a thing from others of its kind."""
MIN_HEAD = 3
"""Letters of the word that says of what kind a thing is."""
_NAME = re.compile(r"[^\W\d_]{2,20}(?:[ -][^\W\d_]{1,20}){1,4}")
_WORD = re.compile(r"[^\W\d_]{2,20}")
_SAID = re.compile(
    r"\b(?:with|for|by|to) (?:(?:Dr|Mr|Mrs|Ms|Prof)\.? )?(?P<name>[A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20}){1,2})\b"
)
_LABELS = frozenset(table("actions")["records"]["names"].split())


def other_name(bench: Bench, saying: Saying, act: Act) -> Swap | None:
    """Find a name that words tell of, where the call had that of another of its kind."""
    frame = saying.frame
    if frame.denied or (frame.weak and act.turn != saying.turn):
        return None
    known = f"{bench.matter.asked_text}\n{bench.spoken}"
    for key, value in act.given:
        low = value.lower()
        if not (_NAME.fullmatch(value) and len(value) <= MAX_NAME):
            continue
        *before, head = (said_of(word, known) for word in _WORD.findall(low))
        alike = _of_its_kind(frame.text.lower(), low) if not all(before) else ()
        others = _in_its_place(bench, frame.text, key, low) if not head else ()
        said = next((name for name in (*alike, *others) if not _is_had(bench, name.lower())), None)
        if said is not None:
            return Swap(said, value)
    return None


def is_thing(bench: Bench, name: str) -> bool:
    """Return whether a name is that of something there is: the system told the agent of it, or a result did."""
    low = name.lower()
    return said_of(low, bench.matter.briefing) or bench.matter.aliases.stands_as(low)


def _of_its_kind(text: str, name: str) -> Iterator[str]:
    """Yield what a text names of the kind of a thing: "kitchen light" for "living room light"."""
    *before, head = _WORD.findall(name)
    if len(head) < MIN_HEAD:
        return
    words = _words(text)
    for at, word in enumerate(words):
        if singular(word) == singular(head):
            told = [*takewhile(_tells, reversed(words[max(0, at - MAX_BEFORE) : at]))][::-1]
            if told and set(before).isdisjoint(told):
                yield " ".join((*told, word))


def _tells(word: str) -> bool:
    return word not in EMPTY and word.isalpha()


@lru_cache(maxsize=256)
def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+|[^\s\w]", text))


def _in_its_place(bench: Bench, text: str, key: str, name: str) -> Iterator[str]:
    """Yield the names that words tell of which results told in the role in which the call had another one."""
    role = frozenset(map(singular, name_words(key))) - _LABELS
    for match in _SAID.finditer(text) if role else ():
        other = match["name"]
        if other.lower().split()[-1] not in name.split() and bench.matter.aliases.stands_as(other, role):
            yield other


def _is_had(bench: Bench, name: str) -> bool:
    """Return whether any call that did something was given a name, or was answered with it."""
    return any(all(said_of(word, f"{act.arguments}\n{act.answer}") for word in name.split()) for act in bench.acts)
