"""Forms in which agents report what they did, each in words that no other test has, and forms that tell nothing."""

from __future__ import annotations

import pytest

from assure_tui.ingest.model import AgentText, Locator, Origin
from assure_tui.reconcile.claims import extract
from assure_tui.reconcile.context import Context
from assure_tui.reconcile.settings import Settings

ORIGIN = Origin("s-000000000000", Locator("bytes", 0, 1, 1), "00")


def read(text: str) -> list[str]:
    """Give the kinds of the claims of a text that ends a turn in which `cart.py` was changed."""
    return kinds(text, "cart.py")


def kinds(text: str, *touched: str) -> list[str]:
    """Give the kinds of the claims of a text, in a run that changed `touched`."""
    context = Context("r-1", Settings())
    context.coding = True
    context.touched.update(dict.fromkeys(touched or ("cart.py",)))
    event = AgentText(id="e#0", run="r-1", origin=ORIGIN, seq=1, text=text, channel="final")
    return [("not " if claim.polarity == "denied" else "") + claim.kind for claim in extract(event, context)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The tariff reader is built and committed.", ["created", "committed"]),
        ("SHOP-41 is marked as a duplicate of SHOP-7.", ["remote"]),
        ("- Tasks #3 and #4 marked as completed in the tracker", ["remote"]),
        ("I sent the summary to the release manager.", ["remote"]),
        ("- Notified the build agent about the new image", ["remote"]),
        ("`make check` (type checks and compilation) was failing.", ["tests_fail"]),
        ("Push did not complete.", ["not pushed"]),
        ("Branch `tariffs` → commit `1a2b3c4d` → PR #19 against `main`.", ["committed"]),
        ("The price list file is missing.", ["search_none"]),
        ("No `TODO` or `FIXME` anywhere in the sources.", ["search_none"]),
        ("Verified with `pytest tests/cart` — all green.", ["tests"]),
        ("18 rates added to `cart.py`, each with its own currency.", ["edited"]),
        ("Broad handlers narrowed from 14 to 3.", ["edited"]),
        ("Proactively extended the parser in `cart.py`.", ["edited"]),
        ("Wrote tests for the tariff and ensured `make check` passes.", ["added_tests", "verified"]),
        ("All pass `dart analyze` cleanly.", ["lint"]),
        ("All 7 tariff tasks are complete.", ["edited"]),
        ("Tariff table bumped to 2.0.0 because this is the first full set.", ["edited"]),
        ("- Agent notes updated: `cart.py`", ["edited"]),
        ("- Defined measurable rules and supporting entities in `cart.py`.", ["edited"]),
        ("Completed the import and generated the rate tables.", ["edited", "created"]),
        ("No `rates/old` folder exists in this repository.", ["search_none"]),
        ("Both PRs are green and wait for your review.", ["remote"]),
        ("The build compiles fine.", ["build"]),
        ("I did not create or mutate tickets.", ["not remote"]),
        ("- Rate doctor: 6/6", ["verified"]),
        ("Improved the panel so the summary no longer fills the page.", ["edited"]),
        ("Added a route so health checks pass without a login in `cart.py`.", ["edited"]),
        ("Coverage:\n- `test/cart.test.ts:158`", ["added_tests"]),
        ("I generated the tasks.\n- Total tasks: 30\n- Tasks per story: US1 = 6", ["created", "verified"]),
        ("I caught it and rewrote it to show the fault.", ["edited"]),
        ("- **1. Copies are the catch.** I fixed this copy, but each new one starts anew.", ["fixed"]),
        ("All 12 checks pass, including tests on three versions.", ["tests"]),
        ("I used the `fetch.sh` script of the rates skill to get the page.", ["ran"]),
        ("Spun up the installed service with a small client.", ["ran"]),
        ("Both pass clean (the warnings were there before).", ["tests"]),
        ("Changed files: None.", ["not edited"]),
        ("Validation: `git status --short` showed only the notes.", ["ran"]),
        ("Referenced context files were missing.", ["search_none"]),
        ("Push could not be completed from this machine.", ["not pushed"]),
        ("Added the telemetry package and tuned Vitest to use it in `cart.py`.", ["edited", "edited"]),
        ("The checkout is behind `origin/main` by 1 commit.", ["vcs"]),
        ("Committed the rates.\n\nCommit:\n```\n1a2b3c4\n```", ["committed"]),
        ("Both [Cart.astro](src/Cart.astro) and [Tax.astro](src/Tax.astro) now render the rate.", ["edited"]),
    ],
)
def test_what_was_done_is_read_in_many_forms(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "**Validated locally:**\n\nSee below.",
        "### Confirmed Cases\n\nSee below.",
        "## Modified files (7)\n\nSee below.",
        "Waiting:\n- #22 tariffs (assigned to Kim)",
        "### Findings that change the plan\n- **The rate is no constant** — it comes from the table",
        "## Changes\n- **The hash has one flaw** — two inputs meet",
        "`test_rate` passes only by sheer luck.",
        "The rounding is confirmed by someone other than me.",
        "Since you've already:\n- Installed `uv`\n- Built the wheel",
        "That matches my judgment.",
        "Changes made",
        "Your shop is now fully equipped with rates.",
        "One check inside the failing sandbox confirms the cause:",
        "`dev` has 20 commits that never passed through the gate.",
        "Updated status:\n\nSee below.",
        "**Two more corrections**, each of which changes the fix:\n- **C2**: `rate = 0.0` is no underflow of the sum",
        "Here's the shared picture as it now stands in the repo.",
        "**Flagged for verification**: that the option passes an alias through.",
        "A passing test proves the whole chain.",
        "What I'm proposing:\n\n**Add a page on rates** to `cart.py`:\n- **Model** — how rates are read",
        "CI checks out shallow, so there is no history.",
        "A few options:\n\n**Option 2:** Show the rate if the cart was found in `cart.py`",
    ],
)
def test_titles_descriptions_and_what_others_do_are_none(text: str) -> None:
    assert kinds(text) == []


def test_commands_beneath_an_item_that_tells_a_result_are_its_checks() -> None:
    assert kinds("- Validation passed:\n  - `npm test -- cart`\n  - `npm run lint`")[-2:] == ["tests", "lint"]


def test_a_row_with_a_cell_that_says_done_is_a_change() -> None:
    table = "| Task | Status | Files |\n|---|---|---|\n| Rates | Done | `rates.dart` |\n| Taxes | Open | `taxes.dart` |"
    assert kinds(f"Where it stands:\n\n{table}") == ["edited"]


def test_ticks_of_a_table_that_compares_are_no_changes() -> None:
    assert kinds("| What | Old | New |\n|---|---|---|\n| Sees the tariff of each currency | ✅ | no |") == []


def test_paragraphs_with_bold_titles_are_the_items_of_a_list_of_what_was_built() -> None:
    text = "## What was built\n\n**Rates**: a table for each currency\n\n**Tests (2 tasks)**: 36 tests in 4 files"
    assert kinds(text) == ["edited", "added_tests"]


def test_a_title_that_ends_with_what_was_done_heads_a_list_of_changes() -> None:
    text = "What was broken, and is now fixed:\n- `.editorconfig` pins the indent\n- The table keeps old rates"
    assert kinds(text)[1:] == ["edited", "edited"]


def test_new_files_are_those_linked_beneath_their_number() -> None:
    text = "**2 new records** in [docs](docs/) as before:\n- [Rates](docs/rates.md)\n- [Taxes](docs/taxes.md)"
    assert kinds(text) == ["created", "created"]


def test_a_label_that_tells_a_change_heads_its_parts() -> None:
    text = "Improved the rate tests:\n- Cases for taxes use a fixed clock.\n- Missing rates fail instead of hanging."
    assert kinds(text) == ["edited", "edited", "edited"]


def test_a_label_that_names_what_was_changed_heads_no_changes() -> None:
    assert kinds("Restored all the pages that were lost:\n- **Rates** — how they are read\n- **Taxes** — the sums") == [
        "edited"
    ]


def test_commands_beneath_checks_run_are_checks() -> None:
    assert kinds("Checks run:\n- `npx tsc --noEmit`\n- `git diff --check`") == ["lint", "ran"]


def test_a_commit_stands_beneath_the_item_that_announces_it() -> None:
    text = "- Commit created:\n  - `1a2b3c4d CART: add rates`\n- `1a2b3c4d` is no longer needed:\n  - see there"
    assert kinds(text)[:2] == ["committed", "committed"]


def test_what_a_title_links_to_says_nothing_of_what_stands_beneath() -> None:
    text = "## [Rates](https://host.example/issues/4)\n\n**What changed**:\n- `add_rate` rejects a rate that is known"
    assert kinds(text) == ["edited"]


def test_files_that_have_been_worked_on_by_a_command_are_changed() -> None:
    context = Context("r-1", Settings())
    context.coding = True
    text = "The images in `media/demo/` have been reduced in size by scaling them with `ffmpeg`."
    event = AgentText(id="e#0", run="r-1", origin=ORIGIN, seq=1, text=text, channel="final")
    assert [claim.kind for claim in extract(event, context)] == ["edited"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Kotlin: 0 errors", ["lint"]),
        ("rubocop stays at 0 offenses, all green.", ["lint"]),
        ("pylint is clean (10.00/10).", ["lint"]),
        (
            "The basket in `cart.py`, `cart_view.py` and `cart_total.py`" + " and its parts" * 8 + " now keeps rates.",
            ["edited"],
        ),
        ("It now has a dedicated cache for rates.", ["edited"]),
        ("Both readers now fetch the rates once.", ["edited"]),
        ("Analysis only, no code changes.", ["not edited"]),
        ("Parking rates generated.", ["created"]),
        ("**✓ Open issues resolved:**\n- Created the missing rate table\n- Fixed the prefix", ["created", "fixed"]),
        ("### What did not change\n- **Icons**: the old set", []),
        ("I changed `cart.py`. Sources:\n- [Rates guide](https://example.org/rates)", ["edited"]),
        ("## Changes\n- Open the page, click “Load” and pick the file.", []),
        ("Next actions: no further changes required", []),
    ],
)
def test_forms_of_reports_in_other_trades(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Binary compiles and runs.", ["build"]),
        ("Rate decisions are consolidated in `cart.py`.", ["edited"]),
        ("Tool notes refreshed via `cart.py`.", ["edited"]),
        ("- **Footer** — all grey tokens replaced with the house colours", ["edited"]),
        ("## Changes\n- Approve the two services from `cart.py`.", []),
        ("## Done\n- MVP scope: story 1 in `cart.py`", []),
    ],
)
def test_forms_of_builds_places_and_plans(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize("title", ["### Issue 2: Rounded rates", "## Setup and scope", "**Next steps:**"])
def test_an_item_that_begins_with_a_deed_is_none_of_a_plan(title: str) -> None:
    assert kinds(f"{title}\n- Added `half_even()` to the reader\n- Add `round_twice()` too") == ["edited"]
    assert kinds(f"{title}\n- **Reader:** Added `half_even()`") == ["edited"]


@pytest.mark.parametrize("title", ["It would be smaller if you had:", "## Two options", "Since you've already:"])
def test_what_is_thought_of_or_done_by_another_is_no_deed_however_worded(title: str) -> None:
    assert kinds(f"{title}\n- Added `half_even()` to the reader") == []


@pytest.mark.parametrize(
    "title", ["## Tests pass ✅", "## Fixed: rates are rounded once", "### 2. Updated the reader (`cart.py`)"]
)
def test_a_heading_only_names_what_stands_beneath_it(title: str) -> None:
    assert kinds(f"{title}\n\nSee below.") == []


@pytest.mark.parametrize(
    "text",
    [
        "**Test criteria (per story)**\n- A new tariff is successfully created and stored",
        "I changed `cart.py`.\n\n## Tariff summary\n- **Import**: the loader sends one row for each currency",
        "Here is a summary of what I found:\n- **Rounding**: it is done twice in the same order",
        "## Tables\n| `tariff_id` | String | Auto-generated number |\n",
        "### 2 remaining files\n- `a.py`",
    ],
)
def test_criteria_findings_and_how_things_are_make_no_list_of_changes(text: str) -> None:
    assert kinds(text) == (["edited"] if text.startswith("I changed") else [])


@pytest.mark.parametrize(
    "text",
    [
        "## Fixes\n- **Tariff import fully implemented** - Added `read_tariff()` to the loader.",
        "## Fixes\n- **Hardcoded rates** — Replaced the constants by those of `cart.py`.",
    ],
)
def test_the_bold_title_of_a_change_is_no_second_change(text: str) -> None:
    assert kinds(text) == ["edited"]


def test_a_cell_that_only_says_fixed_leaves_the_row_to_its_other_cells() -> None:
    assert kinds("Here is the list.\n\n| Topic | Status |\n|---|---|\n| Scope of the tariff | Resolved |", "a.py") == []


def test_what_needed_no_change_was_not_edited() -> None:
    assert "edited" not in read("## Changes\n- `cart.py`: no change needed\n- **Parser** — no change needed, it rounds")
    assert read("- **Open to all**: No code changes needed to add a currency") == []


def test_a_heading_with_nothing_beneath_it_tells() -> None:
    assert kinds("It took a while.\n\n## All tests pass ✅") == ["tests"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The rate feed is now healthy.", ["verified"]),
        ("All tariff tables are valid.", ["verified"]),
        ("The totals are now visible on the order page.", ["verified"]),
        ("The `npm ci` is running in the background.", ["verified"]),
        ("No health check tells whether the rate feed is healthy.", []),
        ("Check that the rate feed is healthy.", []),
        ("The scripts assume rate feeds are online.", []),
        ("The rate feed should now be healthy.", []),
        ("Rate import ran successfully.", ["ran"]),
        ("`uv sync` finished without errors.", ["ran"]),
        ("| Part | State |\n|---|---|\n| Rate feed | ✅ Connected (3 sources) |", ["verified"]),
        ("- ✅ Connect the rate feed", []),
        ("Clean — no warnings in the tariff files.", ["verified"]),
        ("| Part | State |\n|---|---|\n| Web | ✅ 0 errors |", ["verified"]),
        ("`flake8 cart` | 0 violations", ["lint"]),
        ("All tariff modules type-check cleanly.", ["lint"]),
        ("A warning in the tariff files is no error.", []),
    ],
)
def test_how_something_stands_is_told_with_or_without_a_check(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("37 tests covering all rates.", ["added_tests"]),
        ("Total: 49 API tests for rates and orders.", ["added_tests"]),
        ("**5 files updated:**\n- `cart.py` — half even", ["edited", "edited"]),
        ("**1 migration created:**\n- `0007_rates.sql`", ["created"]),
        ("**12 files changed** across both packages.", ["edited"]),
        ("Found 6 open threads on the tariff branch.", ["read"]),
        ("The folder is bare — only `cart.py` exists.", ["read"]),
        ("- `cart.toml` exists with one rate", ["read"]),
        ("`rates/` exists but is still empty.", ["search_none"]),
        ("- `cart.toml` exists to hold the rates", []),
        ("I couldn't find `half_even` anywhere in the reader.", ["search_none"]),
        ("If I couldn't find `half_even`, I would add it.", []),
        ("We need 37 tests.", []),
        ("Modified files (5):\n\nSee below.", []),
    ],
)
def test_how_many_there_are_tells_what_was_done_or_found(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The tariff tests had some timing issues in the container.", ["tests_fail"]),
        ("The only failure is in `test_rates`.", ["tests_fail"]),
        ("The new tests cover tariff issues.", ["added_tests"]),
        ("A failure in the reader would be worse.", []),
    ],
)
def test_what_did_not_go_well_is_told_without_a_word_of_failing(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize("title", ["**After:**", "**Fixes:**", "**What it does**"])
def test_a_list_of_what_is_new_lists_changes_in_any_tense(title: str) -> None:
    told = "\n- Writes a clear warning into the order log\n- Locks the total until the rate is back"
    assert read(f"I changed `cart.py`.\n\n{title}{told}") == ["edited", "edited", "edited"]
    assert read(f"I changed `cart.py`.\n\n**Before:**{told}") == ["edited"]


def test_what_was_wrong_before_is_no_change() -> None:
    assert kinds("## Changes\n- **Problem**: the reader had rounded twice, in `cart.py`") == []
    assert kinds("## Changes\n- **Old behavior:** the reader rounded twice, in `cart.py`") == []
    assert kinds("## Changes\n- **Reader:** the sum of all rates, rounded once in `cart.py`") == ["edited"]


def test_what_tests_are_written_for_is_no_result_of_theirs() -> None:
    assert kinds("Write tests for API token passing and error trimming") == []
    assert kinds("Wrote tests for API token passing and error trimming.") == ["added_tests"]
    assert kinds("All tests for token parsing passing.") == ["tests"]


@pytest.mark.parametrize(
    "text",
    [
        "| Test file | Real code? |\n|---|---|\n| rate.test.js | ✓ Yes |",
        "Files analyzed for context:\n- Tariff tests ✓",
        "- `test_rate_is_kept` posts a rate and should assert 200/201",
        "- `test_rate_is_kept` -- POST a rate, assert 200/201",
    ],
)
def test_a_tick_that_answers_another_question_is_no_result(text: str) -> None:
    assert "tests" not in kinds(text)


@pytest.mark.parametrize("text", ["- Tariff tests ✓", "- Unit tests: ✓ passed", "- Tariff tests: 12/12"])
def test_a_tick_or_score_beside_a_check_is_its_result(text: str) -> None:
    assert kinds(text) == ["tests"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("### Finding 2 - Weak salt\n- Added a salt of 16 bytes to `cart.py`", ["edited"]),
        ("### ISSUE-04 — Rounding (cart)\n- The `total()` route no longer reads the rate", ["edited"]),
        ("One new test covers the rates.", ["added_tests"]),
        ("- `cart_test.py`: added `TestRate` — each confirms that others are answered 403/401.", ["added_tests"]),
        ("## Issue #3: rounding\n- `round_up()` in `cart.py` now keeps the cents", ["edited"]),
        ("## Findings\n- `cart.py` has no tests", []),
        ("## Risk rates\n\n**`cart.py`**: Added a helper that reads the rate.", ["edited"]),
        ("### Missing rate tests added\n- **cart.py** (3 new tests added): empty, full, expired", ["added_tests"]),
        ("### `cart.py` (updated)\n\nIt reads the rate.", ["edited"]),
        ("**`cart.py`** (updated + extended):\n- a helper for the rate", ["edited"]),
        ("Frontend compiles successfully.", ["build"]),
        ("- Tightened `RATE-3` in `cart.py`", ["edited"]),
    ],
)
def test_what_was_done_about_a_numbered_finding_is_told_as_anywhere(text: str, expected: list[str]) -> None:
    assert read(text)[:1] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## What changed\n\n| Call | Message |\n|---|---|\n| `pay()` | Payment failed |", []),
        (
            "### `cart.py` (new)\n\n| Part | What it does |\n|---|---|\n| `Rate` | The rate with its currency |",
            ["created"],
        ),
        ("Events from the shop update the view:\n- stock update", []),
        ("The next natural fixes are these:\n- Move the rates to `cart.py`", []),
        ("What remains:\n- **Update cart.py** - note the rates", []),
        ("## Assumptions made\n- **Rates** — the table is created in `cart.py`", []),
        ("Created a page in `cart.py` that demonstrates:\n- **Custom rates** with a sample", ["created"]),
        ("## Next steps\n- Move the rates so that `cart.py` stays unchanged.", []),
        ("Two things I could not check here:\n- the rates\n- the taxes", []),
    ],
)
def test_tables_and_lists_that_describe_tell_no_change_of_their_own(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What I changed:\n- `cart.py`\n- `rates.py` (2), `taxes.py`", ["edited", "edited"]),
        ("What I changed:\n- `Rate`", []),
        (
            "## Fixes applied\n\n**Missing guard**\n- `a`\n\n**High**\n- **`cart.py:7`** — `RATE` → `TAX_RATE`",
            ["edited"],
        ),
        ("Key files:\n- `cart.py`", []),
    ],
)
def test_a_file_by_itself_in_a_list_of_changes_was_changed(text: str, expected: list[str]) -> None:
    assert read(text) == expected
