"""What the operator is told of a feed that is watched."""

import json
import threading
import time
from queue import SimpleQueue

from assure_tui.app.desk.watch.feeds import FeedPost
from assure_tui.ingest.feeds.reader import FeedReader
from assure_tui.ingest.feeds.spec import FeedSpec
from tests.app.recording import entries, recorded_lines, recording, sitting, until


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
        "feed payments: 1 row could not be read (cannot be decoded);"
        " its file was truncated or replaced 1 time: it was read anew"
    )


FEED = """
[[feeds]]
name = "payments"
kind = "refund"
path = "pay.jsonl"
complete = true
lag = 0
[feeds.map]
target = "order"
"""
ROW = '{"id": "tx-1", "amount": "40.00", "currency": "USD", "order": "O-77"}'
OTHER = ROW.replace("tx-1", "tx-2").replace("O-77", "O-12").replace("40.00", "9.99")


def checked(assure, logs, rows):
    """Give what the report says of the one claim, of the feed, and which files it lists as not read."""
    (logs / "assure.toml").write_text(FEED)
    (logs / "pay.jsonl").write_text(rows)
    done = assure("reconcile", logs, "--format", "json", "--config", logs / "assure.toml")
    document = json.loads(done.stdout)
    (claim,) = document["runs"][0]["claims"]
    unread = [(skipped["path"].rpartition("/")[2], skipped["reason"]) for skipped in document["skipped"]]
    return (claim["outcome"], claim["grade"]), [row["kind"] for row in document["unattributed"]], unread[1:]


def test_the_last_row_of_a_file_at_rest_needs_no_newline(logs, assure):
    for end in ("\n", ""):
        assert checked(assure, logs, ROW + end)[0] == ("confirmed", "independent")
        assert checked(assure, logs, f"{ROW}\n{OTHER}{end}")[1] == ["orphan"]


def test_a_row_that_cannot_be_read_is_told_and_may_be_the_one_that_is_missing(logs, assure):
    assert checked(assure, logs, OTHER + "\n") == (("contradicted", "logged"), ["orphan"], [])
    broken = ROW.replace('"40.00"', '"forty"')
    for row, why in (("{garbage", "cannot be decoded"), (broken, "the amount is not a decimal number")):
        (outcome, _), rows, unread = checked(assure, logs, f"{OTHER}\n{row}\n")
        assert (outcome, rows) == ("confirmed", ["orphan"])
        told = f"feed payments: 1 row could not be read ({why}), so nothing is reported missing from it"
        assert unread == [("pay.jsonl", told)]


def test_a_restart_takes_nothing_back_until_the_feed_was_read_and_leaves_seals_as_they_are(home, logs, monkeypatch):
    said = json.loads((logs / "refund.json").read_text())["messages"]
    timed = [json.dumps(each | {"timestamp": f"2026-03-10T10:31:0{at}Z"}) + "\n" for at, each in enumerate(said)]
    for order in ("O-77", "O-78"):
        (logs / f"{order}.jsonl").write_text("".join(timed).replace("O-77", order))
    (logs / "refund.json").unlink()
    feed = logs.with_name("pay.jsonl")
    feed.write_text(ROW + "\n")
    spec = FeedSpec(name="payments", kind="refund", path=feed, mapping={"target": "order"}, complete=True, lag=0)

    def settled(desk):
        claims = [claim for row in desk.runs() for claim in desk.run(row.id).claims]
        written = home.ledger.exists() and all(recorded_lines(home, log) == len(timed) for log in logs.iterdir())
        return written and sorted(claim.outcome for claim in claims) == ["confirmed", "contradicted"]

    with recording(home, logs, feeds=[spec], backfill=True), sitting(home) as desk:
        until(lambda: settled(desk) and [clear["code"] for clear in entries(home, "discrepancy")] == ["phantom"])
    with sitting(home) as desk:
        desk.new_operator_key("ana", "pw")
        for row in desk.runs():
            desk.verdict(row.id, "rejected", "seen")
        desk.seal([row.id for row in desk.runs()], passphrase="pw")
    before = [entries(home, kind) for kind in ("assessed", "discrepancy")]
    read, asked = FeedReader.read, threading.Event()

    def slowly(self, now):
        time.sleep(0 if asked.is_set() else 1.5)  # six batches are written meanwhile
        asked.set()
        return read(self, now)

    monkeypatch.setattr(FeedReader, "read", slowly)
    with recording(home, logs, feeds=[spec]), sitting(home) as desk:
        until(asked.is_set)
        time.sleep(1.0)
        assert {row.sealed for row in desk.runs()} == {"sealed"}
    assert [entries(home, kind) for kind in ("assessed", "discrepancy")] == before
