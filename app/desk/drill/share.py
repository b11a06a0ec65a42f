"""Shares with their uncertainty."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z95 = 1.959964
"""Standard normal quantile of a two-sided 95 % interval."""


class Share(NamedTuple):
    """A share of `hits` in `of`, with the Wilson score interval at 95 % (Wilson 1927, JASA 22:209).

    Without any observation nothing is known: the interval is everything.
    """

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share itself, None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound."""
        if not self.of:
            return 0.0, 1.0
        share, z2 = self.hits / self.of, Z95 * Z95
        centre = share + z2 / (2 * self.of)
        spread = Z95 * sqrt(share * (1 - share) / self.of + z2 / (4 * self.of * self.of))
        scale = 1 + z2 / self.of
        low = 0.0 if self.hits == 0 else (centre - spread) / scale
        high = 1.0 if self.hits == self.of else (centre + spread) / scale
        return low, high

    def percent(self) -> str:
        """Return it as `96.0 % (90.2-98.4)`; a dash when there is nothing to share."""
        if self.value is None:
            return "-"
        low, high = self.interval
        return f"{100 * self.value:.1f} % ({100 * low:.1f}-{100 * high:.1f})"
