"""Looking at the screen as a person does, and waiting for it as long as a busy machine needs."""

from __future__ import annotations

import time

PATIENCE = 60.0
"""Seconds: only a test that would fail anyway waits as long."""
IN_THREADS = frozenset({"act", "search", "seal", "verify"})
"""Groups of workers whose result is shown when they are done."""


def drawn(app):
    """Give every cell of the screen, a line for each line."""
    return "".join(strip.text.rstrip() + "\n" for strip in app.screen._compositor.render_strips())


def screen_text(app):
    """Give the words on the screen."""
    return drawn(app)


async def wait_for(pilot, true):
    """Wait until something holds; show the screen if it never does."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain; the screen:\n{drawn(pilot.app)}"
        await pilot.pause(0.02)


async def wait_for_words(pilot, *words):
    """Wait until all these words are on the screen."""
    await wait_for(pilot, lambda: all(word in drawn(pilot.app) for word in words))


async def settle(pilot):
    """Wait until what acts in threads is done and shown."""
    await wait_for(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers if worker.group in IN_THREADS))
    await pilot.pause()


async def press(pilot, *keys):
    """Press keys one by one, each after what the one before led to."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def wait_until(true):
    """Wait, where there is no screen, until something holds."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
