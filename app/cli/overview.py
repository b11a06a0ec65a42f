"""What `--help` says beyond the arguments: the commands in groups, so that a person finds the way, and exit codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GROUPS: Final = {
    "watch": ("open", "demo", "record", "status"),
    "check logs at rest": ("reconcile", "drill"),
    "review": ("runs", "show", "note", "decide", "verdict", "seal", "withdraw"),
    "gate agents while they act": ("gates", "hook", "approvals", "mcp-proxy"),
    "evidence for others": ("export", "countersign", "import"),
    "the record and its keys": ("verify", "keys", "witness", "adopt", "forget", "shard"),
    "set-up": ("paths", "config", "doctor", "trust"),
}
"""Each command stands in one group; `assure_tui.app.cli.parser.build` holds the two lists against each other."""

EXAMPLES: Final = {
    "open": "open ~/support-logs",
    "demo": "demo --headless",
    "record": "record ~/support-logs --backfill",
    "status": "status --line",
    "reconcile": "reconcile logs/ --since 24h --format json --fail-on high",
    "drill": "drill logs/ --threshold 0.9 --seed 7",
    "runs": "runs is:need code:duplicate",
    "show": "show r-1cce",
    "note": "note r-1cce 'asked the customer' --tag money",
    "decide": "decide d-35 real 'the provider lists two rows'",
    "verdict": "verdict r-1cce rejected 'refunded twice'",
    "seal": "seal r-1cce --key ana",
    "withdraw": "withdraw r-1cce 'looked at the wrong customer'",
    "gates": "gates explain r-1cce",
    "hook": "hook install claude-code",
    "approvals": "approvals list",
    "mcp-proxy": "mcp-proxy --name payments -- some-server --its --arguments",
    "export": "export r-1cce --disclose note,verdict.reason -o evidence.zip",
    "countersign": "countersign evidence.zip rejected 'I count two as well' -o answer.json",
    "import": "import answer.json",
    "verify": "verify evidence.zip --trust what-i-know",
    "keys": "keys new ana",
    "witness": "witness --log their-log.vkey --listen 10.0.0.5:7380",
    "adopt": "adopt",
    "forget": "forget r-1cce",
    "shard": "shard list",
    "paths": "paths",
    "config": "config",
    "doctor": "doctor logs/",
    "trust": "trust .",
}
"""Of each command a way to call it."""
_WRITES = "0 done; 5 the ledger is damaged"
_DONE = "0 done"
_EXITS: Final = {
    "demo": "0 done; 1 --headless: a check failed",
    "record": "0 its standard input was closed (--attached); 5 the ledger is damaged",
    "reconcile": "0 nothing at or above --fail-on; 1 something was; 3 no log was recognised, or none is that recent",
    "drill": "0 the share reaches --threshold; 1 it does not; 3 no log was recognised",
    "verify": "0 verified, and something outside vouches for it; 1 not verified, damage included;\n"
    "4 verified, but nothing outside vouches for it",
    "gates": "0 done; 1 `gates test`: an example fails; 5 `gates waive`: the ledger is damaged",
    "keys": "0 done; 5 `keys revoke`: the ledger is damaged",
    "hook": "0 done; 1 `hook status`: installed nowhere, or not called; `hook AGENT` answers as that agent expects",
    "mcp-proxy": "the server's own",
    "doctor": "0 no problems; 1 problems",
    **dict.fromkeys(("note", "decide", "verdict", "seal", "withdraw"), _WRITES),
    **dict.fromkeys(("approvals", "export", "import", "adopt", "forget", "shard"), _WRITES),
}
_ALWAYS = "2 usage or configuration; 70 internal error; 130 interrupted; 141 nobody read the output to its end"
_ALL: Final = """\
`assure-tui COMMAND --help` lists a command's arguments. A word that names no command is a PATH to `open`.

exit codes: 0 nothing at or above --fail-on; 1 something was, or verification failed; 2 usage or configuration;
3 nothing recognised in the input; 4 verified, but against no pin, cosignature or anchor; 5 the ledger is damaged;
70 internal error; 130 interrupted; 141 nobody read the output to its end, as before `head`
"""


def closing_words(command: str) -> str:
    """Return an example of a command, and its exit codes in words."""
    return f"example:\n  assure-tui {EXAMPLES[command]}\n\nexit codes: {_EXITS.get(command, _DONE)};\n{_ALWAYS}"


def overview(commands: Mapping[str, str]) -> str:
    """Return the commands in their groups, each with what it does, and what all of them have in common."""
    width = max(map(len, commands)) + 2
    groups = [
        "\n".join([f"{title}:", *(f"  {name:<{width}}{commands[name]}" for name in names)])
        for title, names in GROUPS.items()
    ]
    return "\n\n".join([*groups, _ALL])
