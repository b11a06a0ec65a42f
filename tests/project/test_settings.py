"""The page of settings lists every key there is, with the defaults that hold."""

import re
from pathlib import Path

import pytest

from assure_tui.app.desk import schema

PAGE = (Path(__file__).resolve().parents[2] / "app" / "SETTINGS.md").read_text(encoding="utf-8")
USER, WORKSPACE = PAGE[PAGE.index("\n## `config.toml`") :].split("\n## `assure.toml`")
TABLES = {
    "escrow": schema.EscrowTable,
    "hook": schema.HookTable,
    "approvals": schema.ApprovalsTable,
    "notify": schema.NotifyTable,
    "seal": schema.SealTable,
    "witnesses": schema.WitnessTable,
    "waivers": schema.WaiverRow,
    "input_rules": schema.InputRuleRow,
}
DETAILED = {"A feed": schema.Feed, "A tool": schema.Tool}


def keys(text: str) -> set[str]:
    """Give the words in backticks of the first column of all tables."""
    return {key for line in text.splitlines() for key in re.findall(r"`\[*([a-z_]+)", line.split(" | ")[0])}


@pytest.mark.parametrize(("text", "model"), [(USER, schema.UserFile), (WORKSPACE, schema.WorkspaceFile)])
def test_every_key_is_on_the_page(text, model):
    assert set(model.model_fields) - keys(text) == set()


@pytest.mark.parametrize("name", TABLES)
def test_every_key_of_a_table_stands_in_its_row(name):
    rows = "\n".join(line.split(" | ")[0] for line in PAGE.splitlines() if re.match(rf"\| `\[+{name}\]", line))
    assert set(TABLES[name].model_fields) - keys(rows) == set()


@pytest.mark.parametrize("title", DETAILED)
def test_every_key_of_a_feed_and_of_a_tool_is_on_the_page(title):
    section = PAGE.split(f"### {title}\n")[1].split("\n### ")[0]
    assert keys(section) - {"config", "assure"} == set(DETAILED[title].model_fields)


def test_the_stated_defaults_hold():
    stated = re.findall(r"^\| `(?:\[([a-z]+)\]` `)?([a-z_]+)` \| `?([^|`]+)`? \|", USER, re.MULTILINE)
    user = schema.UserFile()
    held = {}
    for table, key, _ in stated:
        value = getattr(getattr(user, table) if table else user, key)
        held[table, key] = f'"{value}"' if isinstance(value, str) else str(value).lower().removesuffix(".0")
    differing = {(table, key): text for table, key, text in stated if held[table, key] != text}
    assert differing == {("", "operator"): "the login name"}
