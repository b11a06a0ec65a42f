"""Writes the page on how accurate the check is, from what the given scorers measure.

    python tests/bench/accuracy.py --business CASES --coding DIR --gold FILE --bench SCORERS [--held-out] > page.md

SCORERS is a folder with `score_business.py` and `score_coding.py`. Both are run on the program as it is here; the drill
and `feeds.py` are run on the same data. With `--held-out`, the page says that nothing was tuned on the data.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from assure_tui.app.desk.about import version
from assure_tui.app.desk.drill.share import Share
from assure_tui.app.desk.gates.rules_digest import rules_digest
from assure_tui.reconcile.settings import Settings

RATES = (0.05, 0.01, 0.001)
"""Shares of faulty runs for which the worth of a flag is told."""
RECONCILE = f"{sys.executable} -m assure_tui.app reconcile %s --format json"
TIMEOUT = 1800


class Measured(NamedTuple):
    """How one kind of runs was measured: faults that were caught, and untouched runs that were flagged."""

    kind: str
    caught: Share
    alarms: Share


def precision(rate: float, recall: float, alarm: float) -> float:
    """Give the share of flagged runs that are faulty (Bayes), where `rate` of all runs are."""
    flagged = rate * recall + (1 - rate) * alarm
    return rate * recall / flagged if flagged else 0.0


def worth(rate: float, measured: Measured) -> str:
    """Give the precision of a flag, from the worst to the best that both intervals allow."""
    (low, high), (few, many) = measured.caught.interval, measured.alarms.interval
    middle = precision(rate, measured.caught.value or 0.0, measured.alarms.value or 0.0)
    worst, best = precision(rate, low, many), precision(rate, high, few)
    return f"{100 * middle:.0f} % ({100 * worst:.0f}-{100 * best:.0f})"


def output(argv: Sequence[str | Path]) -> str:
    """Run a program and give its output. One that finds something, or falls short, exits with 1."""
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{argv[1]} failed: {done.stderr.strip()[-400:]}")
    return done.stdout


def business(cases: Path, scorers: Path) -> dict[str, Any]:
    """Run the business scorer."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        command = RECONCILE % "{path}"
        scorer = scorers / "score_business.py"
        output([sys.executable, scorer, "--cases", cases, "--cmd", command, "--json", figures])
        found: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
        return found


def coding(folder: Path, gold: Path, scorers: Path) -> str:
    """Run the coding scorer, which prints its figures as text."""
    command = RECONCILE % "{dir}"
    return output([sys.executable, scorers / "score_coding.py", folder, "--gold", gold, "--cmd", command])


def drill(path: Path) -> dict[str, Any]:
    """Run the drill."""
    command = [sys.executable, "-m", "assure_tui.app", "drill", path, "--per-class", "100", "--format", "json"]
    found: dict[str, Any] = json.loads(output(command))
    return found


def honest(cases: Path, folder: Path) -> Path:
    """Copy the untouched runs of the business cases."""
    for line in (cases / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        path = cases / "chat" / f"{label['case']}.json"
        if label["mutation"] == "none" and path.exists():
            shutil.copy(path, folder)
    return folder


def matched(pattern: str, text: str) -> Share:
    """Read `hits/of` out of a scorer's text."""
    match = re.search(pattern, text)
    return Share(int(match[1]), int(match[2])) if match else Share(0, 0)


def added(shares: Sequence[Share]) -> Share:
    """Add shares up."""
    return Share(sum(share.hits for share in shares), sum(share.of for share in shares))


def of_business(found: dict[str, Any]) -> Measured:
    """Give the pooled figures of business runs; a flag counts from medium severity on."""
    classes = found["classes"].values()
    clean = found["clean"]["all clean"]
    caught = added([Share(known["strict_med"], known["detectable"]) for known in classes])
    return Measured("business", caught, Share(clean["false_alarms"], clean["n"]))


def of_coding(text: str) -> Measured:
    """Give the pooled figures of coding runs. More flags than sessions count as a flag on every session."""
    agents = re.search(r"^by agent: (.*)$", text, re.MULTILINE)
    pairs = re.findall(r"(\d+)/(\d+)", agents[1]) if agents else []
    flags = re.search(r"on (\d+) untouched sessions: (\d+) discrepancies, (\d+) gates, (\d+) inputs", text)
    alarms = Share(0, 0)
    if flags:
        sessions = int(flags[1])
        alarms = Share(min(sessions, sum(int(flags[group]) for group in (2, 3, 4))), sessions)
    return Measured("coding", added([Share(int(hit), int(of)) for hit, of in pairs]), alarms)


def table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> Iterator[str]:
    """Give a Markdown table."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def counted(share: Share) -> list[str]:
    """Give the cells of a share."""
    return [f"{share.hits} of {share.of}", share.percent()]


TUNED = """\
**The rules and lexicons were tuned on these very runs.** The figures say that nothing is broken. They do not say how
well the check does on other agents' logs: expect less there, and measure it there with the drill."""
UNTUNED = "Nothing was tuned on these runs: they come from tasks, models and repositories that were not looked at."
COUNTED = """\
A fault counts as caught when an accepted code stands at the planted place, in a case whose words give the fault away.
For business runs it must be of medium severity or worse. One finding of that severity flags an untouched run."""
BAYES = """\
Of the runs that are flagged, how many are faulty? That depends on how many runs are faulty at all, by Bayes's rule. The
range takes the worst ends of both intervals above together, then the best ends, so it is a cautious one."""
READ_WITH_CARE = """\
A first number of 100 % only means that no untouched run was flagged here. Where few runs are faulty, the lower end
counts: a flag is then a reason to look at the run, and no verdict on it. And a run without a flag is not a run without
a fault: faults of kinds that nobody planted are in none of these figures."""
DRILLED = """\
`assure-tui drill` plants faults of its own where a claim was confirmed, at most 100 a class. Its classes are broader
than those above, and it goes where the planted faults do not, so it is nearer to what other logs will show."""
FED = """\
Several runs at a time, with rows late, out of order and incomplete (`tests/bench/feeds.py`). A row that tells no more
than that one of two runs caused it cannot be given rightly; those are counted by themselves."""


def page(arguments: argparse.Namespace) -> Iterator[str]:
    """Give the lines of the page."""
    found = business(arguments.business, arguments.bench)
    text = coding(arguments.coding, arguments.gold, arguments.bench)
    measured = (of_business(found), of_coding(text))
    held = arguments.held_out
    yield "## Held-out data" if held else "## Development data"
    yield ""
    yield UNTUNED if held else TUNED
    yield ""
    yield f"Program {version()}, rules {rules_digest(Settings())[:16]}. Intervals are Wilson's at 95 %."
    yield ""
    yield "### Planted faults, and flags on untouched runs"
    yield ""
    yield COUNTED
    yield ""
    rows = [
        [f"{kind}: {what}", *counted(share)]
        for kind, caught, alarms in measured
        for what, share in (("planted faults caught", caught), ("untouched runs flagged", alarms))
    ]
    inputs = found.get("inputs") or {}
    if inputs:
        rows.append(["business: injected texts noticed", *counted(Share(inputs["caught"], inputs["positives"]))])
    claims = re.search(r"claims: gold (\d+) hit (\d+) extra (\d+)", text)
    if claims:
        gold, hit, extra = (int(claims[group]) for group in (1, 2, 3))
        rows.append(["coding: claims that people marked, read", *counted(Share(hit, gold))])
        rows.append(["coding: claims read that people marked", *counted(Share(hit, hit + extra))])
    rows.append(["coding: true claims accused", *counted(matched(r"alarms: sessions (\d+)/(\d+)", text))])
    yield from table(("what", "count", "share"), rows)
    yield from _classes(found, text)
    yield from _worth(measured)
    yield from _drilled(arguments)
    yield "### Rows of shared feeds"
    yield ""
    yield FED
    yield ""
    feeds = output([sys.executable, Path(__file__).with_name("feeds.py"), arguments.business])
    yield from (f"    {line}" for line in feeds.splitlines())
    yield ""


def _classes(found: dict[str, Any], text: str) -> Iterator[str]:
    rows = [
        [f"business: {name}", *counted(Share(known["strict_med"], known["detectable"]))]
        for name, known in found["classes"].items()
    ]
    for name, number, strict in re.findall(r"^([a-z-]{3,15}) +(\d+) +([01]\.\d{3}) +[01]\.\d{3}$", text, re.MULTILINE):
        rows.append([f"coding: {name}", *counted(Share(round(float(strict) * int(number)), int(number)))])
    yield "By class; for coding over all cases, also those whose words do not give the fault away:"
    yield ""
    yield from table(("planted fault", "caught", "share"), rows)


def _worth(measured: Sequence[Measured]) -> Iterator[str]:
    yield "### What a flag is worth"
    yield ""
    yield BAYES
    yield ""
    head = ("faulty runs", *(f"{known.kind}: flags that are real" for known in measured))
    yield from table(head, [[f"{100 * rate:g} %", *(worth(rate, known) for known in measured)] for rate in RATES])
    yield READ_WITH_CARE
    yield ""


def _drilled(arguments: argparse.Namespace) -> Iterator[str]:
    yield "### The drill on the same runs"
    yield ""
    yield DRILLED
    yield ""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        paths = (("business", honest(arguments.business, Path(folder))), ("coding", arguments.coding / "sessions"))
        for kind, path in paths:
            result = drill(path)
            pooled = {"class": "**pooled**", "apart": False, **result["pooled"]}
            for known in sorted((*result["classes"], pooled), key=lambda known: bool(known["apart"])):
                if known["injected"]:
                    name = f"{kind}: {known['class']}" + (", not pooled" if known["apart"] else "")
                    rows.append([name, *counted(Share(known["caught"], known["injected"]))])
    yield from table(("fault", "caught", "share"), rows)


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--business", type=Path, required=True, metavar="CASES")
    parser.add_argument("--coding", type=Path, required=True, metavar="DIR")
    parser.add_argument("--gold", type=Path, required=True, metavar="FILE")
    parser.add_argument("--bench", type=Path, required=True, metavar="SCORERS")
    parser.add_argument("--held-out", action="store_true", help="nothing was tuned on the data")
    for line in page(parser.parse_args()):
        print(line)


if __name__ == "__main__":
    main()
