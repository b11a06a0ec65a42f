"""The page on the order of rules names what exists, in the order in which it is called."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

import assure_tui.reconcile

PAGE = (Path(next(iter(assure_tui.reconcile.__path__))) / "MATCHING.md").read_text("utf-8")
DOTTED = re.compile(r"`((?:[a-z_]+\.)+[A-Za-z_]+(?:\.[a-z_]+)?)`")
SECTION = re.compile(r"^## [^\n`]*`([\w.]+)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
CALLED = re.compile(r"`(_?[a-z][\w.]*)`")


def find(name: str) -> Any:
    """Find `package.module.Class.function` below the check's package."""
    return resolve_name(f"assure_tui.reconcile.{name}")


@pytest.mark.parametrize("name", sorted(set(DOTTED.findall(PAGE)) - {"lists.lacking"}))
def test_what_the_page_names_exists(name: str) -> None:
    assert find(name) is not None


@pytest.mark.parametrize(("name", "body"), SECTION.findall(PAGE))
def test_what_a_section_lists_is_called_in_that_order(name: str, body: str) -> None:
    source = inspect.getsource(find(name))
    steps = re.findall(r"^\d\. (.*?)(?=^\d\. |\Z)", body, re.MULTILINE | re.DOTALL)
    listed = [called for step in steps for called in CALLED.findall(step.partition(":")[0])]
    assert listed
    at = 0
    for called in listed:
        place = source.find(called, at)
        assert place >= 0, f"{name} does not call {called} after what the page lists before it"
        at = place


def test_the_page_is_two_pages_at_most() -> None:
    assert len(PAGE.split()) < 1250
