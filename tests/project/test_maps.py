"""What tells a newcomer where things are says what is so: ARCHITECTURE.md, and the docstring of each package."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

from assure_tui.app.desk.batch import Batch

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(
    str(init.parent.relative_to(ROOT))
    for top in ("app", "ingest", "ledger", "reconcile", "themes")
    for init in ROOT.glob(f"{top}/**/__init__.py")
)
LISTED = re.compile(r"^    (?:\S+(?: \S+)*)?  +(.*)$", re.MULTILINE)


def told(package: str) -> str:
    return ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text("utf-8"))) or ""


def held(package: str) -> set[str]:
    """Give the modules of a package, and the packages in it."""
    folder = ROOT / package
    modules = {module.stem for module in folder.glob("*.py") if not module.stem.startswith("__")}
    return modules | {init.parent.name for init in folder.glob("*/__init__.py")}


def listed(package: str) -> set[str]:
    """Give the names in the columns of a map: `    label   module, module (what it is for)`."""
    block = re.sub(r"\([^()]*\)", " ", "\n".join(LISTED.findall(told(package))))
    return {
        word for word in map(str.strip, re.split(r"[,;:]|\b(?:and|with|over)\b", block)) if re.fullmatch(r"\w+", word)
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_names_each_of_its_modules(package: str) -> None:
    unnamed = held(package) - set(re.findall(r"\w+", told(package)))
    assert unnamed == set(), f"say in the docstring of {package}/__init__.py what these are for"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_lists_nothing_that_is_gone(package: str) -> None:
    assert listed(package) - held(package) == set()


ARCHITECTURE = (ROOT / "app" / "ARCHITECTURE.md").read_text("utf-8")


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`((?:app|ingest|ledger|reconcile)(?:\.\w+)+)`", ARCHITECTURE)))
)
def test_what_the_page_on_the_way_of_a_line_names_exists(name: str) -> None:
    assert resolve_name(f"assure_tui.{name}") is not None


def test_pages_that_the_code_points_to_are_there() -> None:
    code = [path for package in PACKAGES for path in (ROOT / package).glob("*.py")]
    assert code
    pointed = {name for path in code for name in re.findall(r"\b[A-Z]{3,}\.md", path.read_text("utf-8"))}
    there = {page.name for top in ("app", "ingest", "ledger", "reconcile") for page in ROOT.glob(f"{top}/**/*.md")}
    assert pointed - there - {"README.md", "AGENTS.md", "NOTES.md"} == set()  # files of agents' projects


def test_files_that_the_page_points_to_are_there() -> None:
    pointed = re.findall(r"`([\w/]+\.(?:md|py|toml))`", ARCHITECTURE)
    assert pointed
    assert [path for path in pointed if not (ROOT / path).exists()] == []


def test_the_line_of_the_page_becomes_the_finding_that_it_tells(tmp_path: Path) -> None:
    said = re.search(r'\*"(.+?)"\*', ARCHITECTURE)
    assert said is not None
    talk: list[dict[str, object]] = [{"role": "user", "content": "Please refund order 5117, $40."}]
    for number in ("one", "two"):
        call = {"name": "create_refund", "arguments": json.dumps({"order": "5117", "amount": 40, "currency": "USD"})}
        talk += [
            {"role": "assistant", "tool_calls": [{"id": number, "type": "function", "function": call}]},
            {
                "role": "tool",
                "tool_call_id": number,
                "content": json.dumps({"refund_id": f"re_{number}", "status": "ok"}),
            },
        ]
    talk.append({"role": "assistant", "content": said[1]})
    (tmp_path / "talk.json").write_text(json.dumps({"messages": talk}), "utf-8")
    (report,) = Batch(paths=[tmp_path]).runs()
    (claim,) = report.claims.values()
    assert (claim.kind, claim.args["count"]) == ("refund", 1)
    assert [effect.kind for effect in report.effects.values()] == ["refund", "refund"]
    assert [finding.code for finding in report.discrepancies.values()] == ["duplicate"]
