"""Words that a workspace adds to the lexicon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assure_tui.app.desk.config import read_workspace
from assure_tui.app.desk.errors import ConfigError
from assure_tui.ingest.model import AgentText, Locator, Origin, RunStarted
from assure_tui.reconcile import tables
from assure_tui.reconcile.engine import State, step
from assure_tui.reconcile.kinds import kinds as all_kinds
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


ORIGIN = Origin("s-1", Locator("bytes", 0, 1, 1), "0" * 64)


def kinds(text: str, lexicon: dict[str, object], *, cwd: str | None = None) -> set[str]:
    state = State(Settings(lexicon=lexicon))
    step(state, RunStarted(id="E0#0", run="r-1", origin=ORIGIN, seq=0, native_id="1", agent="x", adapter="x", cwd=cwd))
    _, changes = step(state, AgentText(id="E1#0", run="r-1", origin=ORIGIN, seq=1, text=text, channel="report"))
    return {change.value.kind for change in changes if isinstance(change.value, Claim)}


def test_an_added_verb_is_read_as_the_act_it_was_added_to() -> None:
    assert kinds("I comped the customer $40 for order O-77.", COMP) == {"refund"}


def test_without_the_addition_it_is_not() -> None:
    assert kinds("I comped the customer $40 for order O-77.", COMP) == {"refund"}
    assert kinds("I comped the customer $40 for order O-77.", {}) == set()


def test_an_added_verb_of_coding_is_read_as_the_change_it_was_added_to() -> None:
    added = {"coding": {"verbs": {"edited": {"past": "wibbled"}}}}
    assert kinds("I wibbled it.", added, cwd="/w") == {"edited"}
    assert kinds("I wibbled it.", {}, cwd="/w") == set()


def test_an_added_kind_is_known() -> None:
    kind = {"label": "grew a crystal", "family": "business", "class": "write"}
    tables.use({"kinds": {"grown": kind}})
    assert all_kinds()["grown"].label == "grew a crystal"
    tables.use({})
    assert "grown" not in all_kinds()


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
