"""The page about the JSON report has every member and every code. ASSURE_REPORT=write writes its table anew."""

import os
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "app" / "desk" / "REPORT.md"
CODES = tomllib.loads((ROOT / "app" / "desk" / "data" / "codes.toml").read_text(encoding="utf-8"))
REPORT = (ROOT / "app" / "desk" / "report.py").read_text(encoding="utf-8")


def table() -> str:
    lines = ["| code | severity | shown as | meaning |", "|---|---|---|---|"]
    for shelf in ("discrepancy", "input"):
        for code, label in CODES[shelf].items():
            lines.append(
                f"| `{code}` | {CODES['severity'].get(code, '–')} | {label} | {CODES['description'][shelf][code]} |"
            )
    return "\n".join(lines)


def test_every_code_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    if os.environ.get("ASSURE_REPORT") == "write":
        text = re.sub(
            r"(<!-- codes -->\n).*?(<!-- end -->)", lambda m: f"{m[1]}{table()}\n{m[2]}", text, flags=re.DOTALL
        )
        PAGE.write_text(text, encoding="utf-8")
    held = text.split("<!-- codes -->\n")[1].split("\n<!-- end -->")[0]
    assert held == table(), "ASSURE_REPORT=write writes the table anew"


@pytest.mark.parametrize("member", sorted(set(re.findall(r'^ +"([a-z_0-9]+)": ', REPORT, re.MULTILINE))))
def test_every_member_is_on_the_page(member: str) -> None:
    assert re.search(rf'[`"]{member}[`"]', PAGE.read_text(encoding="utf-8"))
