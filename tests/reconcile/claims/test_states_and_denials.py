"""How things were found to stand, what was left undone, and what only sounds like either."""

from __future__ import annotations

import pytest

from assure_tui.ingest.model import AgentText, Locator, Origin
from assure_tui.reconcile.claims import extract
from assure_tui.reconcile.context import Context
from assure_tui.reconcile.model import Claim
from assure_tui.reconcile.settings import Settings

ORIGIN = Origin("s-000000000000", Locator("bytes", 0, 1, 1), "00")


def read(text: str, *touched: str) -> list[Claim]:
    context = Context("r-1", Settings())
    context.coding = True
    context.turn = context.changed_in = 1
    context.touched.update(dict.fromkeys(touched))
    return extract(AgentText(id="e#0", run="r-1", origin=ORIGIN, seq=1, text=text, channel="final"), context)


def kinds(text: str, *touched: str) -> list[str]:
    return [("not " if claim.polarity == "denied" else "") + claim.kind for claim in read(text, *touched)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PR is open.", ["verified"]),
        ("[PR #31](https://forge.example/tide/pull/31) is fully green.", ["remote"]),
        ("Both PRs are open, approved and waiting for you.", ["remote"]),
        ("**[PR #31](https://forge.example/tide/pull/31)** is up.", ["opened_pr"]),
        ("The current branch is `lock-gates`, cut from `main`.", ["vcs"]),
        ("The worktree is detached but clean.", ["vcs"]),
        ("`git status` shows two untracked folders.", ["ran"]),
        ("`ls` found nothing, while `git ls-files` lists the chart.", ["ran"]),
        ("`rg` is not available in this container, so I use `grep`.", ["search_none"]),
        ("The proxy include is missing from this install.", ["search_none"]),
        ("`tidectl 2.1` is installed, so the check can run.", ["verified"]),
        ("Good, telemetry already configured.", ["verified"]),
        ("Seven of nine jobs have passed and two remain.", ["verified"]),
        ("Both cleanup runs succeeded.", ["verified"]),
        ("The permissions are clean.", ["verified"]),
        ("Third search query done (46 new).", ["ran"]),
        ("Harbour probes 22/22.", ["verified"]),
        ("The registry returned a transient 503 on upload.", ["not ran"]),
        ("The bind call was blocked by the sandbox.", ["not ran"]),
        ("The sandbox runner failed before the shell started.", ["not ran"]),
        ("Direct push to `main` was rejected, as it is protected.", ["not pushed"]),
        ("No upload or notification occurred.", ["not ran"]),
        ("I've loaded the harbour guide.", ["read"]),
        ("Key finding: `rg` isn't installed here.", ["search_none"]),
        ("The tide hook is not on the shell PATH.", ["search_none"]),
        ("No `tide` tools are exposed in this session.", ["search_none"]),
        ("No remote is configured. What is its address?", ["search_none"]),
    ],
)
def test_how_things_were_found_to_stand(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Once the PR is open, tell me.",
        "If `rg` is not available here, use `grep`.",
        "Let me see what was blocked by the sandbox.",
        "Paste what `git status` shows and I'll look.",
        "The helper fails any chart without a scale.",
        "All of it has to land in one commit.",
        "The ledger is never checked against the tide table.",
        "Weeks are ISO weeks labelled `2031-W07`.",
        "That's a reconcile-scope change.",
        "Setting up the branch off the fresh main.",
        "The tide tool already installed the skills for you.",
        "Now let me close the session — sync the charts and make sure everything is pushed.",
        "The entries of the manifest that just failed",
        "It's a mirror labelled as a dial.",
        "The first gaps are now being checked against second-order paths.",
        "All run only while the gate is active.",
        "**Failing path:** The test patches only one gate.",
        "**Flows: no documented source at all.**",
        "One more chart noting the comparison done.",
        "If no remote is configured, ask for it.",
        "Note: if `rg` isn't installed, use `grep`.",
        "`tides.md` is now unused.",
    ],
)
def test_plans_conditions_and_how_code_behaves_are_no_states(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I did **not** open `tides.jsonl`, as your rules forbid it.", ["not ran"]),
        ("I deliberately didn't use the built-in cache.", ["not ran"]),
        ("I therefore held off on answering the thread.", ["not ran"]),
        ("I deliberately skipped the amend.", ["not ran"]),
        ("I didn't touch `gates.py`.", ["not edited"]),
        ("I have not pushed anything.", ["not pushed"]),
        ("I left the other 1.7 rewrites alone.", ["not edited"]),
        ("I didn't know the cause.", []),
        ("I didn't expect that.", []),
        ("If I didn't use the cache, it would take an hour.", []),
    ],
)
def test_what_the_agent_left_undone(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'll retry once; the branch is pushed.", ["pushed"]),
        ("The failing test now passes.", ["tests"]),
        ("The gate test is failing on two machines.", ["tests_fail"]),
        ("No commit was created.", ["not committed"]),
    ],
)
def test_results_beside_what_describes_or_intends(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("That test is deleted.", ["deleted"]),
        ("The rule that is deleted first wins.", []),
        ("After that I added coverage in `gates.py`.", ["added_tests"]),
        ("Both tags (`v0.3.0`, `tide-v1`) are pushed.", ["pushed"]),
        ("The branch and the commit are already pushed.", ["pushed"]),
        ("Both charts are in-repo, drawn, and pushed.", ["pushed"]),
        ("Docstring updated accordingly.", ["edited"]),
        ("[STATUS] Created the report in `tides.md`.", ["created"]),
        ("I carried them over to the new table.", ["edited"]),
        ("Done — the legend is back to the left side.", ["edited"]),
        ("Now labels and charts.", []),
        ("Covered by a new `TestTideTable` with four inputs.", ["added_tests"]),
    ],
)
def test_deeds_in_the_passive_and_after_what_points_back(text: str, expected: list[str]) -> None:
    assert kinds(text, "gates.py") == expected


def test_a_row_with_one_tick_tells_how_a_thing_stands() -> None:
    table = "| Hop | State |\n|---|---|\n| Mirror | ✅ ready, holds all 18 charts |\n| Cell | ❌ **0 charts** |"
    assert kinds(table) == ["verified", "verified"]


def test_a_table_of_ticks_compares_and_tells_nothing() -> None:
    assert kinds("| Way | Fast | Safe |\n|---|---|---|\n| Cache | ✅ very fast | ❌ not safe |") == []


def test_gates_with_a_count_were_run() -> None:
    assert kinds("Gates: **202 tests, types clean, build clean.**", "gates.py") == ["tests", "lint", "build"]
    assert kinds("Gates: tests green, build clean.", "gates.py") == []


def test_what_passed_is_listed_beneath() -> None:
    text = "Passed locally:\n- Race tests for the scheduler\n- Formatting of all charts"
    assert kinds(text, "gates.py") == ["tests", "lint"]
    assert kinds("Open points:\n- Race tests for the scheduler", "gates.py") == []


@pytest.mark.parametrize(
    "title",
    [
        "**1. Handlers missing** — fully implemented both of them:",
        "What I did (option 2 — rebuilt all of it from the dump):",
        "I've already started the set-up for you:",
    ],
)
def test_a_title_that_tells_a_deed_heads_no_plan(title: str) -> None:
    assert read(f"{title}\n- The gate table in `gates.py` now follows the chart", "gates.py")[-1].text.startswith(
        "The gate"
    )


@pytest.mark.parametrize("title", ["Missing handlers:", "Still to do (with the others):", "Set-up:"])
def test_a_title_of_what_is_ahead_heads_a_plan(title: str) -> None:
    assert kinds(f"{title}\n- `gates.py` — rename the gate table to match the chart") == []


def test_outcomes_are_what_was_changed_and_severities_what_was_found() -> None:
    assert kinds("Key outcomes:\n- Enforced the limits of every gate", "gates.py") == ["edited"]
    assert (
        kinds("**4 high-severity:**\n1. **Guaranteed overflow in the table** — `gates.py` adds twice", "gates.py") == []
    )


def test_paragraphs_with_bold_titles_go_on_with_a_report_where_a_changed_file_is_their_place() -> None:
    told = "Rewrote the panel in `gates.py`.\n\n"
    assert kinds(told + "**Layout** — five cards beside each other, in `gates.py`.", "gates.py") == ["edited", "edited"]
    assert kinds(told + "**Layout** — five cards beside each other on wide screens.", "gates.py") == ["edited"]
    assert kinds("**Layout** — five cards beside each other on wide screens.", "gates.py") == []


def test_the_label_of_a_list_of_commits_tells_nothing_beside_them() -> None:
    assert kinds("Commits:\n- `1a2b3c4` Draw the tide table\n- `5d6e7f8` Name the gates") == ["committed", "committed"]
