from __future__ import annotations

import re

import pytest
from growth import linear

from assure_tui.reconcile.effects import printed, runners


@pytest.mark.parametrize(
    ("command", "kind", "runner", "selected"),
    [
        ("pytest", "tests", "pytest", False),
        ("pytest tests/unit -q", "tests", "pytest", False),
        ("pytest tests/test_a.py::test_b", "tests", "pytest", True),
        ("pytest -k login", "tests", "pytest", True),
        ("go test ./...", "tests", "go test", False),
        ("go test -run TestA ./pkg", "tests", "go test", True),
        ("cargo +nightly test parser", "tests", "cargo test", True),
        ("./gradlew clean test", "tests", "gradle", False),
        ("python3 -m py_compile tools/a.py", "build", "py_compile", False),
        ("mvn -q -Dtest=FooTest verify", "tests", "maven", True),
        ("npm test", "tests", None, False),
        ("pnpm -F web run test:unit", "tests", None, False),
        ("make -j4 test", "tests", None, False),
        ("npm run lint", "lint", None, False),
        ("pnpm check-types", "lint", None, False),
        ("bun run lint:fix", "format", None, False),
        ("npm run lint-prefix", "lint", None, False),
        ("ruff check .", "lint", "ruff", False),
        ("ruff check --fix .", "format", "formatter", False),
        ("tsc --noEmit", "lint", "tsc", False),
        ("gofmt -l .", "lint", "prettier --check", False),
        ("go build ./...", "build", "go build", False),
        ("just build", "build", None, False),
        ("./gradlew :shop:compileReleaseKotlin", "build", "make build", False),
        ("./gradlew compileJava compileTestJava", "build", "make build", False),
        ("./gradlew :app:assembleRelease -x test", "build", "make build", False),
        ("./gradlew :app:bundleRelease --exclude-task test", "build", "make build", False),
        ("./gradlew :core:testReleaseUnitTest --tests CartTest", "tests", "gradle", True),
    ],
)
def test_commands_are_recognised(command: str, kind: str, runner: str | None, selected: bool) -> None:
    use = runners.recognise(tuple(command.split()))
    assert use is not None
    assert (use.kind, use.runner, use.selected) == (kind, runner, selected)


@pytest.mark.parametrize("command", ["git status", "pytest --collect-only", "npm start", "cargo test --no-run", "ls"])
def test_other_commands_are_no_checks(command: str) -> None:
    assert runners.recognise(tuple(command.split())) is None


OUTPUTS = [
    ("pytest", "=== 1 failed, 12 passed, 2 skipped in 0.34s ===", (12, 1, 2, 15), "fail"),
    ("pytest", "41 passed in 1.20s", (41, None, None, 41), "pass"),
    ("unittest", "Ran 12 tests in 0.01s\n\nFAILED (failures=1, errors=2)", (9, 1, None, 12), "fail"),
    ("unittest", "Ran 3 tests in 0.01s\n\nOK", (3, None, None, 3), "pass"),
    ("cargo test", "test result: ok. 5 passed; 0 failed; 1 ignored\n\ntest result: ok. 2 passed; 0 failed; 0 ignored",
     (7, 0, 1, 8), "pass"),
    ("jest", "Tests:       1 failed, 2 skipped, 27 passed, 30 total", (27, 1, 2, 30), "fail"),
    ("vitest", " Test Files  2 passed (2)\n      Tests  28 passed (28)", (28, None, None, 28), "pass"),
    ("mocha", "  12 passing (34ms)\n  1 failing\n", (12, 1, None, 13), "fail"),
    ("bun test", " 27 pass\n 0 fail\nRan 27 tests across 4 files. [1.2s]", (27, 0, None, 27), "pass"),
    ("node --test", "# tests 5\n# pass 4\n# fail 1\n", (4, 1, None, 5), "fail"),
    ("phpunit", "Tests: 12, Assertions: 30, Failures: 1, Errors: 1, Skipped: 1.", (9, 1, 1, 12), "fail"),
    ("rspec", "12 examples, 1 failure, 2 pending", (9, 1, 2, 12), "fail"),
    ("maven", "[INFO] Tests run: 12, Failures: 1, Errors: 0, Skipped: 0\n", (11, 1, 0, 12), "fail"),
    ("dotnet test", "Passed!  - Failed:     0, Passed:    12, Skipped:     0, Total:    12", (12, 0, 0, 12), "pass"),
    ("ctest", "100% tests passed, 0 tests failed out of 12", (12, 0, None, 12), "pass"),
    ("playwright", "  1 failed\n    [chromium] › a\n  12 passed (5.3s)", (12, 1, None, 13), "fail"),
    ("flutter test", "00:05 +12 ~1 -1: Some tests failed.", (12, 1, 1, 14), "fail"),
]  # fmt: skip


@pytest.mark.parametrize(("runner", "output", "counts", "verdict"), OUTPUTS)
def test_counts_are_read(runner: str, output: str, counts: tuple[int | None, ...], verdict: str) -> None:
    report = printed.read(runner, output)
    assert (report.passed, report.failed, report.skipped, report.collected) == counts
    assert report.verdict == verdict


@pytest.mark.parametrize(("runner", "output", "counts", "verdict"), OUTPUTS)
def test_a_runner_is_known_by_its_output(
    runner: str, output: str, counts: tuple[int | None, ...], verdict: str
) -> None:
    report = printed.probe("> app@1.0.0 test\n\n" + output)
    assert report is not None
    assert (report.passed, report.verdict) == (counts[0], verdict)
    assert runner


def test_go_packages_are_added_up() -> None:
    output = "ok  \tx/a\t0.1s\n--- FAIL: TestB (0.00s)\nFAIL\nFAIL\tx/b\t0.2s\n?   \tx/c\t[no test files]\nFAIL"
    report = printed.read("go test", output)
    assert (report.verdict, report.packages, report.failing) == ("fail", 2, ("TestB",))


def test_go_without_any_test_collects_none() -> None:
    report = printed.read("go test", "ok  \tx/a\t0.1s [no tests to run]\n?   \tx/b\t[no test files]")
    assert (report.verdict, report.collected) == ("unknown", 0)


def test_prefixes_of_task_runners_are_looked_through() -> None:
    assert printed.read("vitest", "web:test:  Tests  3 passed (3)").passed == 3


def test_nothing_printed_is_unknown() -> None:
    for runner in ("pytest", "go test", "jest"):
        assert printed.read(runner, "").verdict == "unknown"


def test_colour_is_taken_off() -> None:
    assert printed.plain("\x1b[32m3 passed\x1b[0m in 1s") == "3 passed in 1s"


@pytest.mark.parametrize(
    "line", ["=" * 300, "1 passed, " * 40, " " * 500, "ok \t" + "a/" * 200, "--- FAIL: ", "[x] " * 99]
)
def test_patterns_are_linear(line: str) -> None:
    def read(text: str) -> None:
        printed.probe(text)
        for name in ("pytest", "go test", "jest", "maven", "swift test"):
            printed.read(name, text)

    assert linear(read, (line + "\n") * (100_000 // (len(line) + 1)))
    assert linear(read, line * (100_000 // len(line)))


def test_all_patterns_compile_and_have_known_groups() -> None:
    for name, runner in runners.by_id().items():
        for field in ("report", "failing", "pass", "fail"):
            for pattern in runners.patterns(name, field):
                assert set(pattern.groupindex) <= {"counts", "total", "more", "passed", "failed", "problems", "rating"}
                assert field != "failing" or pattern.groups == 1
        assert re.fullmatch(r"[\w :+.-]+", runner.id)
