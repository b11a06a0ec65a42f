"""What the operator is told of a feed that is watched."""

import json
import threading
import time
from queue import SimpleQueue

from assure_tui.app.desk.feeds import FeedPost
from assure_tui.ingest.feeds.spec import FeedSpec


def told(posts, word):
    """Wait for a reading whose problem has a word."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        reading = posts.get(timeout=60)
        if word in (reading.problem or ""):
            return reading
    raise AssertionError(f"nobody told of {word!r}")


def test_a_feed_whose_file_was_cut_off_is_read_anew_and_that_is_told(tmp_path):
    path = tmp_path / "pay.jsonl"
    rows = [json.dumps({"id": f"re_{n}", "amount": 5, "currency": "USD"}) for n in range(3)]
    path.write_text("\n".join(rows) + "\n")
    posts, stop = SimpleQueue(), threading.Event()
    spec = FeedSpec(name="payments", kind="refund", path=path)
    post = FeedPost(spec, posts, stop)
    post.thread.start()
    try:
        assert len(posts.get(timeout=60).rows) == 3
        path.write_text("garbage\n" + rows[0] + "\n")
        reading = told(posts, "truncated")
    finally:
        stop.set()
        post.thread.join(60)
    assert reading.problem == (
        "feed payments: 1 rows could not be read; its file was truncated or replaced 1 time: it was read anew"
    )
