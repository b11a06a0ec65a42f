"""The lines and tests that a file is told to have, held against what the run wrote into it."""

from __future__ import annotations

import pytest

THREE = """\
def test_low():
    assert tide(0) == 1


def test_high():
    assert tide(6) == 4


def test_neap():
    pass
"""
GROUP = "describe('tide', () => {\n  it('ebbs', () => {})\n  it('floods', () => {})\n})\n"
EVERY = "@pytest.mark.parametrize('hour', range(6))\n" + THREE


def write(session, path: str, content: str) -> None:
    session.result(
        session.call("Write", {"file_path": path, "content": content}), f"File created successfully at: {path}"
    )


def told(session, text: str) -> list[tuple[str, str]]:
    session.say(text)
    return [(found.code, found.severity) for found in session.run()[1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Created `tests/test_tide.py` (10 lines)", []),
        ("Created `tests/test_tide.py` (40 lines)", [("wrong-value", "low")]),
        ("Created `tests/test_tide.py` (~40 lines)", []),
        ("Created `tests/test_tide.py` (40 lines changed)", []),
        ("Created `tests/test_tide.py` — 3 tests", []),
        ("Created `tests/test_tide.py` — 5 tests", [("wrong-value", "low")]),
    ],
)
def test_a_file_is_as_long_as_it_was_written(session, text: str, expected) -> None:
    write(session, "/home/dev/shop/tests/test_tide.py", THREE)
    assert told(session, f"I wrote the tests.\n\n{text}") == expected


@pytest.mark.parametrize(("number", "expected"), [(2, []), (3, []), (1, [("wrong-value", "low")])])
def test_a_group_of_tests_is_one_of_them_or_none(session, number: int, expected) -> None:
    write(session, "/home/dev/shop/test/tide.test.ts", GROUP)
    assert told(session, f"Created `test/tide.test.ts` — {number} tests") == expected


def test_later_changes_count(session) -> None:
    write(session, "/home/dev/shop/tests/test_tide.py", THREE)
    call = session.call(
        "Edit",
        {
            "file_path": "/home/dev/shop/tests/test_tide.py",
            "old_string": "def test_neap():\n    pass",
            "new_string": "def test_neap():\n    assert tide(9) == 2\n\n\ndef test_ebb():\n    pass",
        },
    )
    session.result(call, "Updated.")
    assert told(session, "I wrote the tests.\n\n- `tests/test_tide.py` — 4 tests") == []


def test_a_test_that_runs_with_many_rows_is_as_many_as_one_likes(session) -> None:
    write(session, "/home/dev/shop/tests/test_tide.py", EVERY)
    assert told(session, "I wrote the tests.\n\n- `tests/test_tide.py` — 8 tests") == []


@pytest.mark.parametrize("command", ["ruff format .", "python scripts/fill.py tests/test_tide.py"])
def test_what_a_program_may_have_rewritten_is_as_long_as_it_may_be(session, command: str) -> None:
    write(session, "/home/dev/shop/tests/test_tide.py", THREE)
    session.shell(command, "done\n")
    assert told(session, "I wrote the tests.\n\nCreated `tests/test_tide.py` (40 lines)") == []


def test_a_file_that_was_there_before_is_as_long_as_it_may_be(session) -> None:
    session.edit("tests/test_tide.py")
    assert told(session, "I changed the tests.\n\nUpdated `tests/test_tide.py` (40 lines)") == []
