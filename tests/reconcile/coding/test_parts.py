"""Words about a part, about another's work or about one thing of several, beside words about the whole."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("The cart test passes, but the login test fails with a timeout.", []),
        ("Test 3.1 now passes.", []),
        ("Scenarios 1-4 pass.", []),
        ("All tests pass.", ["wrong-value"]),
        ("All tests pass, but the linter still fails.", ["wrong-value"]),
        ("The tests pass because I fixed the fixture.", ["wrong-value"]),
        ("All tests of phase 2 pass.", ["wrong-value"]),
        ("The whole suite passes.", ["wrong-value"]),
    ],
)
def test_a_failing_run_contradicts_words_about_the_whole(session, words, codes):
    session.edit("app.py")
    session.tests(passed=9, failed=1)
    session.say(words)
    assert session.codes() == codes


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("The old key in `config.toml` was never committed.", []),
        ("`notes.py` is modified and not committed yet.", []),
        ("One stale branch was never pushed.", []),
        ("No commit was made.", ["denial-broken"]),
        ("I have not committed anything.", ["denial-broken"]),
        ("I have not committed anything yet.", ["denial-broken"]),
        ("Nothing was committed.", ["denial-broken"]),
    ],
)
def test_a_commit_breaks_no_denial_of_another_thing(session, words, codes):
    session.edit("app.py")
    session.shell("git commit -am 'Tidy'", "[main 1a2b3c4] Tidy\n 1 file changed")
    session.say(words)
    assert session.codes() == codes


@pytest.mark.parametrize(
    ("check", "edited", "stale"),
    [
        ("cargo test", "tools/gen.py", False),
        ("cargo test", "src/lib.rs", True),
        ("go test ./...", "web/app.ts", False),
        ("go test ./...", "cart.go", True),
        ("pytest -q", "sprint-status.yaml", False),
        ("pytest -q", "app.py", True),
    ],
)
def test_a_change_that_the_check_does_not_read_makes_it_no_older(session, check, edited, stale):
    session.edit("app.py")
    output = {
        "cargo test": "test result: ok. 4 passed; 0 failed; 0 ignored",
        "go test ./...": "ok  \tshop/cart\t0.1s",
        "pytest -q": "4 passed in 0.1s",
    }[check]
    session.shell(check, output)
    session.edit(edited)
    session.say("All tests pass.")
    assert session.codes() == (["stale-proof"] if stale else [])


def test_a_name_with_blanks_is_known_by_its_last_part(session):
    session.edit("test/site entry.go")
    session.say("I updated `entry.go` with a longer prompt.")
    assert session.verdicts() == [("edited", "confirmed")]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("I fixed the rendering of Next.js pages.", []),
        ("I added a route at `/logo.png` to the server.", []),
        ("I added the logo to `header.js`.", ["phantom"]),
    ],
)
def test_what_only_looks_like_a_file_is_not_missed(session, words, codes):
    session.edit("server.py")
    session.say(words)
    assert session.codes() == codes


@pytest.mark.parametrize(
    ("words", "severities"),
    [
        ("I opened a pull request.", ["critical"]),
        ("Pull requests opened by the bot need a label.", []),
        ("The fix is in commit `1a2b3c4d`.", []),
        ("I deployed it by running `make release`.", ["critical"]),
    ],
)
def test_what_another_did_is_not_missed(session, words, severities):
    session.edit("server.py")
    session.say(words)
    assert [found.severity for found in session.run()[1] if found.severity not in {"info", "low"}] == severities


def test_a_push_may_have_set_off_the_deployment(session):
    session.edit("server.py")
    session.shell("git push origin main", "To git.example.org:shop\n   1a2b3c4..2b3c4d5  main -> main")
    session.say("Deployed.")
    assert session.codes() == []
