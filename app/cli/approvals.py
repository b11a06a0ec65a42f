"""`assure-tui approvals`: calls that wait for the operator."""

from __future__ import annotations

import argparse
import json
import sys
import time

import msgspec

from assure_tui.app.cli.passphrase import passphrase
from assure_tui.app.desk.config import read_user
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.views import Approval
from assure_tui.app.neutral import neutral_line

WIDTH = 400


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says."""
    home = Home.find(arguments.home)
    desk = Desk.open(home, config=read_user(home.config), read_only=arguments.what == "list")
    try:
        if arguments.what == "list":
            return _list(desk, arguments)
        desk.check_answer(arguments.approval, arguments.reason)
        if arguments.what == "approve":
            words = passphrase(arguments.passphrase_file, "passphrase of the operator key: ")
            done = desk.approve(arguments.approval, arguments.reason, passphrase=words, key=arguments.key)
        else:
            named = arguments.passphrase_file is not None or arguments.key is not None
            words = passphrase(arguments.passphrase_file, "passphrase of the operator key: ") if named else ""
            done = desk.refuse(arguments.approval, arguments.reason, passphrase=words, key=arguments.key)
    finally:
        desk.close()
    print(f"{done.id} {done.state}")
    return 0


def _list(desk: Desk, arguments: argparse.Namespace) -> int:
    found = desk.approvals(pending=not arguments.all)
    if arguments.format == "json":
        json.dump(msgspec.to_builtins(found, str_keys=True), sys.stdout)
        print()
        return 0
    for approval in found:
        for line in _lines(approval):
            print(neutral_line(line, WIDTH))
    if not found:
        print("nothing waits" if not arguments.all else "nothing ever waited", file=sys.stderr)
    return 0


def _lines(approval: Approval) -> list[str]:
    left = max(approval.until - time.time(), 0)
    state = f"waits {left:.0f} s more" if approval.state == "pending" else approval.state
    lines = [
        f"{approval.id}  {approval.agent}  {approval.run}  {state}",
        f"    {approval.tool} {approval.args_text}",
        f"    {approval.reason}",
    ]
    if approval.answer:
        lines.append(f"    {approval.by}: {approval.answer}")
    return lines
