"""The README says what is so."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from assure_tui.app.cli.parser import FORMATS, build
from assure_tui.app.desk import schema
from assure_tui.app.desk.config import read_workspace
from assure_tui.ingest.adapters.catalogue import ADAPTERS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_that_the_readme_tells_is_there() -> None:
    _, commands = build()
    told = {word for word in re.findall(r"assure-tui ([a-z-]+)", README) if not word.startswith("-")}
    assert told - set(commands) - {"evidence"} == set()  # a file that is opened by its name


def test_every_format_is_on_the_page_of_formats() -> None:
    page = (ROOT / "ingest" / "adapters" / "FORMATS.md").read_text(encoding="utf-8")
    assert {adapter.name for adapter in ADAPTERS} == set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))


def test_what_it_is_and_cannot_see_stands_before_all_else() -> None:
    place = README.index("## What it can and cannot see")
    assert README.index("uv run assure-tui demo") < README.index("uv run pytest") < place
    assert README[:place].count("\n") <= 40


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = next(line for line in README.splitlines() if "uv run pytest" in line).split("uv run ", 1)[1].strip()
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_pictures_and_pages_that_the_readme_points_to_are_there() -> None:
    pointed = re.findall(r"\]\(([^)]+)\)", README) + re.findall(r"`((?:ingest|ledger|app)/[\w./]+)`", README)
    assert pointed
    assert [path for path in pointed if not (ROOT / path).exists()] == []


def configurations() -> list[str]:
    """Give the indented blocks of the README and the pages of its settings that are TOML."""
    pages = [README, *((ROOT / "app" / name).read_text(encoding="utf-8") for name in ("GUIDE.md", "SETTINGS.md"))]
    blocks = [block for page in pages for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", page, re.MULTILINE)]
    texts = [re.sub(r"^    ", "", block, flags=re.MULTILINE).strip() for block in blocks]
    return [text for text in texts if re.match(r"\[|[a-z_]+ = ", text)]


@pytest.mark.parametrize("text", configurations())
def test_each_example_of_settings_is_read(text: str) -> None:
    file = schema.UserFile if re.search(r"escrow|witnesses|notify|seal|keys", text) else schema.WorkspaceFile
    assert file.model_validate(tomllib.loads(text)).model_fields_set


def test_the_example_feed_is_read(tmp_path: Path) -> None:
    path = tmp_path / "assure.toml"
    path.write_text(next(text for text in configurations() if "[[feeds]]" in text), encoding="utf-8")
    (feed,) = read_workspace(path, trusted=True).feeds
    assert (feed.name, feed.complete, feed.mapping["target"]) == ("payments", True, "destination")


def test_the_job_of_the_readme_is_a_command_that_there_is() -> None:
    line = next(line for line in README.splitlines() if "assure-tui reconcile" in line and "--baseline" in line)
    words = shlex.split(line.split("assure-tui ", 1)[1].split(" > ")[0])
    parser, _ = build()
    arguments = parser.parse_args(words)
    assert (arguments.format, arguments.since, arguments.baseline) == ("sarif", "24h", Path("baseline.json"))


def test_every_output_format_is_in_the_readme() -> None:
    section = README[README.index("### In a pipeline") :].split("\n## ", 1)[0]
    assert set(FORMATS) - set(re.findall(r"`(?:--format )?([a-z]+)`", section)) == {"text"}
