"""Pictures of every view of a home, as SVG files: `python tests/bench/screens.py HOME OUT [--size WxH] [--theme NAME]`.

Reads only; nothing records. The run that needs somebody most is the one that is shown, or the first that `--filter`
leaves. The README's picture, after `assure-tui demo --headless --keep DIR`:

    python tests/bench/screens.py DIR/state tests/tui/pictures --filter chairs --only claims
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from assure_tui.app.tui.application import AssureApp

VIEWS = {
    "runs": [],
    "claims": ["e"],
    "timeline": ["e", "3", "G"],
    "diff": ["e", "4"],
    "ledger": ["5", "V"],
    "notes": ["e", "6"],
    "keys": ["e", "question_mark"],
}


async def picture(
    home: Home, name: str, keys: list[str], size: tuple[int, int], theme: str, words: str | None = None
) -> str:
    desk = Desk.open(home, read_only=True)
    app = AssureApp(desk, theme=theme, read_only=True)
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause(0.3)
            if words:
                await pilot.press("slash", *words, "enter")
                await pilot.pause(0.5)
                keys = ["enter" if key == "e" else key for key in keys]
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.3)
            return app.export_screenshot(title=f"assure-tui: {name}")
    finally:
        desk.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="120x36")
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--filter", help="show the first run that this filter leaves")
    parser.add_argument("--only", choices=VIEWS, help="one view only")
    arguments = parser.parse_args()
    width, height = map(int, arguments.size.split("x"))
    arguments.out.mkdir(parents=True, exist_ok=True)
    home = Home.under(arguments.home)
    for name, keys in VIEWS.items():
        if arguments.only not in {None, name}:
            continue
        svg = asyncio.run(picture(home, name, keys, (width, height), arguments.theme, arguments.filter))
        path = arguments.out / f"{name}-{arguments.size}-{arguments.theme}.svg"
        path.write_text(svg, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
