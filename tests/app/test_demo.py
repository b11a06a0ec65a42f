"""The demo's files are real logs, and nothing in them gives away what is to be found."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assure_tui.app.demo.command import watch_from_the_start
from assure_tui.app.demo.formats import WRITERS
from assure_tui.app.demo.play import Stage, plan
from assure_tui.app.demo.scenes import SCENES
from assure_tui.app.demo.script import Scene
from assure_tui.app.demo.stage import Stage as Place
from assure_tui.app.desk.desk_store import DeskStore
from assure_tui.app.desk.index import IndexWriter
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.watch.scout import Scout
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover


class Hurried(Stage):
    """A stage whose clock does not wait."""

    def run(self) -> None:
        self.speed = 1e9
        super().run()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    stage = Hurried(root, 1.0)
    plan(stage)
    stage.run()
    return root


def logs(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*.jsonl") if path.parent.name != "payments")


def test_each_scene_is_a_log_of_the_format_it_names(workspace: Path) -> None:
    found = discover([workspace]).files
    played = sorted(scene.format for scene in SCENES)
    assert sorted(item.adapter.name.removesuffix("-document") for item in found) == played


def test_every_record_is_understood(workspace: Path) -> None:
    for found in discover([workspace]).files:
        reader = open_source(found.path, found.adapter)
        assert reader.read(1 << 20).events
        assert (reader.tally.unrecognised, reader.tally.malformed) == (0, 0)


def test_no_log_names_its_scene_or_what_is_expected_of_it(workspace: Path) -> None:
    told = {scene.name for scene in SCENES}
    for path in logs(workspace):
        text = path.read_text(encoding="utf-8")
        assert not any(name in text or name in path.name for name in told)
        for line in text.splitlines():
            assert {"expects", "honest", "scene", "demo_label"}.isdisjoint(json.loads(line))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_log_is_recognised_from_its_first_record_on(scene: Scene, tmp_path: Path) -> None:
    writer = WRITERS[scene.format](tmp_path, random.Random(1))
    writer.user("Please refund $40 for order #1.", 1_790_000_000.0)
    assert [found.path for found in discover([tmp_path]).files] == [writer.path]


def test_what_is_played_before_the_recorder_is_up_is_no_history(tmp_path: Path) -> None:
    place, home = Place.build(tmp_path, 1.0), Home.under(tmp_path / "state")
    home.prepare()
    watch_from_the_start(place, home)
    WRITERS["claude-code"](place.workspace, random.Random(1)).user("Please refund $40 for order #1.", 1_790_000_000.0)
    with closing(DeskStore(home.desk)) as store, closing(IndexWriter(home.index)) as index:
        found = Scout([place.workspace], ()).survey(index, store, backfill=False, kinds=())
        assert (len(found.logs), store.history()) == (1, {})


@pytest.mark.slow
def test_the_whole_chain_holds_without_a_screen(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assure_tui.app", "demo", "--headless", "--keep", str(tmp_path / "demo")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    missed = [line for line in run.stdout.splitlines() if line.strip().startswith("MISS")]
    assert (missed, run.returncode) == ([], 0), run.stderr
