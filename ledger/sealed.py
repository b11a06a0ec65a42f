"""The sealed contents of a ledger: written with their batch, found again by their commitment, erased with their key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from assure_tui.ledger.content_keys import ContentKeys
from assure_tui.ledger.drafts import Opening
from assure_tui.ledger.entry import Disclosure, Entry, check_disclosure
from assure_tui.ledger.errors import ContentLockedError, DamagedError, EntryError, KeyFileError
from assure_tui.ledger.recent import Recent
from assure_tui.ledger.segments import Segments


class SealedContents:
    """Contents and their keys. Without keys nothing is read or written; whoever calls holds the ledger's locks."""

    def __init__(self, directory: Path, origin: str) -> None:
        self.keys: ContentKeys | None = None
        self.recent: Recent | None = None
        """Where disclosures are left for others while their keys are locked."""
        self._segments = Segments(directory, origin)
        self._directory = directory

    def write(self, contents: Mapping[str, Sequence[Opening]]) -> None:
        """Seal the contents of a batch by their subjects, durably, each under its subject's key."""
        if not contents:
            return
        if self.keys is None:
            raise KeyFileError(f"there is no content key of {next(iter(contents))}: name the keys directory")
        keys = self.keys.of(contents)
        for subject, openings in contents.items():
            if keys[subject].secret is None and self.recent is not None:
                self.recent.add((each.index, subject, each.disclosure) for each in openings)
        self._segments.write(
            (subject, keys[subject], [(each.commitment, each.disclosure) for each in openings])
            for subject, openings in contents.items()
        )

    def find(self, index: int, entry: Entry, erased: Callable[[], bool]) -> Disclosure | None:
        """Return what opens an entry's commitment, checked; None if it has none, was erased, or no keys were given.

        Raises ContentLockedError while the key is locked, DamagedError if what the key opens is not what was committed.
        """
        key = self.keys.get(entry.subject) if self.keys is not None else None
        if entry.commitment is None or key is None:
            return None
        if key.secret is None:
            return self._left(index, entry, erased)
        disclosure = self._segments.find(entry.subject, entry.commitment, key.secret)
        if disclosure is None and erased():
            return None
        if disclosure is None:
            raise DamagedError(f"the content of entry {index} is missing from {self._directory}")
        try:
            check_disclosure(entry.commitment, disclosure)
        except EntryError as error:
            raise DamagedError(f"the content of entry {index} is damaged: restore it from a copy ({error})") from None
        return disclosure

    def count(self, subject: str) -> int:
        """Return how many contents of a subject there are."""
        return self._segments.count(subject)

    def destroy(self, subject: str) -> None:
        """Destroy the key of a subject, then its frames, and what was left openly for others."""
        if self.keys is not None:
            self.keys.destroy(subject)
        self._segments.destroy(subject)
        if self.recent is not None:
            self.recent.keep(lambda _, other: other != subject)

    def _left(self, index: int, entry: Entry, erased: Callable[[], bool]) -> Disclosure | None:
        """Return what a writer left openly; the key itself tells nothing."""
        if erased():
            return None
        found = self.recent.find(index, str(entry.commitment)) if self.recent is not None else None
        if found is None:
            raise ContentLockedError(
                f"the content of entry {index} is locked: its key opens with the passphrase of the reading key"
            )
        return found
