"""The command `assure-tui`, also as `python -m assure_tui.app`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line on the process's own arguments. An agent waits for `hook`, which needs nothing of it."""
    if sys.argv[1:2] == ["hook"] and not {"install", "remove", "status", "-h", "--help"} & set(sys.argv[2:]):
        from assure_tui.app.hook.client import main as answer  # noqa: PLC0415 - see below

        return answer(sys.argv[2:])
    from assure_tui.app.cli import main as run  # noqa: PLC0415 - nothing is imported before it is needed

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
