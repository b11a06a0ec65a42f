"""Gives the work of a large batch to several processes, and takes the results in the order of the work."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

MAX_WORKERS = 8
AHEAD = 4
"""Pieces that are worked on or done ahead of the one that is taken next, for each worker: bounds the memory."""

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def processors() -> int:
    """Return how many processes are worth having."""
    allowed = getattr(os, "sched_getaffinity", None)
    return min(len(allowed(0)) if allowed is not None else os.cpu_count() or 1, MAX_WORKERS)


def spread(
    work: Iterable[Piece], task: Callable[[Piece], Result], workers: int
) -> Iterator[tuple[Piece, Result | None]]:
    """Yield what `task` makes of each piece, in order; None for one whose process died, which is for the caller.

    `task` and all that it takes and gives must be picklable. On Linux processes are forked, which spares them to read
    the lexicon again: the command line has no threads by then.
    """
    method = "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"
    pool = ProcessPoolExecutor(workers, mp_context=get_context(method), initializer=_ignore_interrupts)
    waiting: deque[tuple[Piece, Future[Result] | None]] = deque()
    try:
        for piece in work:
            waiting.append((piece, _submit(pool, task, piece)))
            if len(waiting) > AHEAD * workers:
                first, future = waiting.popleft()
                yield first, _result(future)
        for piece, future in waiting:
            yield piece, _result(future)
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, task: Callable[[Piece], Result], piece: Piece) -> Future[Result] | None:
    try:
        return pool.submit(task, piece)
    except BrokenProcessPool:
        return None


def _result(future: Future[Result] | None) -> Result | None:
    if future is None:
        return None
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _ignore_interrupts() -> None:
    """Leave it to the parent to end on Ctrl-C, which reaches all processes of a terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
