"""All commands and their arguments. Imports nothing of the desk, so that help and mistakes are answered at once."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from assure_tui.app.cli.overview import GROUPS, closing_words, overview

FORMATS = ("text", "json", "markdown", "sarif", "junit")
AGENTS = ("claude-code", "codex", "gemini-cli", "copilot-cli")
SEVERITIES = ("info", "low", "medium", "high", "critical")
MAX_JOBS = 64
_HOME = "keep all state under DIR (default: ASSURE_TUI_HOME)"
Adder = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, the module that has it, what it does."""


_MARK: Final = "\0"
"""What no argument of a process holds."""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the arguments; words that name no command are paths to open.

    Raises:
        SystemExit: The arguments are wrong, or help was asked for; argparse has said what there is to say.
    """
    parser, commands = build()
    words = list(argv)
    home = 2 if words[:1] == ["--home"] else int(words[:1] != [] and words[0].startswith("--home="))
    if home and words[home : home + 1] and words[home] in commands:
        words = [words[home], *words[:home], *words[home + 1 :]]
    first = next((word for word in words if not word.startswith("-")), None)
    asks_help = any(word in {"-h", "--help", "--version"} for word in words)
    if first not in commands and not (asks_help and first is None):
        if first is not None and first == words[0] and not Path(first).exists():
            _check_misspelt(parser, first, commands)
        words = ["open", *words]
    if words[:1] != ["runs"]:
        return parser.parse_args(words)
    arguments = parser.parse_args([_MARK + word if _is_term(word) else word for word in words])
    arguments.query = [word.removeprefix(_MARK) for word in arguments.query]
    return arguments


def _path(text: str) -> Path:
    """Read a path. An empty one, as an unset variable gives it, does not mean the present folder."""
    if not text:
        raise argparse.ArgumentTypeError("a path is empty: write . for the current folder")
    return Path(text)


def _is_term(word: str) -> bool:
    """Tell a negated term of a filter, `-is:quiet`, which argparse would take for an option."""
    return word[:1] == "-" and word[1:2] not in {"", "-"} and word != "-h"


def _check_misspelt(parser: argparse.ArgumentParser, word: str, commands: Iterable[str]) -> None:
    from difflib import get_close_matches  # noqa: PLC0415 - mistakes only

    for near in get_close_matches(word, commands, n=1, cutoff=0.7):
        parser.error(f"there is no command and no file {word!r}: did you mean `{near}`?")


def build() -> tuple[argparse.ArgumentParser, dict[str, str]]:
    """Make the parser, and give all commands with what they do, in the order of the groups."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--home", type=Path, metavar="DIR", help=_HOME)
    parser = argparse.ArgumentParser(
        prog="assure-tui",
        description="Checks what AI agents claim against what happened, and keeps a tamper-evident record.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, help="one of the commands below")
    about: dict[str, str] = {}

    def command(name: str, module: str, help_text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            description=help_text,
            epilog=closing_words(name),
            parents=[shared],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(module=module)
        about[name] = help_text
        return sub

    _opening(command("open", "start", "open the review desk (the default without a command)"))
    _demo(command("demo", "demo", "watch scripted agents at work; needs no setup"))
    _recording(command("record", "record", "record without a screen; prints one line per finding"))
    _checks(command("reconcile", "check", "check logs at rest; writes nothing but its output"))
    _drill(command("drill", "drill", "inject faults into copies of recorded runs, and measure the share caught"))
    _reviewing(command)
    _gates(command("gates", "gates", "gates: list, show, explain a run, write, test, measure, waive"))
    _chain(command)
    _evidence(command)
    _witnessing(command)
    _custody(command)
    _gating(command)
    _upkeep(command)
    _proxy(command("mcp-proxy", "proxy", "sit between an agent and an MCP server, and record what passes"))
    grouped = {name: about.pop(name) for names in GROUPS.values() for name in names}
    assert not about, f"these commands are in no group: {', '.join(about)}"  # noqa: S101 - a mistake of ours
    parser.epilog = overview(grouped)
    return parser, grouped


def _opening(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "paths",
        nargs="*",
        type=_path,
        metavar="PATH",
        help="logs, folders, or one bundle (default: the logs of known agents)",
    )
    _configuration(sub)
    _looks(sub)
    sub.add_argument("--read-only", action="store_true", help="write nothing")


def _looks(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--theme", help="name of a palette")
    sub.add_argument("--ascii", action="store_true", help="draw with ASCII only")


def _demo(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--headless", action="store_true", help="without a screen: check, seal, verify, tamper, and report"
    )
    sub.add_argument("--keep", type=Path, metavar="DIR", help="play in DIR (new or empty), and keep it")
    sub.add_argument("--speed", type=_speed, metavar="N", help="how many times real time (default: 1, headless 8)")
    _looks(sub)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.1 <= speed <= 50:
        raise argparse.ArgumentTypeError(f"{text!r} is not a speed: give a number from 0.1 to 50")
    return speed


def _recording(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "paths", nargs="*", type=_path, metavar="PATH", help="logs or folders (default: the logs of known agents)"
    )
    _configuration(sub)
    sub.add_argument("--backfill", action="store_true", help="record the backlog too")
    sub.add_argument("--attached", action="store_true", help="end when standard input is closed")


def _checks(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("paths", nargs="+", type=_path, metavar="PATH", help="a log, or a folder of logs")
    sub.add_argument("--last", action="store_true", help="only the newest run")
    sub.add_argument(
        "--since", metavar="T", help="only runs active since T: a date and time, or an age such as 90m, 8h, 7d"
    )
    sub.add_argument(
        "--baseline", type=Path, metavar="FILE", help="an earlier --format json report; what it has does not count"
    )
    sub.add_argument("--format", choices=FORMATS, default="text", help="how to write the report (default: text)")
    sub.add_argument(
        "--fail-on", choices=SEVERITIES, default="high", help="exit with 1 at this severity or worse (default: high)"
    )
    sub.add_argument("--jobs", type=_jobs, metavar="N", help="number of processes (default: one per processor)")
    sub.add_argument(
        "--workspace",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="also read the repositories the runs worked in, if present (default: yes)",
    )
    _configuration(sub)


def _proxy(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--name", metavar="NAME", help="a name for the server (default: that of its program)")
    sub.add_argument("server", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="the server's own command line")


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_JOBS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes: give one from 1 to {MAX_JOBS}")
    return int(text)


def _drill(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("paths", nargs="+", type=_path, metavar="PATH", help="a log, or a folder of logs; only read")
    sub.add_argument(
        "--threshold", type=float, default=0.95, metavar="SHARE", help="exit with 1 if less is caught (default: 0.95)"
    )
    sub.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed samples the same faults")
    sub.add_argument("--per-class", type=int, default=25, metavar="N", help="at most N faults per class (default: 25)")
    _format(sub)
    _configuration(sub)


def _reviewing(command: Adder) -> None:
    sub = command("runs", "review", "list runs, most urgent first")
    sub.add_argument("query", nargs="*", metavar="FILTER", help="such as agent:codex, -is:quiet, undecided:>0, or text")
    _format(sub)
    sub = command("show", "review", "show a run: its claims, effects, findings, notes and verdict")
    sub.add_argument("run", metavar="RUN", help="a run, or the file of a bundle")
    _format(sub)
    sub = command("note", "review", "write a note on a run, or on something in it")
    _run(sub)
    sub.add_argument("text", metavar="TEXT", help="the text, or - to read it from standard input")
    sub.add_argument("--about", metavar="ID", default="", help="id of a claim, effect, event or finding of the run")
    sub.add_argument("--tag", action="append", default=[], dest="tags", metavar="TAG", help="a tag; repeat for more")
    sub = command("decide", "review", "answer a finding")
    sub.add_argument("finding", metavar="FINDING", help="its id, or a unique prefix")
    sub.add_argument("word", choices=("real", "false-alarm", "risk-accepted", "undo"))
    sub.add_argument("reason", nargs="?", default="", metavar="REASON", help="required from high severity on")
    sub.add_argument("--run", metavar="RUN", help="which run, if several have this finding")
    sub = command("verdict", "review", "give a verdict on a run; a draft until it is sealed")
    _run(sub)
    sub.add_argument("word", choices=("accepted", "accepted-with-exceptions", "rejected"))
    sub.add_argument("reason", nargs="?", default="", metavar="REASON", help="required unless it is simply accepted")
    sub = command("seal", "review", "sign the verdicts on runs, with their evidence")
    sub.add_argument("runs", nargs="+", metavar="RUN", help="their ids, or unique prefixes")
    _signing(sub)


def _gates(sub: argparse.ArgumentParser) -> None:
    verb = _verbs(sub, "list|show|explain|new|test|performance|waive")

    def add(name: str, help_text: str, *, settings: bool = True) -> argparse.ArgumentParser:
        parser = verb(name, help_text)
        if settings:
            _configuration(parser)
        return parser

    _format(add("list", "list all gates, and what the hook answers when one fails"))
    show = add("show", "show one gate: its condition, params, answers, controls")
    show.add_argument("gate", metavar="ID")
    _format(show)
    explain = add("explain", "show what every gate says about a run")
    _run(explain)
    _format(explain)
    new = add("new", "print a commented template of a gate", settings=False)
    new.add_argument("gate", metavar="ID")
    new.add_argument("--out", type=Path, metavar="FILE", help="write it to a new file, *.gates.toml")
    test = add("test", "run the examples of gates; exits with 1 if one fails")
    test.add_argument("files", nargs="*", type=Path, metavar="FILE", help="*.gates.toml (default: all gates)")
    _format(test)
    _format(add("performance", "how each rule performs: fired, real, false alarms, time to decide", settings=False))
    waive = add("waive", "waive a gate on a run until a time; recorded in the ledger", settings=False)
    waive.add_argument("gate", metavar="ID")
    waive.add_argument("--run", required=True, metavar="RUN")
    waive.add_argument("--reason", required=True, metavar="TEXT")
    waive.add_argument("--until", required=True, metavar="T", help="a date and time, or a span such as 8h or 7d")


def _chain(command: Adder) -> None:
    sub = command("verify", "chain", "check a ledger, or a bundle, offline; reads only")
    sub.add_argument(
        "ledger", nargs="?", type=_path, metavar="LEDGER", help="its folder, or a bundle (default: this installation's)"
    )
    sub.add_argument("--write-verifier", type=Path, metavar="FILE", help="only write out the standalone verifier")
    sub.add_argument("--trust", type=Path, metavar="DIR", help="keys, witnesses and anchors from outside the ledger")
    sub.add_argument(
        "--allow-unanchored", action="store_true", help="exit with 0 even if nothing outside vouches for it"
    )
    _format(sub)
    sub.add_argument("--unlock", action="store_true", help="open locked contents with the reading key")
    _passphrase(sub)
    sub = command("keys", "chain", "operator keys: make, list, replace, revoke, export; lock contents")
    verb = _verbs(sub, "new|list|rotate|revoke|export|wrap|unwrap")
    new = verb("new", "make a key, encrypted with a passphrase")
    new.add_argument("name", metavar="NAME")
    _passphrase(new)
    verb("list", "list the keys")
    rotate = verb("rotate", "replace a key; what the old one sealed still counts")
    rotate.add_argument("name", metavar="NAME")
    _passphrase(rotate)
    revoke = verb("revoke", "declare that a key no longer counts: from a time on, or at all")
    revoke.add_argument("name", metavar="NAME", help="its name or fingerprint")
    revoke.add_argument("--since", metavar="T", help="what was sealed before still counts: a date and time, or an age")
    revoke.add_argument("--reason", default="", metavar="TEXT", help="why, for whoever verifies the ledger")
    revoke.add_argument("--unsigned", action="store_true", help="record it only here, not in the ledger")
    _signing(revoke)
    _passphrase(verb("wrap", "lock contents: wrap their keys with a reading key that a passphrase opens"))
    _passphrase(verb("unwrap", "unlock contents for good: store their keys unwrapped again"))
    export = verb("export", "print the public half of a key")
    export.add_argument("name", metavar="NAME")
    export.add_argument("--form", choices=("pem", "allowed-signers", "cosigner"), default="pem", help="(default: pem)")


def _witnessing(command: Adder) -> None:
    sub = command("witness", "witness", "cosign the heads of other machines' ledgers (C2SP tlog-witness)")
    sub.add_argument("--log", action="append", default=[], type=Path, metavar="FILE", help="a log's trust/log.vkey")
    sub.add_argument(
        "--listen", default="127.0.0.1:7380", metavar="HOST:PORT", help="where to answer (default: 127.0.0.1:7380)"
    )
    sub.add_argument("--name", metavar="NAME", help="the witness's name, given once, when its key is made")
    sub.add_argument("--folder", type=Path, metavar="DIR", help="where it keeps its key and its records")
    sub.add_argument("--print-key", action="store_true", help="only print its verifier key, for [[witnesses]]")


def _evidence(command: Adder) -> None:
    sub = command("export", "evidence", "write the evidence about a run to one file that can be verified offline")
    sub.add_argument("run", nargs="?", metavar="RUN", help="its id, or a unique prefix")
    sub.add_argument("--desk", action="store_true", help="instead, back up drafts, marks and what was viewed")
    sub.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="a new file, usually .zip")
    sub.add_argument(
        "--disclose",
        action="append",
        default=[],
        metavar="FIELDS",
        help="contents to show: a kind such as note, a field such as verdict.reason or *.by; separated by commas",
    )
    sub.add_argument("--all", action="store_true", help="show all contents, and the run with its readable events")
    _passphrase(sub)
    sub = command("countersign", "evidence", "answer a bundle with your own signed verdict")
    sub.add_argument("bundle", type=_path, metavar="BUNDLE", help="what `export` wrote")
    sub.add_argument("word", choices=("accepted", "accepted-with-exceptions", "rejected"))
    sub.add_argument("reason", metavar="REASON")
    sub.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="a new file to send back")
    _signing(sub)
    sub = command("import", "evidence", "record a second reviewer's signed answer as a new seal")
    sub.add_argument("file", type=_path, metavar="FILE", help="what `countersign` wrote")
    sub = command("withdraw", "evidence", "sign that your newest seal on a run no longer holds")
    _run(sub)
    sub.add_argument("reason", metavar="REASON")
    _signing(sub)


def _signing(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--key", metavar="NAME", help="which operator key, if there are several")
    sub.add_argument("--ssh-key", type=Path, metavar="FILE", help="sign with this SSH key, or with the agent's (.pub)")
    _passphrase(sub)


def _custody(command: Adder) -> None:
    sub = command("adopt", "custody", "take over a ledger that was copied or restored here, or that lost its pin")
    _yes(sub)
    sub = command("forget", "custody", "erase what is kept about a run; the ledger still verifies, and says so")
    _run(sub)
    _yes(sub)
    sub = command("shard", "custody", "close the ledger and start a new one; list closed ones; delete old ones")
    sub.add_argument("what", nargs="?", choices=("new", "list", "prune"), default="new")
    sub.add_argument("--damaged", action="store_true", help="even if it does not verify: to continue after damage")
    _yes(sub)


def _yes(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--yes", action="store_true", help="do not ask")


def _gating(command: Adder) -> None:
    sub = command("hook", "hooks", "gate an agent while it acts: called by the agent as `hook AGENT`, set up by you")
    sub.add_argument("what", choices=("install", "remove", "status"), metavar="install|remove|status|AGENT")
    sub.add_argument("agent", nargs="?", choices=AGENTS, metavar="AGENT", help=f"{', '.join(AGENTS)}")
    where = sub.add_mutually_exclusive_group()
    where.add_argument("--user", action="store_true", help="in the agent's user settings (default)")
    where.add_argument("--project", action="store_true", help="in the agent's settings for the project in this folder")
    sub.add_argument("--yes", action="store_true", help="show the change without asking")
    sub = command("approvals", "approvals", "calls that wait for you: list, approve, refuse")
    verb = _verbs(sub, "list|approve|refuse")
    listing = verb("list", "list waiting calls, and what they ask for")
    listing.add_argument("--all", action="store_true", help="include those already answered")
    _format(listing)
    for word, about in (("approve", "approve a call, signed with your key"), ("refuse", "refuse a call")):
        answer = verb(word, about)
        answer.add_argument("approval", metavar="ID", help="of the call, or a unique prefix")
        answer.add_argument("reason", metavar="REASON")
        answer.add_argument("--key", metavar="NAME", help="which operator key, if there are several")
        _passphrase(answer)


def _upkeep(command: Adder) -> None:
    sub = command("paths", "places", "print where everything is stored")
    _format(sub)
    sub = command("doctor", "upkeep", "show what is watched, and any problems")
    sub.add_argument(
        "paths", nargs="*", type=_path, metavar="PATH", help="logs or folders (default: the logs of known agents)"
    )
    sub = command("config", "settings", "check both settings files, and print every key with its value")
    sub.add_argument("paths", nargs="*", type=_path, metavar="PATH", help="logs or folders whose assure.toml to check")
    _format(sub)
    sub = command("trust", "upkeep", "trust a workspace's assure.toml as it is now")
    sub.add_argument("path", nargs="?", type=_path, default=Path(), metavar="PATH", help="the file, or its folder")
    sub.add_argument("--yes", action="store_true", help="do not ask")
    sub = command("status", "upkeep", "summarise the state of the desk")
    sub.add_argument("--line", action="store_true", help="in one line, for a prompt or a status bar")


def _verbs(sub: argparse.ArgumentParser, names: str) -> Callable[[str, str], argparse.ArgumentParser]:
    """Let a command take one of several verbs; give what adds one, with what it does."""
    verbs = sub.add_subparsers(dest="what", required=True, metavar=names)

    def add(name: str, help_text: str) -> argparse.ArgumentParser:
        parser = verbs.add_parser(name, help=help_text, description=help_text)
        parser.add_argument("--home", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=_HOME)
        return parser

    return add


def _run(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("run", metavar="RUN", help="its id, or a unique prefix")


def _configuration(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--config", type=Path, metavar="FILE", help="an assure.toml to use; naming it here trusts it")


def _format(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--format", choices=("text", "json"), default="text", help="how to write it (default: text)")


def _passphrase(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="read the passphrase from FILE instead of asking"
    )
