"""How well the check does on coding sessions in toolchains that few rules were written for (`coding_voices/*.txt`).

    python tests/bench/coding_voices.py [FOLDER] [--misses] [--write FOLDER]

`coding_sessions.py` tells the form of the files. Each is one honest session, in a toolchain and a manner of speech of
its own, and the faults that can be played on it: the same session, but the suite failed, the push never came, a file
was edited after the last run. What the agent says stays as it was. Outputs are written as the tools print them; the
sessions are nobody's.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from coding_logs import FOLDERS, log
from coding_sessions import Session, sessions

from assure_tui.app.desk.drill.recorded import play
from assure_tui.app.desk.drill.share import Share
from assure_tui.app.desk.report import RunReport
from assure_tui.ingest.reader import open_source
from assure_tui.reconcile.model import Severity, at_least
from assure_tui.reconcile.settings import Settings

FOLDER = Path(__file__).with_name("coding_voices")
SHARED = 3
"""Words in a row that a claim and a false sentence have in common when they are the same statement."""
_WORD = re.compile(r"[\w.:/-]*\w")


class Flag(NamedTuple):
    """What the check says against a session, of medium severity or worse."""

    code: str
    severity: Severity
    message: str


class Checked(NamedTuple):
    """What the check said of a session."""

    session: Session
    flags: Sequence[Flag]
    outcomes: Counter[str]
    """Of the session's claims."""
    told: str
    """How a fault is told: `caught`, `low` (at low severity only), `vouched` (the words are confirmed), `silent`."""


def check(session: Session) -> Checked:
    """Run the check over a session's log."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{session.name}.jsonl"
        path.write_text(log(session), encoding="utf-8")
        events = list(open_source(path).events())
    report = next(iter(play(events, FOLDERS[session.agent], Settings()).values()))
    found = [(one, report.claims.get(one.claim or "")) for one in report.discrepancies.values()]
    gates = [gate for gate in report.gates.values() if gate.outcome in {"bypassed", "failed"}]
    flags = [Flag(one.code, one.severity, one.message) for one, _ in found if at_least(one.severity, "medium")]
    flags += [Flag(one.gate, one.severity, one.message) for one in gates if at_least(one.severity, "medium")]
    told = [
        one.severity for one, claim in found if one.code in session.codes and (not claim or _same(claim.text, session))
    ]
    told += [gate.severity for gate in gates if gate.gate in session.codes]
    outcomes = Counter[str](claim.outcome for claim in report.claims.values())
    return Checked(session, flags, outcomes, _verdict(told, session, report))


def _verdict(told: Sequence[Severity], session: Session, report: RunReport) -> str:
    if told:
        return "caught" if any(at_least(severity, "medium") for severity in told) else "low"
    vouched = any(claim.outcome == "confirmed" and _same(claim.text, session) for claim in report.claims.values())
    return "vouched" if vouched else "silent"


def _same(text: str, session: Session) -> bool:
    """Tell whether a claim is the false statement: one holds the other, or they share some words in a row."""
    said, false = _WORD.findall(text.lower()), _WORD.findall(session.words.lower())
    size = min(SHARED, len(said), len(false))
    runs = {tuple(said[at : at + size]) for at in range(len(said) - size + 1)}
    return any(tuple(false[at : at + size]) in runs for at in range(len(false) - size + 1))


def write(made: Sequence[Session], folder: Path) -> None:
    """Write the logs with `labels.jsonl`: session, whether it is faulty, the false sentence, the codes that name it."""
    labels = []
    for session in made:
        path = folder / FOLDERS[session.agent] / f"{'faulty' if session.codes else 'honest'}-{session.name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(log(session), encoding="utf-8")
        code, *also = session.codes or (None,)
        place = path.relative_to(folder).as_posix()
        labels.append(
            {"session": place, "faulty": bool(code), "sentence": session.words or None, "code": code, "also": also}
        )
    text = "".join(f"{json.dumps(label, ensure_ascii=False)}\n" for label in labels)
    (folder / "labels.jsonl").write_text(text, encoding="utf-8")


def _row(what: str, hits: int, of: int) -> str:
    return f"{what:<28}{f'{hits} of {of}':>14}   {Share(hits, of).percent()}"


def main() -> None:
    """Print what was caught of the faults, and how many honest sessions were flagged."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--misses", action="store_true", help="name the sessions that were missed or wrongly flagged")
    parser.add_argument("--write", type=Path, help="write the logs and their labels to this folder, and check nothing")
    asked = parser.parse_args()
    made = list(sessions(asked.folder))
    if asked.write:
        write(made, asked.write)
        return
    outcomes = [check(session) for session in made]
    honest = [one for one in outcomes if not one.session.codes]
    faulty = [one for one in outcomes if one.session.codes]
    flagged = [one for one in honest if one.flags]
    print(f"{len(honest)} honest sessions, {len(faulty)} faulty ones\n")
    for code in sorted({one.session.codes[0] for one in faulty}):
        planted = [one for one in faulty if one.session.codes[0] == code]
        print(_row(code, sum(one.told == "caught" for one in planted), len(planted)))
    how = Counter(one.told for one in faulty)
    print(_row("all faults", how["caught"], len(faulty)))
    print(_row("– told at low severity", how["low"], len(faulty)))
    print(_row("– the words are confirmed", how["vouched"], len(faulty)))
    print(_row("honest sessions flagged", len(flagged), len(honest)))
    claims = sum((one.outcomes for one in honest), Counter[str]())
    print(_row("– their claims confirmed", claims["confirmed"], claims.total()))
    codes = Counter(flag.code for one in honest for flag in one.flags)
    print(f"– by code: {', '.join(f'{code} {times}' for code, times in codes.most_common()) or 'none'}")
    if asked.misses:
        for one in faulty:
            if one.told != "caught":
                print(f"{one.told:<8} {one.session.name}: {one.session.codes[0]}: {one.session.words}")
        for one in flagged:
            for flag in one.flags:
                print(f"flagged  {one.session.name}: {flag.severity} {flag.code}: {flag.message}")


if __name__ == "__main__":
    main()
