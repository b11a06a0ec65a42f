"""Gives each run what its workspace showed up to a moment of its log, in the order in which it happened."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assure_tui.ingest.model import AgentText, RefMove, RepositorySeen, RunStarted, SourceInfo
from assure_tui.ingest.witness import reflog
from assure_tui.ingest.witness.disk import look
from assure_tui.ingest.witness.objects import read_commits
from assure_tui.ingest.witness.place import Place, locate
from assure_tui.ingest.witness.reflog import MAX_MOVES, Reflogs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.ingest.model import Observation, RunEvent
    from assure_tui.ingest.witness.reflog import Move, Stamp

SLACK = 2.0
"""Seconds by which the clocks of log and reflog may differ, and by which a reflog's whole seconds are coarse."""
TIMELY = 30.0
"""How old the log's newest words may be for the disk to show what they speak of."""
LATE = 60.0
"""Seconds that a line of a reflog may be seen after its time."""
MAX_PLACES = 256
MAX_FOLDERS = 4
"""Working directories of one run that are looked into: the newest."""
MAX_PATHS = 64
"""Paths that are looked at for one text of the agent."""


class Ground:
    """A repository and what was read of it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.reflogs = Reflogs()
        self._read_at = float("-inf")
        self._stamp: Stamp | None = None
        self._times: list[float] = []

    def refresh(self, upto: float) -> None:
        """Read the reflogs, unless that was done after the moment `upto` already."""
        if self._stamp is not None and self._read_at > upto:
            return
        self._read_at = time.time()
        now = reflog.stamp(self.place)
        if now != self._stamp:
            self._stamp = now
            self.reflogs = reflog.read(self.place)
            self._times = [move.time for move in self.reflogs.moves]

    def between(self, since: float, upto: float) -> tuple[Move, ...]:
        """Return the moves from `since` up to and with `upto`."""
        return self.reflogs.moves[bisect_left(self._times, since) : bisect_right(self._times, upto)]


@dataclass(slots=True)
class _Run:
    """What a run was told."""

    started: float | None = None
    folders: dict[str, None] = field(default_factory=dict)
    upto: float = 0.0
    given: dict[str, None] = field(default_factory=dict)
    """Ids of the moves that it was given, bounded: older ones are not asked for again."""
    told: dict[str, Reflogs] = field(default_factory=dict)
    sources: dict[str, SourceInfo] = field(default_factory=dict)
    paths: dict[str, None] = field(default_factory=dict)


class Witness:
    """Looks at the workspaces of runs when their agents speak: that is when evidence is asked for.

    `live` reads a repository again for words that are newer than the last reading, and looks at files too; else every
    repository is read once, as it stands.
    """

    def __init__(self, *, live: bool = False) -> None:
        self._live = live
        self._grounds: dict[str, Ground | None] = {}
        self._runs: dict[str, _Run] = {}

    def before(self, event: RunEvent) -> list[Observation]:
        """Return what there was to see up to an event that is about to be checked."""
        run = self._runs.get(event.run)
        if run is None:
            run = self._runs[event.run] = _Run()
        if run.started is None:
            run.started = event.time
        if isinstance(event, RunStarted):
            if event.cwd is not None and event.cwd not in run.folders:
                run.folders[event.cwd] = None
                while len(run.folders) > MAX_FOLDERS:
                    del run.folders[next(iter(run.folders))]
            return []
        if not isinstance(event, AgentText) or event.time is None or run.started is None or not run.folders:
            return []
        found: list[Observation] = []
        timely = self._live and abs(time.time() - event.time) <= TIMELY
        grounds = [ground for cwd in run.folders if (ground := self._ground(cwd, again=timely)) is not None]
        for ground in dict.fromkeys(grounds):
            ground.refresh(event.time + SLACK if self._live else float("-inf"))
            found += self._moves(event.run, run, ground, event.time + SLACK)
            if timely:
                looks = [look(event.run, ground.place.root, path, event.time) for path in run.paths]
                found += [seen for seen in looks if seen is not None]
        run.upto = max(run.upto, event.time)
        run.paths.clear()
        return found

    def touched(self, run: str, paths: Iterable[str]) -> None:
        """Note paths that a run's log says were changed: they are looked at when the agent speaks next."""
        known = self._runs.get(run)
        if self._live and known is not None:
            for path in paths:
                if len(known.paths) < MAX_PATHS:
                    known.paths[path] = None

    def sources(self, run: str) -> list[SourceInfo]:
        """Return the reflogs that moves of a run came from."""
        known = self._runs.get(run)
        return list(known.sources.values()) if known is not None else []

    def forget(self, run: str) -> None:
        """Forget a run that is at its end."""
        self._runs.pop(run, None)

    def _ground(self, cwd: str, *, again: bool) -> Ground | None:
        """Return the repository around a folder; `again`: look whether there is one by now."""
        if cwd not in self._grounds or (again and self._grounds[cwd] is None):
            place = locate(cwd)
            same = next((g for g in self._grounds.values() if g is not None and g.place == place), None)
            while len(self._grounds) >= MAX_PLACES:
                del self._grounds[next(iter(self._grounds))]
            self._grounds[cwd] = same or (Ground(place) if place is not None else None)
        return self._grounds[cwd]

    def _moves(self, name: str, run: _Run, ground: Ground, upto: float) -> list[Observation]:
        found: list[Observation] = []
        logs, root = ground.reflogs, str(ground.place.root)
        started = run.started or 0.0
        if run.told.get(root) is not logs:
            run.told[root] = logs
            found.append(RepositorySeen(run=name, root=root, since=logs.since, heads=logs.heads(started)))
        since = max(started, run.upto - LATE) - SLACK
        fresh = [move for move in ground.between(since, upto) if move.id not in run.given]
        if not fresh:
            return found
        commits = read_commits(ground.place.objects, (move.new for move in fresh if move.makes))
        for move in fresh:
            run.given[move.id] = None
            run.sources.setdefault(move.origin.source, logs.sources[move.origin.source])
            found.append(
                RefMove(
                    run=name,
                    id=move.id,
                    origin=move.origin,
                    ref=move.ref,
                    old=move.old,
                    new=move.new,
                    time=move.time,
                    message=move.message,
                    commit=commits.get(move.new),
                )
            )
        while len(run.given) > MAX_MOVES:
            del run.given[next(iter(run.given))]
        return found
