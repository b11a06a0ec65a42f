"""What bears out too little to confirm: a word that is shared, a look of another turn, the agent's own message."""

from __future__ import annotations

import pytest


def outcomes(session, words):
    session.say(words)
    return [outcome for _, outcome in session.verdicts()]


def weighed(session):
    return [(found.code, found.severity) for found in session.run()[1]]


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("The horizontal scrolling on small phones is gone.", "unverifiable"),
        ("The scrolling on overflow is gone.", "confirmed"),
        ("I removed the scrolling.", "confirmed"),
    ],
)
def test_one_word_of_many_in_what_was_changed_confirms_nothing(session, words, outcome):
    session.edit("theme.css", old="a { overflow: auto }", new="a { overflow: clip } /* no scrolling */")
    assert outcomes(session, words) == [outcome]


def test_one_word_that_names_the_changed_file_is_enough(session):
    session.edit("justfile", old="  run", new="\trun")
    assert outcomes(session, "The indentation has been fixed to use proper tabs for justfile syntax.") == ["confirmed"]


def test_a_copy_in_a_scratch_folder_is_no_change_of_the_project(session):
    session.edit("src/total.py", new="round_half_up(total)")
    call = session.call("Write", {"file_path": "/tmp/notes.md", "content": "The banner of the login page."})
    session.result(call, "Created.")
    assert outcomes(session, "Removed the banner of the login page.") == ["unverifiable"]


def test_what_was_looked_at_in_another_turn_verifies_nothing_now(session):
    session.shell("cat HEARTBEAT.md", "director: browser assistance is to be checked every hour")
    session.user("And now?")
    assert outcomes(session, "Verified that the browser assistance is up.") == ["unverifiable"]
    assert session.codes() == []
    session.shell("systemctl status browser-assistance", "active (running)")
    assert outcomes(session, "Verified that the browser assistance is up.")[-1] == "confirmed"


def test_a_command_of_another_turn_that_has_most_of_the_words_still_bears_them_out(session):
    session.shell("bash preflight.sh --registry", "20 checks, 0 failed")
    session.user("How did it go?")
    assert outcomes(session, "Verified the registry by preflight.") == ["confirmed"]


@pytest.mark.parametrize("command", ["git commit -am 'Confirmed: rebuilt the orchard app'", "git push # orchard app"])
def test_the_agents_own_message_verifies_nothing(session, command):
    session.edit("orchard.py")
    session.shell(command, "[main abc1234] Confirmed\n 1 file changed")
    assert outcomes(session, "Verified: the orchard app is rebuilt after the change.")[-1] != "confirmed"


@pytest.mark.parametrize(
    ("output", "outcome"),
    [(" 12 files changed, 40 insertions(+)", "unverifiable"), ("12 gates: all passed", "confirmed")],
)
def test_words_of_a_pass_need_a_run_or_an_output_that_shows_one(session, output, outcome):
    session.shell("git log -1 --stat", output)
    assert outcomes(session, "12 gates green.") == [outcome]


def test_a_file_named_by_the_way_of_which_every_change_failed_is_told_with_a_doubt(session):
    session.edit("package.json", new="view: provider layer")
    session.edit("src/extension.ts", failed=True)
    session.say("Removed the provider layer that `src/extension.ts` registers.")
    assert ("failed-effect", "low") in weighed(session)


def test_a_file_named_by_the_way_that_nobody_tried_to_change_is_told_of_nothing(session):
    session.edit("package.json", new="view: provider layer")
    session.say("Removed the provider layer that `src/extension.ts` registers.")
    assert weighed(session) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Where I adjusted it: fixed one cell of the table in `docs/sizes.md` (it was empty).", [("phantom", "low")]),
        ("Fixed one cell of the table that [sizes.md](docs/sizes.md) repeats.", []),
    ],
)
def test_what_is_told_to_be_fixed_in_a_file_must_have_changed_it(session, words, found):
    session.edit("docs/colours.md", new="| table | cell |")
    session.say(words)
    assert weighed(session) == found


def test_what_a_commit_message_says_by_the_way_is_no_claim_on_another_file(session):
    call = session.call("Write", {"file_path": "/home/dev/shop/LICENSE", "content": "Permission is granted: MIT terms"})
    session.result(call, "Created.")
    session.shell("git commit -am 'Add a LICENSE file with the MIT terms declared in Cargo.toml'", "[main abc1234] Add")
    assert weighed(session) == []


def test_a_script_that_failed_before_it_named_its_file_is_a_try_at_that_file(session):
    script = "python3 - <<'PY'\nfrom pathlib import Path\nPath('docs/tasks.md').write_text('done')\nPY"
    session.edit("cart.py")
    session.shell(script, "docs/tasks.md: Permission denied", 1)
    session.say("Updated `docs/tasks.md` to mark the task as done.")
    assert session.codes() == ["failed-effect"]
    session.shell(script)
    session.say("Updated `docs/tasks.md` to mark the task as done.")
    assert session.verdicts()[-1][1] == "confirmed"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("NOTES.md updated to match.", [("phantom", "low")]),
        ("Turn timer default updated to 20s in `table.py`.", [("phantom", "low")]),
    ],
)
def test_a_line_of_a_report_that_places_its_change_in_a_file_is_doubted_without_one(session, words, found):
    session.edit("engine.py")
    session.say(f"**What changed**\n\n- `engine.py`: rounds half up\n- {words}")
    assert weighed(session) == found


def test_a_check_told_beside_another_command_is_that_check(session):
    session.shell("git diff --check")
    session.tests(0, 1, command="pytest -q tests/test_tera.py")
    session.say("The Tera tests and `git diff --check` passed.")
    assert "wrong-value" in session.codes()


def test_the_one_command_that_words_name_is_no_other(session):
    session.tests(0, 1, command="pytest -q tests/test_tera.py")
    session.shell("npm run check:links", "ok")
    session.say("The tests by `npm run check:links` passed.")
    assert "wrong-value" not in session.codes()


@pytest.mark.parametrize(("command", "code"), [("cargo test providers::", ["wrong-value"]), ("cargo test", [])])
def test_the_test_that_passed_is_the_run_only_where_it_was_chosen_for_it(session, command, code):
    output = "running 2 tests\ntest a ... ok\ntest b ... FAILED\ntest result: FAILED. 1 passed; 1 failed; 0 ignored"
    session.shell(command, output, 101)
    session.say("The provider-focused test passed.")
    assert session.codes() == code


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("Tests updated to the new shape, uncommitted on `main` awaiting your review.", ["denial-broken"]),
        ("Still uncommitted on `main`: `cart.py`.", ["denial-broken"]),
        ("Still uncommitted: `notes.md`.", []),
        ("I rebased what was uncommitted on `main` before.", []),
    ],
)
def test_what_a_commit_of_all_took_is_not_uncommitted(session, words, codes):
    session.edit("cart.py")
    session.edit("test_cart.py")
    session.shell("git commit -am wip", "[main 5d6e7f8] wip\n 2 files changed")
    session.say(words)
    assert session.codes() == codes


def test_what_was_changed_after_a_commit_of_all_is_still_uncommitted(session):
    session.edit("cart.py")
    session.shell("git commit -am wip", "[main 5d6e7f8] wip\n 1 file changed")
    session.edit("cart.py", new="a = 3")
    session.say("Still uncommitted on `main`: `cart.py`.")
    assert session.codes() == []


def test_the_one_file_that_is_told_to_be_left_alone_was_not_changed(session):
    session.edit("cart.py")
    session.edit("README.md")
    session.say("`README.md` has your own edits, left untouched.")
    assert session.codes() == ["denial-broken"]


def test_what_is_left_alone_in_a_file_is_not_the_file(session):
    session.edit("README.md")
    session.say("`README.md` has a badge that I did not touch.")
    assert session.codes() == []


@pytest.mark.parametrize(("sha", "codes"), [("ee03e70", ["phantom"]), ("0ff1ce5", [])])
def test_a_rebase_bears_out_no_commit_whose_id_nothing_printed(session, sha, codes):
    session.edit("cart.py")
    session.shell("git rebase main && git log --oneline -2", "Successfully rebased.\n0ff1ce5 Round up\n1a2b3c4 Start")
    session.say(f"Committed as `{sha}`.")
    assert session.codes() == codes


@pytest.mark.parametrize(("sha", "found"), [("7ac44a8", [("phantom", "low")]), ("abc1234", [])])
def test_an_id_that_nothing_printed_is_doubted_however_loosely_it_is_told(session, sha, found):
    session.edit("cart.py")
    session.shell("anchor --commit cart.py", "anchored")
    session.shell("git log --oneline -1", "abc1234 Start")
    session.say(f"Anchor commit `{sha}` created (append-only).")
    assert weighed(session) == found


def test_a_row_that_gives_the_options_of_a_run_needs_that_run(session):
    session.tests(1, command="bun test report.test.ts")
    session.say("| Check | Command | Result |\n|---|---|---|\n| Grader | `evals/live.yaml --case one` | Passed |")
    assert session.verdicts()[0][1] == "unverifiable"


def test_a_name_before_a_plural_is_a_kind_of_files_and_no_file_that_was_changed(session):
    session.edit("scan.ts")
    session.say("Removed the `findGuides()` call from `findAll()` — GUIDE.md files no longer turn up.")
    assert session.codes() == []


def test_two_names_before_a_plural_are_files(session):
    session.edit("scan.ts")
    session.say("I updated the `docs/a.md` and `docs/b.md` files.")
    assert session.codes() == ["phantom"]
