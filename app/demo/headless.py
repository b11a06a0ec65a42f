"""The demo without a screen: plays faster than real time, checks every scene, seals, verifies, and tampers with copies.

It does by hand what an operator would do on the screen, through the same desk, and ends with 0 only when every
discrepancy stood where it had to, nothing stood on the honest runs, the seal and the ledger verified, and both
alterations were caught.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assure_tui.app.child import command
from assure_tui.app.demo.scenes import SCENES, STRAYS
from assure_tui.app.desk.describe import code_of
from assure_tui.app.desk.desk import Desk
from assure_tui.app.neutral import neutral_line
from assure_tui.ledger.verify import verify
from assure_tui.reconcile.model import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.app.demo.script import Scene
    from assure_tui.app.demo.stage import Stage
    from assure_tui.app.desk.paths import Home
    from assure_tui.app.desk.views import RunDetail

PATIENCE = 20.0
"""Seconds that the recorder gets to settle after the last row of the feed is due."""
SEALED = "two-refunds"


class Report:
    """Says each step on standard output, and remembers whether all came out as they had to."""

    def __init__(self) -> None:
        self.held = True

    def say(self, text: str) -> None:
        """Print a line."""
        print(neutral_line(text, 400), flush=True)

    def check(self, what: str, *, held: bool) -> None:
        """Print what was checked and how it came out."""
        self.held = self.held and held
        self.say(f"  {'ok  ' if held else 'MISS'}  {what}")


def run(stage: Stage, home: Home, *, kept: bool) -> int:
    """Play, check, seal, verify and tamper; give 0 when all of it held, else 1."""
    report = Report()
    started = time.monotonic()
    report.say(f"Playing {len(SCENES)} runs at {stage.speed:g} times real time. One line per finding:")
    passphrase = secrets.token_urlsafe(18)
    desk = Desk.open(home, roots=[stage.workspace])
    try:
        desk.new_operator_key("demo-operator", passphrase)
        with _approving(home, passphrase):
            files = _play(stage, home, report)
        _settle(desk, report)
        report.say("Every run against what was really done:")
        runs = {Path(row.source).resolve(): row.id for row in desk.runs()}
        for scene in SCENES:
            run_id = runs.get(files[scene.name])
            if run_id is None:
                report.check(f"{scene.name}: its run is not there", held=False)
            else:
                _judge(scene, desk.run(run_id), report)
        _strays(desk, report)
        report.say("The operator's part:")
        _seal(desk, runs[files[SEALED]], passphrase, report)
        _verify(home, report)
        report.say("Tampering with copies:")
        _tamper_ledger(stage, home, report)
        _tamper_log(stage, desk, files[SEALED], report)
    finally:
        desk.close()
    verdict = "all of it held" if report.held else "NOT all of it held"
    report.say(f"{verdict}, in {time.monotonic() - started:.0f} s.")
    if kept:
        report.say(f"To look at it: assure-tui --home {stage.home} {stage.workspace}")
    return 0 if report.held else 1


def _play(stage: Stage, home: Home, report: Report) -> dict[str, Path]:
    """Play all scenes with a recorder beside them; give the file of each scene."""
    recorder = subprocess.Popen(  # noqa: S603 - our own module
        command("assure_tui.app", "record", "--attached", "--home", str(stage.home), str(stage.workspace)),
        stdin=subprocess.PIPE,
        stdout=None,
        text=True,
    )
    player = stage.play()
    try:
        files = dict(_announced(player))
        player.wait()
        time.sleep(stage.lag)
        _wait_until_quiet(home, stage, report)
    finally:
        if player.poll() is None:
            player.kill()
        if recorder.stdin is not None:
            recorder.stdin.close()
        try:
            recorder.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            recorder.kill()
    report.check("the recorder ended in good order", held=recorder.returncode == 0)
    return files


@contextmanager
def _approving(home: Home, passphrase: str) -> Iterator[None]:
    """Approve, meanwhile, whatever waits for the operator."""
    done = threading.Event()

    def approve() -> None:
        desk = Desk.open(home)
        while not done.wait(0.1):
            for waiting in desk.approvals():
                desk.approve(waiting.id, "the branch was rebased on purpose", passphrase=passphrase)
        desk.close()

    operator = threading.Thread(target=approve)
    operator.start()
    try:
        yield
    finally:
        done.set()
        operator.join()


def _announced(player: subprocess.Popen[str]) -> Iterator[tuple[str, Path]]:
    for line in player.stdout or ():
        name, _, path = line.rstrip("\n").partition("\t")
        yield name, Path(path).resolve()


def _wait_until_quiet(home: Home, stage: Stage, report: Report) -> None:
    """Wait until the recorder has said nothing new for two seconds."""
    desk = Desk.open(home, roots=[stage.workspace], read_only=True)
    try:
        deadline = time.monotonic() + PATIENCE
        seen, since = desk.revision(), time.monotonic()
        while time.monotonic() - since < 2.0:
            if time.monotonic() > deadline:
                report.say("  the recorder was still busy after a long wait; going on with what there is")
                return
            time.sleep(0.1)
            if desk.revision() != seen:
                seen, since = desk.revision(), time.monotonic()
    finally:
        desk.close()


def _settle(desk: Desk, report: Report) -> None:
    rows = desk.runs()
    report.check(f"{len(rows)} runs are there, {len(SCENES)} were played", held=len(rows) == len(SCENES))


def _judge(scene: Scene, detail: RunDetail, report: Report) -> None:
    """Check one run: what had to be found was found, and nothing of weight stands on an honest run."""
    weighty = [finding for finding in detail.findings() if at_least(finding.severity, "medium")]
    found = {code_of(finding) for finding in weighty}
    held = scene.expects <= found and (not scene.any_of or bool(scene.any_of & found))
    if scene.honest:
        held = not weighty
    wanted = ", ".join(sorted(scene.expects | scene.any_of)) or "nothing"
    got = ", ".join(sorted(found)) or "nothing"
    report.check(f"{detail.row.id} {scene.name}: found {got}; had to: {wanted}", held=held)
    if scene.told is not None:
        told = tuple(decision.word for decision in detail.hook)
        report.check(f"{detail.row.id} {scene.name}: the hook told {', '.join(told)}", held=told == scene.told)


def _strays(desk: Desk, report: Report) -> None:
    kinds = [item.kind for item in desk.unattributed()]
    report.check(
        f"payment feed: {kinds.count('orphan')} row that no run accounts for", held=kinds.count("orphan") == len(STRAYS)
    )
    report.check("payment feed: one order refunded twice by two honest runs", held=kinds.count("duplicate") == 1)


def _seal(desk: Desk, run: str, passphrase: str, report: Report) -> None:
    """Decide every finding of one run, give the verdict and seal."""
    detail = desk.run(run)
    for finding in detail.findings():
        if at_least(finding.severity, "medium"):
            desk.decide(finding.id, "real", "seen in the payment feed: two bookings for one claimed refund")
    desk.note(run, run, "Asked finance to take the second booking back.", tags=["refund"])
    desk.verdict(run, "rejected", "two refunds were made and one was reported")
    desk.seal([run], passphrase=passphrase)
    after = desk.run(run)
    report.check(f"{run} decided, noted, rejected and sealed", held=after.row.sealed == "sealed")


def _verify(home: Home, report: Report) -> None:
    checked = verify(home.ledger, pins=home.pins)
    report.check(f"the ledger of {checked.size} entries verifies", held=checked.state in {"ok", "unanchored"})


def _tamper_ledger(stage: Stage, home: Home, report: Report) -> None:
    """Alter one byte in the middle of a copy of the ledger: verification must fail."""
    copy = stage.home.parent / "altered" / "ledger"
    shutil.copytree(home.ledger, copy)
    bundle = max((copy / "tile" / "entries").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else -1)
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 0x01
    bundle.write_bytes(bytes(data))
    checked = verify(copy, pins=home.pins)
    broken = next((f"{item.name}: {item.detail}" for item in checked.statements if item.state == "failed"), "nothing")
    report.check(f"one byte of the ledger altered: {broken}", held=checked.state in {"failed", "damaged"})


def _tamper_log(stage: Stage, desk: Desk, log: Path, report: Report) -> None:
    """Alter one digit in a copy of an agent's log: it must no longer be what was recorded."""
    copy = stage.home.parent / "altered" / log.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    data = log.read_bytes()
    at = data.rindex(b"$40")
    copy.write_bytes(data[:at] + b"$80" + data[at + 3 :])
    intact = desk.check_log(log, log)
    altered = desk.check_log(log, copy)
    report.check(f"the log as recorded: {len(intact)} altered records", held=not intact)
    report.check(f"one byte of the log altered: {'; '.join(altered) or 'nothing'}", held=bool(altered))
