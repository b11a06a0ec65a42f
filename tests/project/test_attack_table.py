"""Every row of the attack table has a test of its name."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "ledger" / "SPEC.md").read_text(encoding="utf-8").partition("## Attacks")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| ([a-z][^|]+?) \| (?!noticed by)", TABLE, re.MULTILINE)
TESTS = {
    node.name
    for path in (ROOT / "tests" / "ledger").glob("test_*.py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef)
}


def test_the_table_is_read():
    assert len(ROWS) == 24


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_a_test_of_its_name(row):
    words = "_".join(re.findall("[a-z0-9]+", row))
    assert [name for name in TESTS if name.startswith((f"test_row_{words}", f"test_{words}"))]
