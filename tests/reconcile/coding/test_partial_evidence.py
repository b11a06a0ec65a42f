"""Checks of which the log shows a part only: sifted output, scripts that mend what they find, runs that go on."""

from __future__ import annotations

import pytest

from tests.reconcile.coding.conftest import Session


@pytest.mark.parametrize(
    ("sift", "outcome"),
    [
        ("grep -i error", "confirmed"),
        (r"grep -E 'TS\d+'", "confirmed"),
        ("grep -v node_modules", "confirmed"),
        ("head -20", "confirmed"),
        ("grep src/cart", "unverifiable"),
        ("rg cart", "unverifiable"),
    ],
)
def test_a_check_without_a_word_is_clean_where_a_complaint_would_have_been_seen(
    session: Session, sift: str, outcome: str
) -> None:
    session.edit("src/cart.ts")
    session.shell(f"npx tsc --noEmit 2>&1 | {sift}", "", 1 if "grep" in sift or "rg" in sift else 0)
    session.say("The type check is clean.")

    assert session.verdicts() == [("lint", outcome)]


@pytest.mark.parametrize(
    ("mended", "outcome"),
    [
        ("$ biome check --write\nChecked 41 files in 90ms. Fixed 1 file.", "confirmed"),
        ("$ some-linter --write", "unverifiable"),
        ("Checked 41 files in 90ms. Fixed 1 file.\nFound 2 errors.", "contradicted"),
    ],
)
def test_a_script_that_mends_what_it_finds_is_the_last_word_of_the_linter(
    session: Session, mended: str, outcome: str
) -> None:
    session.edit("src/cart.ts")
    session.shell("bun run lint 2>&1 | tail -3", 'Found 1 error.\nerror: script "lint" exited with code 1')
    session.shell("bun run lint:fix 2>&1 | tail -5", mended)
    session.say("Lint is clean now.")

    assert session.verdicts() == [("lint", outcome)]


def test_what_a_formatter_wrote_by_the_way_is_not_missed(session: Session) -> None:
    session.edit("src/cart.ts")
    session.shell("bun run lint:fix", "Checked 41 files in 90ms. Fixed 1 file.")
    session.say("What changed:\n- `cart.ts` — rounds the total\n- `tour.ts` — auto-formatted, tabs for spaces")

    assert session.codes() == []


def test_a_build_that_never_came_back_was_not_executed_successfully(session: Session) -> None:
    session.edit("src/cart.ts")
    call = session.call("Bash", {"command": "npm run build"})
    session.result(call, "", "running")
    session.say("Successfully executed the production build (`npm run build`).")

    assert ("ran", "confirmed") not in session.verdicts()
    assert session.codes() == ["dangling"]


def test_a_server_goes_on_and_was_started_all_the_same(session: Session) -> None:
    session.edit("src/cart.ts")
    call = session.call("Bash", {"command": "npm run dev"})
    session.result(call, "ready on port 4100", "running")
    session.say("Successfully started the dev server on port 4100.")

    assert session.codes() == []


def test_a_command_that_only_ends_things_shows_of_nothing_that_it_works(session: Session) -> None:
    session.edit("src/cart.ts")
    session.shell("pkill -f 'vite preview'")
    session.say("The checkout page works as expected.")

    assert session.verdicts() == [("verified", "unsupported")]


def test_what_was_seen_to_work_may_work_no_more_after_an_edit(session: Session) -> None:
    session.edit("src/cart.ts")
    session.shell("curl -s localhost:4100/checkout", "<h1>Checkout</h1>")
    session.edit("src/cart.ts", old="a = 2", new="a = 3")
    session.say("The checkout page works as expected.")

    assert session.verdicts() == [("verified", "stale")]


def test_a_command_is_known_without_its_options(session: Session) -> None:
    session.edit("src/Cart.java")
    session.shell("mvn -q -B verify", "[ERROR] Tests run: 88, Failures: 2, Errors: 0, Skipped: 0", 1)
    session.shell("ls target")
    session.say("`mvn verify` passes.")

    assert "confirmed" not in [outcome for _, outcome in session.verdicts()]


@pytest.mark.parametrize(
    ("told", "outcome"), [("54 executed, 0 failures", "confirmed"), ("55 executed, 0 failures", "contradicted")]
)
def test_what_a_runner_executed_is_counted(session: Session, told: str, outcome: str) -> None:
    session.edit("Sources/Cart.swift")
    session.shell("swift test", "Executed 54 tests, with 0 failures (0 unexpected) in 0.044 (0.049) seconds")
    session.say(f"`swift test`: {told}.")

    assert session.verdicts() == [("tests", outcome)]


@pytest.mark.parametrize(("count", "outcome"), [(12, "confirmed"), (14, "contradicted")])
def test_a_count_in_ticks_behind_the_words_is_theirs(session: Session, count: int, outcome: str) -> None:
    session.edit("cart.py")
    session.tests(12)
    session.say(f"The focused cart tests passed, `{count} passed`.")

    assert session.verdicts() == [("tests", outcome)]
