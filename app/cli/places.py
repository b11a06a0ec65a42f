"""`assure-tui paths`: where everything lies."""

from __future__ import annotations

import argparse
import json
import sys

from assure_tui.app.desk.paths import Home
from assure_tui.app.neutral import neutral_line


def run(arguments: argparse.Namespace) -> int:
    """Print the name and path of each place."""
    home = Home.find(arguments.home)
    if arguments.format == "json":
        print(json.dumps({name: str(path) for name, path in home.places()}))
    else:
        for name, path in home.places():
            print(f"{name:<8} {neutral_line(str(path), 4096)}")
        print(f"assure-tui: {home.privacy()}", file=sys.stderr)
    return 0
