"""A run that was noted on, decided and sealed, its bundle, and the verifier that lies in the bundle."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assure_tui.app.desk.bundle.export import Choice
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from tests.app.recording import record

CALL = {"type": "tool_call", "call_id": "c1", "tool": "create_refund", "args": {"order": "5117", "amount": "40.00"}}
DONE = {"type": "tool_result", "call_id": "c1", "status": "succeeded", "text": '{"status": "succeeded"}'}
ROWS = [
    {"type": "session", "format": "assure/1", "id": "s-1", "agent": "support", "model": "m-1"},
    {"type": "user", "text": "Please refund 40.00 USD for order #5117."},
    CALL,
    DONE,
    {**CALL, "call_id": "c2"},
    {**DONE, "call_id": "c2"},
    {"type": "report", "text": "I issued a single $40.00 refund for order #5117."},
]


@pytest.fixture(scope="module")
def sealed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one run that was noted on, decided, answered and sealed; copied for each test that writes."""
    base = tmp_path_factory.mktemp("sealed")
    folder = base / "watched"
    folder.mkdir()
    text = "".join(json.dumps({"time": f"2026-03-01T10:00:{n:02}.000Z", **row}) + "\n" for n, row in enumerate(ROWS))
    (folder / "s-1.jsonl").write_text(text)
    home = Home.under(base / "home")
    record(home, folder)
    desk = Desk.open(home)
    run = desk.runs()[0].id
    for finding in desk.run(run).findings():
        desk.decide(finding.id, "real", "two rows in the provider's list")
    desk.note(run, "", "asked the customer, Ms Doe", ["money"])
    desk.verdict(run, "rejected", "refunded twice")
    desk.new_operator_key("Ana Example", "a passphrase")
    desk.seal([run], passphrase="a passphrase")
    desk.close()
    return base


@pytest.fixture
def desk(sealed_home: Path) -> Iterator[Desk]:
    desk = Desk.open(Home.under(sealed_home / "home"), read_only=True)
    yield desk
    desk.close()


@pytest.fixture
def own(sealed_home: Path) -> Iterator[Desk]:
    """A desk that may write: the shared one, as tests of this file run after each other in one process."""
    desk = Desk.open(Home.under(sealed_home / "home"))
    yield desk
    desk.close()


@pytest.fixture
def bundle(desk: Desk, tmp_path: Path) -> Path:
    path = tmp_path / "evidence.zip"
    path.write_bytes(desk.export(desk.runs()[0].id, Choice(everything=True)))
    return path


def standalone(path: Path, *arguments: str | Path, bare: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the verifier that came in the bundle, as an auditor would."""
    program = path.parent / "assure_verify.py"
    program.write_bytes(zipfile.ZipFile(path).read("assure_verify.py"))
    flags = ["-I", "-S"] if bare else ["-I"]
    command = [sys.executable, *flags, program, path, *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=60)


def outside(desk: Desk, folder: Path) -> list[str | Path]:
    (folder / "ana.pem").write_bytes(desk.operator_keys()[0].export())
    shutil.copy(desk.home.ledger / "trust" / "log.vkey", folder / "log.vkey")
    return ["--key", folder / "log.vkey", "--operator", folder / "ana.pem"]
