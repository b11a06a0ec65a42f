"""Conditions are evaluated where they can be stopped: an endless one costs a worker, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from assure_tui.app.desk.gates import evaluator
from assure_tui.app.desk.gates.evaluator import MAX_KILLS, CelEvaluator

LONG = "(" + "+".join(["l"] * 60) + ")"
ENDLESS = f"{LONG}.all(x, {LONG}.all(y, x + y >= 0))"
BIG = {"l": list(range(256))}


@pytest.fixture
def short_deadline(monkeypatch) -> None:
    monkeypatch.setattr(evaluator, "DEADLINE", 1.0)  # before the worker's own alarm


@pytest.fixture
def cel() -> Iterator[CelEvaluator]:
    found = CelEvaluator()
    yield found
    found.close()


def test_answers_come_in_the_order_of_the_questions(cel: CelEvaluator) -> None:
    questions = [("x > params.a", {"a": 1}), ("x > params.a", {"a": 9}), ("y == 1", {}), ("x", {})]
    first, second, missing, number = cel.evaluate(questions, {"x": 5})
    assert (first, second) == (True, False)
    assert isinstance(missing, str)
    assert "y" in missing
    assert isinstance(number, str)
    assert "not true or false" in number


@pytest.mark.usefixtures("short_deadline")
def test_an_endless_expression_is_stopped_and_the_others_are_answered(cel: CelEvaluator) -> None:
    cel.evaluate([("true", {})], {})
    endless, other = cel.evaluate([(ENDLESS, {}), ("true", {})], BIG)
    assert isinstance(endless, str)
    assert other is True


@pytest.mark.usefixtures("short_deadline")
def test_an_expression_that_was_stopped_twice_is_not_tried_again(cel: CelEvaluator) -> None:
    for _ in range(MAX_KILLS):
        cel.evaluate([(ENDLESS, {})], BIG)
    (answer,) = cel.evaluate([(ENDLESS, {})], BIG)
    assert isinstance(answer, str)
    assert "not evaluated again" in answer


def test_an_expression_beyond_the_limits_never_reaches_the_worker(cel: CelEvaluator) -> None:
    (answer,) = cel.evaluate([("(" * 100, {})], {})
    assert isinstance(answer, str)
    assert "nested" in answer
    assert cel._worker is None


def test_a_worker_that_was_killed_from_outside_is_replaced(cel: CelEvaluator) -> None:
    assert cel.evaluate([("true", {})], {}) == [True]
    assert cel._worker is not None
    cel._worker.process.kill()
    cel._worker.process.wait()
    first = cel.evaluate([("1 == 1", {})], {})
    assert first == [True] or isinstance(first[0], str)
    assert cel.evaluate([("true", {})], {}) == [True]


def test_hostile_text_in_variables_is_only_text(cel: CelEvaluator) -> None:
    text = "\x00\n\u2028\ud800' || true || '\x1b]0;"
    assert cel.evaluate([("s == 'x'", {})], {"s": text}) == [False]


def test_the_package_is_not_imported_with_its_command_line() -> None:
    code = (
        "import sys; from assure_tui.app.desk.gates.evaluator import evaluator;"
        "print(evaluator().evaluate([('true', {})], {}), 'cel' in sys.modules, 'prompt_toolkit' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["[True]", "False", "False"]
