"""What closing reports tell by the files that the turn changed, by what came of a thing, and by what was in the way."""

from __future__ import annotations

import pytest

from assure_tui.ingest.model import AgentText
from assure_tui.reconcile.claims import extract
from assure_tui.reconcile.context import Context
from assure_tui.reconcile.settings import Settings

from .test_coding import read as read_after_edit
from .test_running_reports import ORIGIN, kinds, read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Route table: `docs/ferry.py` (piers, crossings)\n- Fares: open", ["edited"]),
        ("- Route table: [ferry.py](/home/mate/docs/ferry.py)", ["edited"]),
        ("- Route table: C:\\harbour\\docs\\ferry.py", ["edited"]),
        ("The route table is here: [ferry.py](/home/mate/docs/ferry.py)", ["edited"]),
        ("The updated table is in `docs/ferry.py`.", ["edited"]),
        ("Berths and moorings are written.", ["created"]),
        ("The guide is written for harbour masters.", []),
        ("Guide is updated with the new fares.", ["edited"]),
        ("All mooring fixes are confirmed:\n- Pier two holds", ["verified"]),
        ("Stage 2 complete.", ["edited"]),
        ("Crossing Q4 done and committed.", ["committed"]),
        ("All nine tasks completed", ["edited"]),
        ("Guide restructured and committed:", ["committed"]),
        ("Relocated the pier from `north` to `south`.", ["edited"]),
        ("Lengthened pontoon five with spare planks (`pontoon.md`).", ["edited"]),
        ("The fares have been recoloured in full.", ["edited"]),
        ("I kept the old prices out of the guide.", ["edited"]),
        ("I've laid down the first pontoon and its ramp.", ["edited"]),
        ("- **fares.py** -- Dropped the spare column.", ["edited"]),
        ("- Crew list refreshed via `crew.sh`", ["edited"]),
        ("## High severity fixes\n- `book()` now closes the ledger", ["edited"]),
        ("The remaining pieces are done:\n- `book()` now closes the ledger", ["edited", "edited"]),
        ("I hit a lock on the tide table, so I'll wait.", ["not ran"]),
        ("The download is timing out.", ["not ran"]),
        ("All three piers return 200.", []),
        ("All three routes return 200.", ["verified"]),
        ("| Check | Seen | Result |\n|---|---|---|\n| Berth map opens | all nine piers drawn | PASS |", ["verified"]),
    ],
)
def test_what_was_done_is_told_by_its_file_or_by_what_came_of_it(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Coverage summary:\n- Mooring & fares: Clear\n- Crew: Open",
        "The issue is `ferry.py` line 8.",
        "Before calling the crossing done: look at the fares.",
        "Waiting for the crossing to complete...",
        "## Suggested fixes\n- `book()` now closes the ledger",
        "It is confirmed live, not just configured.",
    ],
)
def test_what_is_found_or_still_ahead_is_no_deed(text: str) -> None:
    assert "edited" not in {kind.removeprefix("not ") for kind in kinds(text)}


@pytest.mark.parametrize(
    "text",
    [
        "**1. `docs/fares.py`**: Added `find(pier)` — the old column is the key.",
        "**`docs/fares.py:find`** — Added a look-up of the pier",
        "- `docs/fares.py::Fares.find()`: added a look-up of the pier",
        "- **2.** `docs/fares.py:12-40` — added a look-up of the pier",
    ],
)
def test_the_file_that_leads_a_line_is_what_was_changed_with_a_number_before_it_or_a_place_after_it(text: str) -> None:
    (claim,) = read(text)
    assert (claim.kind, claim.args["targets"]) == ("edited", ["docs/fares.py"])


def test_an_edit_that_failed_is_told_as_a_change_all_the_same() -> None:
    context = Context("r-1", Settings())
    context.coding = True
    text = AgentText(id="e#0", run="r-1", origin=ORIGIN, seq=1, text="`fares.py` now has a column for each pier.")
    assert extract(text, context) == []
    context.kinds["edited"] += 1
    assert [claim.kind for claim in extract(text, context)] == ["edited"]


def test_a_new_file_that_leads_a_line_beneath_another_is_the_one_that_was_made() -> None:
    claims = read("`fares.md`:\n- **New `docs/piers.md`** — created for the twelve piers of the river")
    assert [claim.args["targets"] for claim in claims] == [["docs/piers.md"]]


@pytest.mark.parametrize(
    "text",
    [
        "`fares.py` now has `find_pier` as its one look-up.",
        "**Summary:** `fares.py` now has a column for each pier.",
    ],
)
def test_what_a_file_now_has_is_a_change(text: str) -> None:
    assert [claim.kind for claim in read_after_edit(text, touched=("fares.py",))] == ["edited"]


def test_two_answers_of_a_server_are_no_score() -> None:
    (claim,) = read_after_edit("- `tests/api/fares.yaml`: added error bodies for 401/403.", touched=("fares.yaml",))
    assert (claim.kind, "counts" in claim.args) == ("edited", False)
    (claim,) = read("401/403 tests pass.")
    assert claim.args["counts"] == {"passed": 401, "total": 403}


def test_this_pass_is_no_result() -> None:
    assert kinds("Tests not run in this pass.") == ["not tests"]
