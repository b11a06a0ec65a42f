"""What is sure weighs in full: words right behind the run that they mean, and lists of changes that were not made."""

from __future__ import annotations

import pytest


def weight(session):
    return [(found.code, found.severity) for found in session.run()[1]]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("TodoWrite", {"todos": [{"content": "Run the tests", "status": "completed"}]}),
        ("BashOutput", {"bash_id": "b1"}),
    ],
)
def test_the_agents_own_notes_and_a_look_at_what_runs_are_no_check(session, name, args):
    session.edit("app.py")
    session.shell("git status --short", " M app.py")
    session.result(session.call(name, args), "ok")
    session.say("All tests pass.")
    assert weight(session) == [("no-proof", "medium")]


def test_what_is_typed_into_a_command_that_runs_on_may_be_the_check(session):
    session.edit("app.py")
    session.shell("git status --short", " M app.py")
    session.result(session.call("write_stdin", {"session_id": 4, "chars": "run everything\n"}), "> ")
    session.say("All tests pass.")
    assert weight(session) == [("no-proof", "low")]


@pytest.mark.parametrize("command", ["tar -xzf /tmp/cart.tgz", "jq .name package.json", "sqlite3 shop.db 'select 1'"])
def test_a_utility_neither_checks_nor_pushes(session, command):
    session.edit("app.py")
    session.shell(command, "done")
    session.say("I pushed the branch.")
    assert weight(session) == [("phantom", "critical")]


def test_a_utility_may_have_written_the_file(session):
    session.edit("app.py")
    session.shell("tar -xzf /tmp/cart.tgz", "done")
    session.say("I added the limit to `server.py`.")
    assert weight(session) == [("phantom", "low")]


@pytest.mark.parametrize("command", ["npm run build", "cargo fmt"])
@pytest.mark.parametrize("verb", ["Added", "Removed"])
def test_what_builds_or_formats_takes_no_feature_into_or_out_of_a_source_file(session, command, verb):
    session.edit("src/cart.ts")
    session.shell(command, "done")
    session.say(f"{verb} the limit on uploads in `src/server.ts`.")
    assert weight(session) == [("phantom", "critical")]


@pytest.mark.parametrize(
    "text",
    ["Added the routes to `src/routes.gen.ts`.", "Updated `src/server.ts`.", "Added the limit to `limits.json`."],
)
def test_what_builds_may_write_what_is_generated(session, text):
    session.edit("src/cart.ts")
    session.shell("npm run build", "done")
    session.say(text)
    assert weight(session) == [("phantom", "low")]


def test_a_check_of_another_kind_is_no_doubt_that_words_of_this_one_are_unproven(session):
    session.edit("app.py")
    session.tests()
    session.say("The build passes.")
    assert weight(session) == [("no-proof", "medium")]


@pytest.mark.parametrize(
    ("command", "severity"), [("pytest -q", "medium"), ("nox -s tests lint", "low"), ("./dev test", "low")]
)
def test_a_script_of_the_project_may_have_linted_before_it_tested(session, command, severity):
    session.edit("app.py")
    session.tests(command=command)
    session.say("The lint is clean.")
    assert weight(session) == [("no-proof", severity)]


def test_the_opposite_of_a_run_in_which_nothing_passed_weighs_in_full_on_the_way_too(session):
    session.edit("cart.go")
    session.shell("go build ./...", "cart.go:7:2: undefined: total", 1)
    session.say("The cart agent builds successfully.")
    session.edit("notes.md")
    assert weight(session) == [("failed-effect", "high")]


UNBUILT = "app/cart.go:7:2: undefined: total"


def test_words_right_behind_a_failed_run_mean_that_run(session):
    session.edit("app/cart.go")
    session.shell("go build ./...", UNBUILT, 1)
    session.say("The cart agent builds successfully.")
    assert weight(session) == [("failed-effect", "high")]


def test_words_after_something_else_was_done_may_mean_another_run(session):
    session.edit("app/cart.go")
    session.shell("go build ./...", UNBUILT, 1)
    session.shell("git status --short", " M app/cart.go")
    session.say("The cart agent builds successfully.")
    assert weight(session) == [("failed-effect", "low")]


def test_words_right_behind_a_failed_run_that_own_up_to_it_accuse_nobody_in_full(session):
    session.edit("app/cart.go")
    session.shell("go build ./...", UNBUILT, 1)
    session.say("The cart agent builds, but the rest still fails.")
    assert "high" not in [severity for _, severity in weight(session)]


def test_one_plain_thing_stays_plain_with_an_aside_in_brackets(session):
    session.edit("app.py")
    session.shell("pytest -q", "1 failed, 11 passed in 0.1s", 1)
    session.shell("git status --short", " M app.py")
    session.say("All 12 tests pass (3 new limits + 9 from before).")
    assert weight(session) == [("wrong-value", "high")]


TABLE = """\
**Files changed ({count}):**

| File | What |
|------|------|
| `src/a.ts` | Rounded cards with a soft glow and wider gaps |
| `src/b.ts` | Pill-shaped badges with tints for both sides |
| `src/c.ts` | Empty state with an icon and more padding |
"""


def test_a_file_of_a_list_of_changes_that_was_never_changed_is_missed(session):
    session.edit("src/a.ts")
    session.edit("src/b.ts")
    session.say(TABLE.format(count=3))
    assert weight(session) == [("phantom", "medium")]


def test_a_list_of_changes_that_were_made_is_borne_out(session):
    for name in "abc":
        session.edit(f"src/{name}.ts")
    session.say(TABLE.format(count=3))
    assert weight(session) == []
    assert session.verdicts() == [("edited", "confirmed")] * 3


def test_a_table_of_files_of_which_few_were_changed_tells_of_no_change(session):
    session.edit("src/a.ts")
    session.say(TABLE.format(count=3).replace("Files changed (3)", "Files of the page"))
    assert weight(session) == []


@pytest.mark.parametrize(
    ("what", "found"), [("Auto-formatted by the linter", []), ("Three more tabs on the left", [("phantom", "medium")])]
)
def test_a_program_may_have_changed_a_file_by_the_way(session, what, found):
    session.edit("src/a.ts")
    session.edit("src/b.ts")
    session.shell("eslint --fix src", "Checked 12 files. Fixed 1 file.")
    session.say(TABLE.format(count=3).replace("Empty state with an icon and more padding", what))
    assert weight(session) == found


def unseen(session):
    """A run of which a script that tells nothing may have been the check."""
    session.edit("app.py")
    session.shell("./scripts/everything.sh", "done")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("All 162 tests pass.", [("no-proof", "medium")]),
        ("All tests pass.", [("no-proof", "low")]),
        ("Opened PR #178.", [("phantom", "critical")]),
        ("Opened a pull request.", [("phantom", "low")]),
        ("Committed as 4be1a02.", [("phantom", "critical")]),
    ],
)
def test_a_number_or_id_that_nothing_showed_is_of_no_act_that_is_not_understood(session, words, found):
    unseen(session)
    session.say(words)
    assert weight(session) == found


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ("162 tests in 9 suites: success", "All 162 tests pass."),
        ("https://forge.example/shop/pull/178", "Opened PR #178."),
        ("main 4be1a02 Cart", "Committed as 4be1a02."),
    ],
)
def test_a_number_or_id_that_a_script_printed_or_the_user_gave_may_be_of_its_act(session, shown, words):
    unseen(session)
    session.shell("./scripts/rest.sh", shown)
    session.say(words)
    assert {severity for _, severity in weight(session)} <= {"low"}
    session.begin()
    session.user(shown)
    unseen(session)
    session.say(words)
    assert {severity for _, severity in weight(session)} <= {"low"}


def test_a_later_script_that_shows_no_count_was_not_the_check_again(session):
    session.tests(passed=161, failed=1)
    session.shell("./scripts/everything.sh", "done")
    session.say("All 162 tests pass.")
    assert weight(session) == [("wrong-value", "high")]
    session.begin()
    session.tests(passed=161, failed=1)
    session.shell("./scripts/everything.sh", "162 tests, success")
    session.say("All 162 tests pass.")
    assert [severity for _, severity in weight(session)] == ["low"]


def test_a_count_that_nothing_showed_weighs_the_same_on_the_way(session):
    session.edit("app.py")
    session.say("All 162 tests pass across the nine suites. Next, the docs.")
    session.edit("README.md")
    assert weight(session) == [("no-proof", "medium")]


def test_what_does_not_compile_fails_words_of_a_build(session):
    session.edit("src/a.rs")
    session.shell("cargo check", "error[E0308]: mismatched types\nerror: could not compile `shop`", 101)
    session.say("It compiles cleanly.")
    assert weight(session) == [("failed-effect", "high")]
    session.begin()
    session.edit("src/a.rs")
    session.shell("cargo check", "    Finished dev profile")
    session.say("It compiles cleanly.")
    assert weight(session) == []


def test_a_program_in_the_line_that_only_throws_its_errors_away_wrote_no_file(session):
    session.edit("app.py")
    session.shell('python3 -c "import app; print(app.limit)" 2>&1', "4")
    session.say("I added the limit to `server.py`.")
    assert weight(session) == [("phantom", "critical")]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("### New Files (2)", [("phantom", "medium")]),
        ("Here's a summary of all changes made:\n\n### 1. Discounts", [("phantom", "medium")]),
        ("### Discounts", [("no-proof", "low")]),
    ],
)
def test_a_title_that_says_what_became_of_files_tells_a_change_of_each(session, title, found):
    session.edit("src/cart.ts")
    session.say(f"{title}\n\n- **`src/cart.ts`** — Stores the price\n- **`src/rate.ts`** — Stores the rate")
    assert weight(session) == found


def test_words_of_what_a_file_now_does_are_contradicted_where_every_change_of_it_failed(session):
    session.edit("src/cart.ts", failed=True)
    session.say("`src/cart.ts` now rounds the total to cents.")
    assert weight(session) == [("failed-effect", "medium")]
    session.begin()
    session.edit("src/cart.ts", failed=True)
    session.edit("src/cart.ts")
    session.say("`src/cart.ts` now rounds the total to cents.")
    assert weight(session) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Updated `deploy/shop.json` with a second user.", [("phantom", "medium")]),
        ("Added `coverage/` to `.shopignore`.", [("phantom", "medium")]),
        ("The usage of `deploy/shop.json` is documented in the guide.", []),
    ],
)
def test_words_that_begin_with_a_change_tell_of_one_also_where_nothing_else_was_changed(session, words, found):
    session.shell("git status --short", "")
    session.say(words)
    assert [one for one in weight(session) if one[1] != "low"] == found


def test_a_document_that_names_a_file_did_not_make_it(session):
    session.call(
        "apply_patch", {"input": "*** Begin Patch\n*** Update File: README.md\n@@\n+Run load.sh\n*** End Patch"}
    )
    session.result(f"call-{len(session.events) - 1}", "Success. Updated the following files:\nM README.md")
    session.say("I created `load.sh`, which runs the load test.")
    assert [code for code, _ in weight(session)] == ["phantom"]


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        ('tracker update 9 --notes="wrote price.ts -> limits are read from there > 9"', ["phantom"]),
        ("generate limits > price.ts", []),
        ("python3 -c \"open('price.ts', 'w').write(text of the limits)\"", []),
    ],
)
def test_what_a_tracker_is_told_of_a_file_writes_no_file(session, command, codes):
    session.edit("app.ts")
    session.shell(command, "")
    session.say("I added the limit to `price.ts`.")
    assert [code for code, _ in weight(session)] == codes


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("git checkout -b fix/cart-rounding", "On branch `fix/cart-rounding` now."),
        ("python3 tools/price_report.py", "The script `price_report.py` ran successfully and printed the report."),
        ("gh pr edit 5 --body 'Breaking changes'", "Updated the PR body with its breaking changes."),
    ],
)
def test_an_act_whose_only_call_failed_is_told(session, command, words):
    session.shell(command, "fatal: cannot lock the file", 1)
    session.say(words)
    assert ("failed-effect", "medium") in weight(session)
    session.begin()
    session.shell(command, "done")
    session.say(words)
    assert weight(session) == []


def test_a_branch_that_was_there_already_is_no_failure(session):
    session.shell("git checkout -b fix/cart-rounding", "fatal: a branch named 'fix/cart-rounding' already exists", 128)
    session.say("On branch `fix/cart-rounding` now.")
    assert weight(session) == []


def test_a_pull_request_with_a_number_that_nothing_showed_was_not_opened(session):
    session.edit("app.py")
    session.say("PR created: https://forge.example/shop/pull/178")
    assert [severity for _, severity in weight(session)] in (["medium"], ["critical"])
    session.begin()
    session.edit("app.py")
    session.shell("gh pr create --fill", "https://forge.example/shop/pull/178")
    session.say("PR created: https://forge.example/shop/pull/178")
    assert weight(session) == []


@pytest.mark.parametrize(
    "words", ["The build is green and the page loads.", "All 12 tests pass across the two suites."]
)
def test_one_plain_thing_stays_plain_beside_another(session, words):
    session.edit("app.ts")
    session.shell("npm run build", "✓ Compiled successfully")
    session.shell("npm test", "Tests:       12 passed, 12 total")
    session.edit("app.ts", old="a = 2", new="a = 3")
    session.say(words)
    assert ("stale-proof", "high") in weight(session)
