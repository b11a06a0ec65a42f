"""What changed since the operator last looked at a run: kept by the desk as a draft, one word for each thing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assure_tui.app.desk.views import RunDetail
from assure_tui.app.tui import paint
from assure_tui.app.tui.port import Desk
from assure_tui.reconcile.model import Claim, GateResult

MAX_KEPT: Final = 20_000
"""Findings and claims of a run that are remembered; of a longer run the rest never counts as new."""


@dataclass(frozen=True)
class Since:
    """What is new or other than at the last look. `first` when there was no such look."""

    first: bool = True
    findings: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()
    gone: int = 0

    def __contains__(self, name: str) -> bool:
        """Return whether this finding or claim is new or changed."""
        return name in self.findings or name in self.claims

    def words(self) -> str:
        """Say it in a few words, or nothing when nothing changed."""
        parts = [paint.count(len(self.findings), "finding")] if self.findings else []
        if self.claims:
            parts.append(paint.count(len(self.claims), "claim"))
        said = f"{' and '.join(parts)} changed" if parts else ""
        return ", ".join(part for part in (said, f"{self.gone:,} gone" if self.gone else "") if part)


def since(desk: Desk, detail: RunDetail) -> Since:
    """Compare a run with how it stood when the operator last looked."""
    kept = desk.draft(_key(detail.row.id))
    before = _parsed(kept) if kept else None
    if before is None:
        return Since()
    now = _standing(detail)
    other = {name for name, word in now.items() if before.get(name) != word}
    claims = {claim.id for claim in detail.claims}
    return Since(
        first=False,
        findings=frozenset(other - claims),
        claims=frozenset(other & claims),
        gone=sum(name not in now for name in before),
    )


def remember(desk: Desk, detail: RunDetail) -> None:
    """Remember how the run stands now."""
    desk.save_draft(_key(detail.row.id), json.dumps(_standing(detail)))


def _standing(detail: RunDetail) -> dict[str, str]:
    everything = [*detail.findings(), *detail.claims][:MAX_KEPT]
    return {item.id: item.outcome if isinstance(item, Claim | GateResult) else item.severity for item in everything}


def _key(run: str) -> str:
    return f"looked:{run}"


def _parsed(text: str) -> Mapping[str, str] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
