"""The identifiers with a digit that stand in a run: who has named them, and which are of one make.

A target that nobody named is made up, one that nobody but the agent named was shown by nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.business.objects import is_code, make_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

MAX_SEEN = 50_000
MAX_UNREAD = 512 * 1024
"""Code points of texts that wait for somebody to ask what they name."""
MAX_READ = 50_000
"""Code points of one text that are read for identifiers."""
_TOKEN = re.compile(r"[#\w@.+-]{4,64}")
_DIGIT = re.compile(r"\d")


class Identifiers:
    """Identifiers by who named them. Texts are read when somebody asks: most coding runs have no act that does."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._shown: set[str] = set()
        self._makes: dict[str, set[str]] = {}
        self._unmade: set[str] = set()
        """Those of the shown that are not among the makes yet."""
        self._unread: list[tuple[str, bool]] = []
        self._unread_size = 0

    def see(self, text: str, *, own: bool = False) -> None:
        """Keep a text for its identifiers. What the agent itself says (`own`) shows nothing to be there."""
        if not self.full:
            self._unread.append((text[:MAX_READ], own))
            self._unread_size += len(self._unread[-1][0])
            if self._unread_size > MAX_UNREAD:
                self._read()
                self._unread_size = 0

    @property
    def full(self) -> bool:
        """No more are kept."""
        return len(self._seen) >= MAX_SEEN

    @property
    def seen(self) -> AbstractSet[str]:
        """All that anybody has named so far."""
        self._read()
        return self._seen

    @property
    def shown(self) -> AbstractSet[str]:
        """Those that the user or a result named."""
        self._read()
        return self._shown

    def of_one_make(self, name: str) -> AbstractSet[str]:
        """Return those shown that differ from a name in their figures alone."""
        self._read()
        while self._unmade:
            other = self._unmade.pop()
            self._makes.setdefault(make_of(other), set()).add(other)
        return self._makes.get(make_of(name), set())

    def unheard(self, given: Iterable[tuple[str, str]]) -> frozenset[str]:
        """Return the codes among arguments that nobody has named so far, and that are no part of a name.

        None once names are kept no more: what else was named is not known.
        """
        marked = {value.lower().lstrip("#") for _, value in given if _DIGIT.search(value) and _TOKEN.fullmatch(value)}
        new = {value for value in marked - self.seen if is_code(value)}
        if self.full:
            return frozenset()
        return frozenset(value for value in new if not any(value in name for name in self._seen))

    def _read(self) -> None:
        for whose in (True, False) if self._unread else ():
            texts = [text for text, own in self._unread if own is whose]
            words = filter(_DIGIT.search, {word for text in texts for word in text.split()})
            found = filter(_DIGIT.search, set(_TOKEN.findall(" ".join(words))))
            names = {token.lower().lstrip("#").rstrip(".") for token in found}
            self._seen |= names
            if not whose:
                self._unmade |= names - self._shown
                self._shown |= names
        self._unread.clear()
