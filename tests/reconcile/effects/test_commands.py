from __future__ import annotations

import pytest

GO_FAILS = "--- FAIL: TestA (0.00s)\nFAIL\nFAIL\tx/a\t0.2s\nFAIL"


def kinds(effects):
    return [effect.kind for effect in effects]


def test_a_plain_test_run_takes_the_exit_code(bench):
    (effect,) = bench.shell("pytest -q", "3 passed in 0.1s", exit_code=0, exit_source="structured")
    assert (effect.kind, effect.status, effect.exit_source, effect.exit_code) == ("tests", "succeeded", "structured", 0)
    assert effect.results["passed"] == 3
    assert effect.args["runner"] == "pytest"


def test_a_piped_test_run_is_judged_by_what_it_printed(bench):
    tests = bench.shell("go test ./... 2>&1 | tail -20", GO_FAILS, exit_code=0)[0]
    assert (tests.status, tests.results["verdict"], tests.exit_source) == ("failed", "fail", "none")
    assert tests.results["failing"] == ["TestA"]
    assert tests.args["masked"] == "pipe"


def test_a_masked_run_that_shows_nothing_stays_unknown(bench):
    tests = bench.shell("pytest > /tmp/log 2>&1; echo done", "done", exit_code=0)[0]
    assert (tests.status, tests.results["verdict"]) == ("unknown", "unknown")


def test_an_exit_code_that_the_line_echoes_counts(bench):
    tests = bench.shell('pytest > /tmp/log 2>&1; echo "exit: $?"', "exit: 1", exit_code=0)[0]
    assert (tests.status, tests.exit_code, tests.exit_source) == ("failed", 1, "text")
    tests = bench.shell('pytest | tail -1; echo "rc=${PIPESTATUS[0]}"', "x\nrc=0", exit_code=0)[0]
    assert (tests.status, tests.exit_code) == ("succeeded", 0)


def test_the_exit_code_of_a_filter_is_not_the_tests_own(bench):
    tests = bench.shell('pytest | tail -1; echo "exit: $?"', "exit: 0", exit_code=0)[0]
    assert tests.status == "unknown"


def test_a_word_echoed_on_the_way_on_tells_how_it_went(bench):
    build, _ = bench.shell("go build ./... && echo BUILD OK\ncat x", "BUILD OK\nx", exit_code=0)
    assert (build.kind, build.status) == ("build", "succeeded")


def test_outputs_are_cut_at_the_marks_that_the_line_prints(bench):
    text = "M a.go\n---gofmt---\n---lint---\n0 issues."
    effects = bench.shell(
        "git status --short\necho ---gofmt---\ngofmt -l .\necho ---lint---\ngolangci-lint run", text, exit_code=0
    )
    assert [(e.kind, e.status) for e in effects] == [
        ("read", "succeeded"), ("lint", "succeeded"), ("lint", "succeeded"),
    ]  # fmt: skip


def test_a_lister_with_something_to_list_did_not_pass(bench):
    (effect,) = bench.shell("gofmt -l .", "main.go\n", exit_code=0)
    assert effect.results["verdict"] != "pass"


def test_tests_hidden_in_a_script_are_recognised(bench):
    (effect,) = bench.shell("./scripts/ci.sh", "Tests:       2 failed, 5 passed, 7 total", exit_code=1)
    assert (effect.kind, effect.results["failed"]) == ("tests", 2)
    (effect,) = bench.shell("./scripts/ci.sh", "all good", exit_code=0)
    assert effect.kind == "ran"


def test_printing_an_old_log_is_no_test_run(bench):
    assert kinds(bench.shell("cat old.log", "12 passed in 0.3s", exit_code=0)) == ["read"]
    assert kinds(bench.shell('echo "12 passed in 0.3s"', "12 passed in 0.3s", exit_code=0)) == ["ran"]


def test_a_failed_chain_leaves_its_earlier_parts_open(bench):
    tests, commit = bench.shell("pytest && git commit -m x", "2 passed in 1s\nhook failed", exit_code=1)
    assert (tests.status, commit.status) == ("failed" if tests.results["verdict"] == "fail" else "succeeded", "failed")


def test_two_runs_in_one_call_get_their_own_counts(bench):
    first, second = bench.shell("pytest a; pytest b", "3 passed in 0.1s\n5 passed in 0.2s", exit_code=0)
    assert (first.results["passed"], second.results["passed"]) == (3, 5)


def test_a_commit_is_read(bench):
    text = "[main 2bcd462] Fix it\n 3 files changed, 10 insertions(+), 2 deletions(-)"
    (effect,) = bench.shell('git commit -am "Fix it" --no-verify', text, exit_code=0)
    assert effect.args["message"] == "Fix it"
    assert (effect.args["no_verify"], effect.args["all"], effect.args["amend"]) == (True, True, False)
    assert effect.results == {"sha": "2bcd462", "branch": "main", "files": 3, "insertions": 10, "deletions": 2}


def test_nothing_to_commit_is_no_commit(bench):
    (effect,) = bench.shell("git commit -m x", "On branch main\nnothing to commit, working tree clean", exit_code=1)
    assert (effect.status, effect.results["nothing"]) == ("failed", True)


def test_a_quiet_commit_is_known_by_the_log_behind_it(bench):
    text = "71e169a wip: presence\nba1b9eb older"
    commit = bench.shell('git commit -q -m "wip: presence"; git log --oneline -2', text, exit_code=0)[0]
    assert (commit.status, commit.results["sha"]) == ("succeeded", "71e169a")


_REJECTED_PUSH = " ! [rejected]        main -> main (fetch first)\nerror: failed to push some refs to 'x'"


@pytest.mark.parametrize(
    ("command", "text", "status"),
    [
        ("git commit -q -m x && git push", _REJECTED_PUSH, "succeeded"),
        ("git commit -q -m x && npm run sync && git push", _REJECTED_PUSH, "succeeded"),
        ("git commit -q -m x; git push", _REJECTED_PUSH, "unknown"),
        ("git commit -q -m x && git push", "error: pathspec 'y' did not match any file(s) known to git", "failed"),
        ("git commit -q -m x && git push", "nothing to commit, working tree clean", "failed"),
    ],
)
def test_a_push_that_was_rejected_shows_that_the_commit_before_it_was_made(bench, command, text, status):
    commit = bench.shell(command, text, exit_code=1)[0]
    assert (commit.kind, commit.status) == ("committed", status)


@pytest.mark.parametrize(
    ("text", "status", "found"),
    [
        (" ! [rejected]        main -> main (fetch first)\nerror: failed to push", "failed", {"rejected": True}),
        ("Everything up-to-date", "succeeded", {"up_to_date": True}),
        ("To x\n   1234567..89abcde  main -> main", "succeeded", {"ref": "main"}),
    ],
)
def test_a_push_is_judged_by_what_git_says(bench, text, status, found):
    push = bench.shell("git push origin main 2>&1 | tail -3", text, exit_code=0)[0]
    assert push.status == status
    assert found.items() <= push.results.items()


@pytest.mark.parametrize(
    ("command", "force", "lease", "branch"),
    [
        ("git push --force origin main", True, False, "main"),
        ("git push origin +HEAD:release", True, False, "release"),
        ("git push --force-with-lease origin x", False, True, "x"),
        ("git -c alias.up='push -f' up origin main", True, False, "main"),
    ],
)
def test_how_a_push_forces(bench, command, force, lease, branch):
    (effect,) = bench.shell(command)
    assert (effect.args["force"], effect.args["lease"], effect.args["branch"]) == (force, lease, branch)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cat > a/b.txt <<'EOF'\nx\ny\nEOF", [("created", ["/repo/a/b.txt"])]),
        ("echo x >> log.txt", [("edited", ["/repo/log.txt"])]),
        ("sed -i 's/a/b/' one.py two.py", [("edited", ["/repo/one.py", "/repo/two.py"])]),
        ("cd src && rm -f old.c", [("deleted", ["/repo/src/old.c"])]),
        ("mv a.txt sub/", [("deleted", ["/repo/a.txt"]), ("created", ["/repo/sub/a.txt"])]),
        (
            "mv -t sub a.txt b.txt",
            [("deleted", ["/repo/a.txt", "/repo/b.txt"]), ("created", ["/repo/sub/a.txt", "/repo/sub/b.txt"])],
        ),
        ("ls | tee out.txt >/dev/null", [("read", []), ("created", ["/repo/out.txt"])]),
        ("python3 - <<'E'\nopen('gen.py', 'w').write('x')\nE", [("edited", ["/repo/gen.py"])]),
    ],
)
def test_files_changed_by_commands(bench, command, expected):
    assert [(effect.kind, effect.args.get("abs", [])) for effect in bench.shell(command)] == expected


def test_lines_added_by_a_heredoc_are_counted(bench):
    (effect,) = bench.shell("cat >> a.txt <<'EOF'\nx\ny\nEOF", "", exit_code=0)
    assert effect.results["added"] == 2


def test_a_search_that_finds_nothing_is_no_failure(bench):
    (effect,) = bench.shell("rg needle src", "", exit_code=1)
    assert (effect.kind, effect.status, effect.results["hits"]) == ("search", "succeeded", 0)


def test_a_denied_command_did_nothing(bench):
    effects = bench.shell("git push --force && rm -rf x", "denied", status="denied")
    assert {effect.status for effect in effects} == {"denied"}


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("npm ci", "installed"),
        ("uv add httpx", "installed"),
        ("kubectl apply -f x.yaml", "deployed"),
        ("gh pr create --fill", "opened_pr"),
        ("gh pr merge 3", "remote"),
        ("gh api -X DELETE repos/a/b", "remote"),
        ("gh api repos/a/b", "read"),
        ("curl -s https://x.example", "read"),
        ("curl -d @x https://x.example", "remote"),
        ("git checkout -b x", "vcs"),
        ("git log -3", "read"),
        ("./server", "ran"),
        ("true", "ran"),
    ],
)
def test_kinds_of_commands(bench, command, kind):
    assert kinds(bench.shell(command)) == [kind]


def test_a_line_always_gives_an_effect(bench):
    for command in ("", "# only a comment", "x=1", "((", "cd /tmp"):
        if command:
            assert bench.shell(command)


def test_a_program_handed_to_an_interpreter_is_read_as_its_command_line(bench) -> None:
    (wrote,) = bench.call("local-python-execute", {"code": "open('README.md', 'w').write('x')"}, "ok")
    assert (
        wrote.args["paths"]
        == bench.shell("python - <<'X'\nopen('README.md', 'w').write('x')\nX", "ok")[0].args["paths"]
    )
    (ran,) = bench.call("jupyter_cell", {"code": "print(2 + 2)"}, "4")
    assert (ran.kind, ran.effect_class) == ("ran", "execute")


def test_a_here_document_that_nothing_ends_goes_to_the_end(bench) -> None:
    body = "+with open('x', \"w\") as out:\n+    out.write('a\\n')"
    patch = f"*** Begin Patch\n*** Add File: tests/it's.py\n{body}\n*** End Patch"
    assert bench.shell(f"apply_patch << 'PATCH'\n{patch}", "ok")[0].args["paths"] == ["tests/it's.py"]
    assert bench.shell(f"apply_patch << 'PATCH'\n{patch}\nPATCH\nls", "ok")[0].args["paths"] == ["tests/it's.py"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("pnpm tsc --noEmit", "lint"),
        ("bun tsc -b", "build"),
        ("yarn eslint .", "lint"),
        ("bun vitest run", "tests"),
        ("pnpm install", "installed"),
        ("bun run serve", "ran"),
    ],
)
def test_a_package_manager_runs_a_projects_programs_by_name(bench, line: str, kind: str) -> None:
    assert bench.shell(line, "ok")[0].kind == kind


@pytest.mark.parametrize("script", ["./e2e.sh --all", "docker compose -f t.yml run --rm api ./e2e.sh"])
@pytest.mark.parametrize("after", ["docker compose down -v", "docker-compose -f t.yml stop", "podman rm -f box"])
def test_what_ends_containers_is_not_the_test_run_before_it(bench, script, after):
    effects = bench.shell(f"{script}; {after}", "===== 3 passed in 0.41s =====\n Container box Removed\n", exit_code=0)
    assert kinds(effects) == ["tests", "ran"]


@pytest.mark.parametrize(
    "program",
    [
        "from pathlib import Path\npage = Path('docs/limits.md')\npage.write_text(page.read_text() + 'x')",
        "page = 'docs/limits.md'\ntext = open(page).read()\nwith open(page, 'w') as out:\n    out.write(text)",
        "const page = 'docs/limits.md';\nfs.writeFileSync(page, text);",
    ],
)
def test_a_script_that_calls_a_file_by_a_name_of_its_own_writes_that_file(bench, program):
    (effect,) = bench.shell(f"python3 - <<'END'\n{program}\nEND", "", exit_code=0)
    assert (effect.kind, effect.args["paths"]) == ("edited", ["docs/limits.md"])


def test_a_file_that_a_script_only_reads_by_a_name_is_not_written(bench):
    program = "page = 'docs/limits.md'\ncopy = sys.argv[1]\nopen(copy, 'w').write(open(page).read())"
    (effect,) = bench.shell(f"python3 - <<'END'\n{program}\nEND", "", exit_code=0)
    assert (effect.kind, effect.args["paths"]) == ("edited", [])
