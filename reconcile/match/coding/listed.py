"""Which of the files that words name stand in one list, so that what is told of one of them is told of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re

if TYPE_CHECKING:
    from assure_tui.reconcile.model import Claim

_BETWEEN = re.compile(
    r"\]\(|[`*_\])]{0,4} ?(?:\([^()\n]{1,300}\))?[`*_ ]{0,4}(?:,|;|&|\+|,? ?\b(?:and|plus|as well as)\b|\n)"
    r"[ `*_\[(•-]{0,8}(?:and )?[`*_\[]{0,4}"
)
"""What stands between two items of a list: marks, a remark or address in parentheses, and what joins them."""
_LINE = re.compile(r":\d{1,6}(?:-\d{1,6})?")


def listed_with(claim: Claim, path: str) -> list[str]:
    """Return the other files that stand in one list with `path`, where the list tells what was acted on."""
    targets = {str(target) for target in claim.args.get("targets", ())}
    named = [str(path) for path in claim.args.get("paths", ())]
    end, groups = -1, [[""]]
    for start, stop, name in _places(claim.text, named):
        if end >= 0 and _BETWEEN.fullmatch(_LINE.sub("", claim.text[end:start])):
            groups[-1].append(name)
        else:
            groups.append([name])
        end = stop
    mine = next((group for group in groups if path in group), [])
    return [name for name in mine if name != path] if targets.intersection(mine) else []


def _places(text: str, names: list[str]) -> list[tuple[int, int, str]]:
    """Return where each name stands in the text, once."""
    found, begin = [], 0
    for name in names:
        at = text.find(name, begin)
        if at >= 0:
            begin = at + len(name)
            found.append((at, begin, name))
    return found
