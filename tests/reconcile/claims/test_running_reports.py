"""Reports of what runs, loads and counts, of rows that tell changes, and of acts in verbs that no list has."""

from __future__ import annotations

import pytest

from assure_tui.ingest.model import AgentText, Locator, Origin
from assure_tui.reconcile.claims import extract
from assure_tui.reconcile.context import Context
from assure_tui.reconcile.model import Claim
from assure_tui.reconcile.settings import Settings

ORIGIN = Origin("s-000000000000", Locator("bytes", 0, 1, 1), "00")


def read(text: str) -> list[Claim]:
    context = Context("r-1", Settings())
    context.coding = True
    context.turn = context.changed_in = 1
    context.touched["ferry.py"] = None
    return extract(AgentText(id="e#0", run="r-1", origin=ORIGIN, seq=1, text=text, channel="final"), context)


def kinds(text: str) -> list[str]:
    return [("not " if claim.polarity == "denied" else "") + claim.kind for claim in read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Server is running.", ["ran"]),
        ("Ferry container is running correctly.", ["verified"]),
        ("- Total berths: 40", ["verified"]),
        ("Berth locking works.", ["verified"]),
        ("The tide feed works end-to-end against the real gauge:\n- high water", ["verified"]),
        ("Zero berths without a number remain.", ["search_none"]),
        ("- New `Pier` panel with a list of its berths", ["created"]),
        ("**#4** New `BerthPolicy` holds ferries to one pier", ["created"]),
        ("## Changes\n- `BerthLimitTest` — a full pier, an empty one, no number", ["added_tests"]),
        ("The tide gauge is ready.", ["verified"]),
        ("Found two berths without a number in `ferry.py`.", ["read"]),
        ("I found the harbour master's plan in the archive.", ["read"]),
        ("**Fix**: Ferry now refuses a berth that is taken.", ["edited"]),
        ("Berth rows are now clickable buttons.", ["edited"]),
        ("All 9 new ferry subtests pass.", ["tests"]),
        ("**F2 — Berth limit** (`ferry.py:7`): `LIMIT = 40` → `LIMIT = 38`.", ["edited"]),
        ("**Fix — 3 files:**\n\n**1. `ferry.py`**: a limit of 38 berths", ["edited", "edited"]),
        ("### New tests (7 new tests)\n- the last berth\n- no berth", ["added_tests"]),
        ("**`ferry_test.py`** (4 unit tests):\n- the last berth", ["added_tests"]),
        ("The preview server is up and listening on port `4100`.", ["ran"]),
        ("The backend is finished and running at **http://localhost:4100**.", ["ran"]),
        ("Importer running. Writing the timetable next.", ["ran"]),
        ("The preview server was not started.", ["not ran"]),
        ("It's working now!", ["verified"]),
        ("The timetable page loads correctly.", ["verified"]),
        ("The timetable route answered with 200.", ["verified"]),
        ("The project compiles cleanly with zero warnings.", ["build"]),
        ("On `harbour` now, up to date.", ["vcs"]),
        ("The booking form works as expected.", ["verified"]),
        ("The application successfully lists all berths.", ["verified"]),
        ("The import has finished.", ["ran"]),
        ("There is no migration script yet.", ["search_none"]),
        ("`docs/tides` exists but is empty.", ["search_none"]),
        ("Default limit now 40 because berths are numbered to 38.", ["edited"]),
        ("The complete code is available on GitHub.", ["remote"]),
        ("## 📖 Notes loaded\n- `ferry.md` - what the harbour master wrote", ["read"]),
        (
            "## What changed\n- Completely redrew the berth plan\n- Completely redesigned with lanes",
            ["edited", "edited"],
        ),
        ("The type check passes.", ["lint"]),
        ("The build still works (212 kB).", ["build"]),
        ("- Backend: `43 passed, 2 skipped`", ["tests"]),
        ("9 small commits across the phase.", ["committed"]),
        ("Tide alerts are not mentioned or planned anywhere in the backlog.", ["search_none"]),
        ("The labels are in place.", ["edited"]),
        ("I temporarily shadowed the global `tide` during start-up.", ["edited"]),
        ("I flattened the whole legend onto one line and verified it.", ["edited", "verified"]),
        (
            "Polish over: unit tests for the pier added, guide updated, docs created.",
            ["added_tests", "edited", "created"],
        ),
        (
            "Here's what was added:\n\n| Call | Cases |\n|---|---|\n| `list_piers` | 3 (empty, full, error) |",
            ["edited"],
        ),
        ("| # | Fix |\n|---|---|\n| 1 | Guard for a berth without a number |", ["edited"]),
        ("### 2. ✅ Timetable issues\n- Improved the berth hints", ["edited"]),
    ],
)
def test_states_figures_and_rows_of_a_report_are_claims(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Make sure the server is running.",
        "If the server is running, open the page.",
        "The import is still running.",
        "It works by polling the harbour feed.",
        "If it prints `43 passed`, you are done.",
        "For it to work properly, we need a berth number.",
        "Here's a summary of all fixes applied:\n\nRead on below.",
        "That matches the plan exactly.",
        "The sources do not fix whether a berth has a number.",
        "## What changed\n- **Berth map**: https://harbour.example/map",
        "I spotted the weak place in `ferry.py`.",
        "The log shows a good night (berth assigned, ticket saved).",
        "- used: `210 of 900 berths`",
        "## Needs updates\n- `ferry.py` — the table of berths",
        "| Pier | Boats |\n|---|---|\n| Northern pier | 14 of them |",
    ],
)
def test_conditions_descriptions_and_plain_tables_are_none(text: str) -> None:
    assert kinds(text) == []


def test_a_table_of_figures_tells_how_many_passed() -> None:
    table = "| Metric | Value |\n|---|---|\n| Tests collected | **52** |\n| Passed | **50** |\n"
    assert [claim.args["counts"] for claim in read(table)] == [{"tests": 52}, {"passed": 50}]
