"""The desk's kinds of ledger entries: what each holds in the clear, and what goes into its committed content.

The clear part is what an auditor must be able to count: codes, severities, outcomes, counts, references. Free text,
paths, names and amounts go into the content, which can be disclosed one entry at a time or erased (SPEC.md, Entry).
An entry's subject is an opaque tag of its run or feed, see `Tags`.
"""

from __future__ import annotations

import hmac
import os
import threading
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.wire import encode, encode_sorted, storable
from assure_tui.reconcile.model import Claim, Discrepancy, Effect, GateResult, InputFinding, Unattributed

Seen: TypeAlias = Literal["live", "late", "backfill"]
"""How a record was met: while it was written, after the recorder had been away, or as history."""
State: TypeAlias = Literal["open", "revised", "withdrawn"]

EVIDENCE = ("observed", "assessed", "discrepancy", "gate", "input", "hook", "approval", "claim")
"""Kinds that make up a run's evidence root: a later one of these makes a seal stale."""
FINDINGS = ("discrepancy", "gate", "input")
ACTS = ("note", "decision", "claim", "verdict", "seal", "waiver")
"""Kinds that people make. The index keeps their content, because it is theirs to read back."""
HOOK = ("hook", "approval", "hook-installed", "hook-removed")
"""Kinds of the runtime hook (see `gated`). Any process may append them; their content is read back."""
TAG_KEY_BYTES = 32
MAX_SAFE = 2**53 - 1


class Words(msgspec.Struct, frozen=True):
    """An entry to be: the arguments of the ledger's draft."""

    kind: str
    subject: str
    clear: dict[str, Any]
    content: dict[str, Any] | None = None


class Tags:
    """Opaque tags of runs and sources: a keyed hash, so that nobody without the key can guess what is meant."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def load(cls, folder: Path, *, make: bool = False) -> Tags:
        """Read the key in `folder`. `make` creates a missing key, never beside a ledger, whose entries it names.

        Raises:
            UsageError: The key is missing or cut off.
        """
        path = folder / "tags.key"
        try:
            key = path.read_bytes()
        except FileNotFoundError as error:
            if not make:
                raise UsageError(f"{path} is missing, which tells the ledger's runs apart: restore it.") from error
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_name(f"tags.key.{os.getpid()}.{threading.get_ident()}")
            draft.touch(mode=0o600)
            draft.write_bytes(os.urandom(TAG_KEY_BYTES))
            try:
                os.link(draft, path)  # the first of several processes wins, and no reader sees half a key
            except FileExistsError:
                pass
            finally:
                draft.unlink()
            key = path.read_bytes()
        if len(key) != TAG_KEY_BYTES:
            raise UsageError(
                f"{path} is not {TAG_KEY_BYTES} bytes long, so it is not the key that was made: restore it."
            )
        return cls(key)

    def of(self, name: str) -> str:
        """Return the tag of a run, source or feed."""
        return "t-" + hmac.digest(self._key, name.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]


def observed(
    *,
    subject: str,
    source: str,
    unit: str,
    start: int,
    end: int,
    upto: int,
    digests: Sequence[str],
    seen: Seen,
    content: dict[str, Any],
) -> Words:
    """Make the entry for a batch of records of one run: their range [start, end) and a root over salted hashes.

    `source` is the source's tag, `upto` the position up to which all its runs are recorded with this batch. `content`
    tells path, adapter and the chain of digests up to there. The salt in the content lets one record be proved alone
    without making the others guessable.
    """
    salt = os.urandom(16)
    leaves = [sha256(salt + bytes.fromhex(digest)).digest() for digest in digests]
    return Words(
        "observed",
        subject,
        {
            "source": source,
            "unit": unit,
            "start": start,
            "end": end,
            "upto": upto,
            "count": len(digests),
            "seen": seen,
            "root": merkle_root(leaves).hex(),
        },
        portable({**content, "record_salt": salt.hex()}),
    )


def assessed(
    *,
    subject: str,
    run: str,
    values: Iterable[Claim | Effect],
    counts: dict[str, int],
    why: Literal["turn", "end", "change"],
    program: str,
    rules: str,
) -> Words:
    """Make the entry for what was thought of a run at the end of a turn: a root over its changed claims and effects.

    The content has its leaves, so that one value can be proved when the others are others by now.
    """
    salt = os.urandom(16)
    changed = sorted(values, key=lambda value: value.id)
    leaves = [value_leaf(salt, value) for value in changed]
    return Words(
        "assessed",
        subject,
        {
            "why": why,
            "changed": len(changed),
            "counts": counts,
            "program": program,
            "rules": rules,
            "root": merkle_root(leaves).hex(),
        },
        portable(
            {
                "run": run,
                "value_salt": salt.hex(),
                "ids": [value.id for value in changed],
                "leaves": [leaf.hex() for leaf in leaves],
            }
        ),
    )


def finding(
    value: Discrepancy | GateResult | InputFinding | Unattributed, *, subject: str, state: State, claim: Claim | None
) -> Words:
    """Make the entry for a finding: opened, revised or withdrawn."""
    clear: dict[str, Any] = {"id": value.id, "severity": value.severity, "state": state}
    match value:
        case GateResult():
            kind = "gate"
            clear |= {"code": value.gate, "outcome": value.outcome}
        case InputFinding():
            kind = "input"
            clear["code"] = value.code
        case Discrepancy():
            kind = "discrepancy"
            clear["code"] = value.code
        case Unattributed():
            kind = "discrepancy"
            clear["code"] = value.kind
    content = {"digest": value_digest(value).hex(), "value": msgspec.to_builtins(value)}
    if claim is not None:
        content["claim_text"] = claim.text
    return Words(kind, subject, clear, portable(content))


def withdrawn_row(name: str, *, subject: str) -> Words:
    """Make the entry for a row of shared evidence that found an owner after all."""
    return Words("discrepancy", subject, {"id": name, "state": "withdrawn", "severity": "info", "code": "orphan"})


def note(*, subject: str, run: str, about: str, text: str, tags: Sequence[str], by: str) -> Words:
    """Make the entry for a human's words."""
    content = {"run": run, "about": about, "text": text, "tags": list(tags), "by": by}
    return Words("note", subject, {}, portable(content))


def decision(
    *, subject: str, run: str, finding_id: str, word: str, severity: str, code: str, reason: str, by: str
) -> Words:
    """Make the entry for a human's answer to a finding; the word `undone` takes an earlier answer back."""
    clear = {"finding": finding_id, "word": word, "severity": severity, "code": code}
    return Words("decision", subject, clear, portable({"run": run, "reason": reason, "by": by}))


def waiver(*, subject: str, run: str, gate: str, until: float, reason: str, by: str) -> Words:
    """Make the entry for a gate that is let off on a run until a time (in seconds; milliseconds in the entry)."""
    clear = {"gate": gate, "until": int(until * 1000)}
    return Words("waiver", subject, clear, portable({"run": run, "reason": reason, "by": by}))


def missed_claim(value: Claim, *, subject: str, wording: str, by: str) -> Words:
    """Make the entry for a claim that a reviewer added, as it was checked then."""
    clear = {"id": value.id, "kind": value.kind, "outcome": value.outcome}
    content = {"run": value.run, "value": msgspec.to_builtins(value), "wording": wording, "by": by}
    return Words("claim", subject, clear, portable(content))


def verdict(*, subject: str, run: str, word: str, reason: str, by: str) -> Words:
    """Make the entry for a human's answer to a run. It is a draft until a seal signs it."""
    return Words("verdict", subject, {"word": word}, portable({"run": run, "reason": reason, "by": by}))


def value_leaf(salt: bytes, value: Claim | Effect) -> bytes:
    """Return what stands for a value in the root of an `assessed` entry."""
    return sha256(salt + sha256(encode_sorted(value)).digest()).digest()


def value_digest(value: msgspec.Struct) -> bytes:
    """Hash a value, so that a change of it can be told from its being said again."""
    return sha256(encode(value)).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 root over leaves: the same tree as the log's own, so that the same tools prove inclusion."""
    from assure_tui.ledger.tree import leaf_hash, root  # noqa: PLC0415 - the batch check needs no ledger

    return root([leaf_hash(leaf) for leaf in leaves])


def portable(value: Any) -> Any:
    """Turn a value into what canonical JSON of the ledger can hold: no floats, no lone surrogates, no huge integers."""
    match value:
        case None | bool():
            return value
        case str():
            return storable(value)
        case int():
            return value if -MAX_SAFE <= value <= MAX_SAFE else str(value)
        case float():
            return repr(value)
        case dict():
            return {
                str(key).encode("ascii", "backslashreplace").decode(): portable(item) for key, item in value.items()
            }
        case list() | tuple():
            return [portable(item) for item in value]
        case _:
            return str(value)
