from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assure_tui.ingest.watch import Watcher

PATIENCE = 60.0


def eventually(watcher: Watcher, wanted: set[Path]) -> None:
    """Wait until all wanted paths have been told."""
    told: set[Path] = set()
    deadline = time.monotonic() + PATIENCE
    while not wanted <= told and time.monotonic() < deadline:
        told |= watcher.wait(0.2)
    assert wanted <= told


def falls_quiet(watcher: Watcher) -> None:
    """Wait until nothing more is told; one write may be told twice."""
    deadline = time.monotonic() + PATIENCE
    while watcher.wait(0.3):
        assert time.monotonic() < deadline


def settle(watcher: Watcher) -> None:
    """Wait until notifications stand."""
    for _ in range(13):
        watcher.wait(0.1)


@pytest.fixture(params=[False, True], ids=["notified", "polling"])
def watch(request, tmp_path):
    watchers: list[Watcher] = []

    def make(*roots: Path, **options) -> Watcher:
        watcher = Watcher(roots or [tmp_path], polling=request.param, **options)
        watchers.append(watcher)
        return watcher

    yield make
    for watcher in watchers:
        watcher.close()


def test_what_changes_after_the_watcher_was_made_is_told(watch: Callable[..., Watcher], tmp_path: Path):
    old = tmp_path / "old.jsonl"
    old.write_text("1\n", encoding="utf-8")
    watcher = watch()
    new = tmp_path / ".git" / "node_modules" / "new.jsonl"
    new.parent.mkdir(parents=True)
    new.write_text("1\n", encoding="utf-8")
    eventually(watcher, {new})
    with old.open("a", encoding="utf-8") as file:
        file.write("2\n")
    eventually(watcher, {old})
    falls_quiet(watcher)


def test_renames_and_deletions_are_told_by_both_names(watch: Callable[..., Watcher], tmp_path: Path):
    path, moved = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    path.write_text("1\n", encoding="utf-8")
    watcher = watch()
    path.rename(moved)
    eventually(watcher, {path, moved})
    moved.unlink()
    eventually(watcher, {moved})


def test_a_folder_that_comes_with_its_files_and_goes_with_them_is_told(watch: Callable[..., Watcher], tmp_path: Path):
    root = tmp_path / "root"
    root.mkdir()
    watcher = watch(root)
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "a.jsonl").write_text("1\n", encoding="utf-8")
    (tmp_path / "made").rename(root / "day")
    eventually(watcher, {root / "day" / "a.jsonl"})
    (root / "day").rename(tmp_path / "gone")
    eventually(watcher, {root / "day" / "a.jsonl"})


def test_a_root_that_does_not_exist_yet_is_watched_when_it_does(watch: Callable[..., Watcher], tmp_path: Path):
    watcher = watch(tmp_path / "later", tmp_path / "feed.csv")
    settle(watcher)
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "a.jsonl").write_text("1\n", encoding="utf-8")
    (tmp_path / "feed.csv").write_text("id\n", encoding="utf-8")
    eventually(watcher, {tmp_path / "later" / "a.jsonl", tmp_path / "feed.csv"})


def test_a_file_replaced_by_another_is_told(watch: Callable[..., Watcher], tmp_path: Path):
    path, other = tmp_path / "case.json", tmp_path / "case.tmp"
    path.write_text("{}", encoding="utf-8")
    watcher = watch(path)
    settle(watcher)
    other.write_text("[]", encoding="utf-8")
    other.replace(path)
    eventually(watcher, {path})


def test_changes_are_told_by_notification_and_wait_for_no_sweep(tmp_path: Path):
    """How quickly, `tests/bench/latency.py` measures."""
    path = tmp_path / "a.jsonl"
    path.write_text("1\n", encoding="utf-8")
    with Watcher([tmp_path], sweep_seconds=100 * PATIENCE) as watcher:
        for _ in range(5):  # the first may be told by the sweep that follows once notifications stand
            with path.open("a", encoding="utf-8") as file:
                file.write("2\n")
            assert watcher.wait(PATIENCE) == {path}
        assert watcher.problems == []


def test_once_stopped_it_waits_no_more_and_once_closed_it_leaves_no_thread(tmp_path: Path):
    stop = threading.Event()
    before = set(threading.enumerate())
    with Watcher([tmp_path], stop=stop) as watcher:
        watcher.wait(0.01)
        assert set(threading.enumerate()) - before
        stop.set()
        assert watcher.wait(10 * PATIENCE) == set()
    assert set(threading.enumerate()) - before == set()
