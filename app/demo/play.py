"""The process that plays the demo: all scenes on one clock, written to real files as time passes."""

from __future__ import annotations

import argparse
import heapq
import itertools
import random
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assure_tui.app.demo.billing import FOLDER as BILLING
from assure_tui.app.demo.formats import WRITERS, ClaudeCodeWriter, Writer
from assure_tui.app.demo.hooked import HookedScene
from assure_tui.app.demo.provider import LAG, Provider
from assure_tui.app.demo.scenes import SCENES, STRAYS
from assure_tui.app.demo.script import Call, Refund, Say, Scene, User

if TYPE_CHECKING:
    from collections.abc import Callable

FEED = Path("payments") / "transactions.jsonl"


class Stage:
    """A clock with what is to happen on it. Scene time is in seconds at a real agent's pace; `speed` divides it."""

    def __init__(self, root: Path, speed: float, home: Path | None = None) -> None:
        self.root = root
        self.speed = speed
        self.home = home
        """State of the workstation that agents with a hook ask."""
        self._begin = time.monotonic()
        self.ids = random.Random(20_26)  # noqa: S311 - ids of a play, the same on every evening
        self.provider = Provider(root / FEED, self.ids)
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, scene_time: float, action: Callable[[], None]) -> None:
        """Plan `action` at `scene_time`."""
        heapq.heappush(self._queue, (scene_time, next(self._order), action))

    def run(self) -> None:
        """Play everything, then return."""
        self._begin = time.monotonic()
        while self._queue:
            due, _, action = heapq.heappop(self._queue)
            time.sleep(max(0.0, self._begin + due / self.speed - time.monotonic()))
            action()

    def now(self) -> float:
        """Return the scene time."""
        return (time.monotonic() - self._begin) * self.speed

    @staticmethod
    def time() -> float:
        """Return the time that logs are stamped with."""
        return time.time()


def plan(stage: Stage) -> None:
    """Put all scenes on the stage's clock."""
    for scene in SCENES:
        _plan_scene(stage, scene)
    for stray in STRAYS:
        _book(stage, stray.start, stray.refund)


def _plan_scene(stage: Stage, scene: Scene) -> None:
    if scene.told is not None:
        hooked = ClaudeCodeWriter(stage.root, stage.ids, folder=BILLING)
        stage.at(scene.start, partial(_announce, scene, hooked))
        stage.at(scene.start, HookedScene(stage, scene, hooked, stage.home).begin)
        return
    writer: Writer = WRITERS[scene.format](stage.root, stage.ids)
    stage.at(scene.start, partial(_announce, scene, writer))
    now = scene.start
    for step in scene.steps:
        now += step.after
        match step:
            case User(text):
                stage.at(now, partial(_then, writer.user, text))
            case Say(text, final):
                stage.at(now, partial(_then, partial(writer.say, final=final), text))
            case Call():
                call_id = f"call_{stage.ids.getrandbits(64):016x}"
                stage.at(now, partial(_then, writer.call, step, call_id))
                now += step.takes
                if step.refund is not None:
                    _book(stage, now, step.refund)
                stage.at(now, partial(_then, writer.result, step, call_id))


def _then(write: Callable[..., None], *what: object) -> None:
    write(*what, time.time())


def _announce(scene: Scene, writer: Writer) -> None:
    """Say on standard output which file holds which scene: the logs themselves do not tell."""
    sys.stdout.write(f"{scene.name}\t{writer.path}\n")
    sys.stdout.flush()


def _book(stage: Stage, scene_time: float, refund: Refund) -> None:
    def book() -> None:
        booked = time.time()
        stage.at(scene_time + LAG, lambda: stage.provider.write(refund, booked))

    stage.at(scene_time, book)


def main() -> int:
    """Play the scenes below a folder."""
    parser = argparse.ArgumentParser(prog="assure-tui demo player")
    parser.add_argument("root", type=Path)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    stage = Stage(options.root, options.speed, options.home)
    plan(stage)
    try:
        stage.run()
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
