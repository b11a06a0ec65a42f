"""Words that a workspace adds to the lexicon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assure_tui.app.desk.config import read_workspace
from assure_tui.app.desk.errors import ConfigError
from assure_tui.ingest.model import AgentText, Locator, Origin
from assure_tui.reconcile import tables
from assure_tui.reconcile.engine import State, step
from assure_tui.reconcile.model import Claim
from assure_tui.reconcile.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMP = {"actions": {"actions": {"refund": {"verbs": "comp"}}, "irregular": {"comp": "comped"}}}


@pytest.fixture(autouse=True)
def shipped_lexicon_afterwards() -> Iterator[None]:
    yield
    tables.use({})


def kinds(text: str, lexicon: dict[str, object]) -> set[str]:
    said = AgentText(
        id="E1#0",
        run="r-1",
        seq=0,
        text=text,
        channel="report",
        origin=Origin("s-1", Locator("bytes", 0, 1, 1), "0" * 64),
    )
    _, changes = step(State(Settings(lexicon=lexicon)), said)
    return {change.value.kind for change in changes if isinstance(change.value, Claim)}


def test_an_added_verb_is_read_as_the_act_it_was_added_to() -> None:
    assert kinds("I comped the customer $40 for order O-77.", COMP) == {"refund"}


def test_without_the_addition_it_is_not() -> None:
    assert kinds("I comped the customer $40 for order O-77.", COMP) == {"refund"}
    assert kinds("I comped the customer $40 for order O-77.", {}) == set()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[lexicon.actoins]\nx = 1", "did you mean 'actions'"),
        ("[lexicon.actions.actions.refund]\nverb = 'comp'", "did you mean 'verbs'"),
        ("[lexicon.actions.actions.refund]\nverbs = ['comp']", "words in one string"),
        ("[lexicon.actions.actions.gift]\nverbs = 'gift'", "is missing"),
        ("[lexicon.grammar]\nbe = 'ain'", "no 'grammar'"),
        ("[lexicon.coding.verbs.edited]\npast = 3", "words in one string"),
    ],
)
def test_a_mistake_names_the_place_and_the_way_out(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "assure.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        read_workspace(path, trusted=True)
    assert told in str(error.value)
    assert str(path) in str(error.value)


def test_words_wait_for_trust(tmp_path: Path) -> None:
    path = tmp_path / "assure.toml"
    path.write_text("[lexicon.actions.objects]\norder = 'docket'\n")
    assert read_workspace(path, trusted=False).settings.lexicon == {}
    assert read_workspace(path, trusted=True).settings.lexicon == {"actions": {"objects": {"order": "docket"}}}
