"""How many tests passed: numbers in words, held against what each command printed last."""

from __future__ import annotations

import pytest


def shown(good: int, bad: int = 0) -> str:
    failed = f"{bad} failed, " if bad else ""
    return f"Tests:       {failed}{good} passed, {good + bad} total"


@pytest.mark.parametrize(
    "words",
    [
        "All 14 test files, 96 tests pass.",
        "All 96 API tests pass across all 7 test suites.",
        "96 tests pass in 14 spec files.",
        "All 96 queue worker tests pass.",
    ],
)
def test_the_number_of_tests_is_read_among_others(session, words: str):
    session.shell("npx jest", shown(93))
    session.say(words)
    assert session.codes() == ["wrong-value"]


@pytest.mark.parametrize("words", ["All 14 test files, 93 tests pass.", "All 93 API tests pass in all 7 test suites."])
def test_the_number_that_was_printed_is_borne_out(session, words: str):
    session.shell("npx jest", shown(93))
    session.say(words)
    assert session.codes() == []


def test_a_command_that_ran_again_is_counted_once(session):
    session.shell("pytest -q", "58 passed in 0.4s")
    session.shell("pytest -q", "58 passed in 0.4s")
    session.say("61 tests pass.")
    assert session.codes() == ["wrong-value"]


def test_the_same_command_in_two_packages_is_counted_twice(session):
    session.shell("cd web && npm test", shown(30))
    session.shell("cd api && npm test", shown(12))
    session.say("All 42 tests pass.")
    assert session.codes() == []


def test_a_run_that_showed_nothing_hides_no_number_where_its_command_showed_one(session):
    session.shell("npm run test:unit", shown(40))
    session.shell("npm run test:unit 2>&1 | grep -c slow", "0")
    session.shell("npx playwright test", "  9 passed (3.1s)")
    session.say("12/12 E2E tests pass.")
    assert session.codes() == ["wrong-value"]


def test_the_number_of_the_run_that_failed_tells_that_it_is_meant(session):
    session.shell("npm run test:api", shown(20))
    session.shell("npm test", shown(37, 1), 1)
    session.say("All 38 tests pass: 18 unit and 20 API.")
    assert session.codes() == ["wrong-value"]


def test_a_number_that_may_be_a_part_does_not_hide_that_the_run_was_too_early(session):
    session.shell("npx jest", shown(73))
    session.edit("src/cart.ts")
    session.say("All 55+ tests pass, 0 failures.")
    assert session.codes() == ["stale-proof"]


def test_a_file_that_another_runner_calls_failed_is_no_package_of_go(session):
    session.shell("sh checks.sh", f"FAIL api checks/login.spec.ts (8.1 s)\n{shown(13, 7)}")
    (effect,) = session.run()[2]
    assert effect.results["runner"] == "jest"
    assert "packages" not in effect.results


def test_an_address_with_a_word_of_tests_is_no_run_of_them(session):
    session.edit("cart.ts")
    session.shell('STORE_URL="mysql://test:test@localhost:3306/test" npx frob generate')
    session.say("All 41 unit tests pass.")
    assert [code for code in session.codes() if code == "no-proof"] == ["no-proof"]


def test_the_number_of_all_that_ran_is_no_part_of_the_run(session):
    session.shell("npx jest --selectProjects=unit checks/schema.spec.ts", shown(81, 1), 1)
    session.say(
        "`jest --selectProjects=unit`: 82 tests pass.\n\n"
        "Nothing else about the schema was looked into, and the wording of its messages is as it was before.\n\n"
        "The API tests failed earlier, for want of a database."
    )
    assert "wrong-value" in session.codes()
