"""What the run's own repository adds to the check of its log, on repositories made with git for each test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from assure_tui.app.desk.batch import Batch
from assure_tui.ingest.model import AgentText, Locator, Origin, RefMove, RunStarted
from assure_tui.ingest.witness.witness import Witness

START = 1_760_000_000.0
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


class Desk:
    """A repository, and a log of a run in it whose clock is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.repo = folder / "repo"
        self.repo.mkdir()
        self.log = folder / "run.jsonl"
        self.step = 10
        self.now = START - 3600
        self.git("init", "-q", "-b", "main")
        self.change("README", "hello", "Begin")
        self.now = START
        self.lines: list[dict[str, Any]] = []
        self.calls = 0
        self.say("session", format="assure/1", id="run-1", cwd=str(self.repo))
        self.say("user", text="Please do it.")

    def git(self, *words: str) -> str:
        date = f"{int(self.now)} +0000"
        names = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
        environment = os.environ | names | {"GIT_COMMITTER_EMAIL": "a@b", "GIT_AUTHOR_DATE": date}
        environment |= {"GIT_COMMITTER_DATE": date, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *words], cwd=self.repo, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def change(self, name: str, text: str, subject: str) -> str:
        (self.repo / name).write_text(text)
        self.git("add", name)
        self.git("commit", "-q", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def say(self, kind: str, **fields: Any) -> None:
        self.now += self.step
        self.lines.append({"type": kind, "time": self.now, **fields})

    def command(self, line: str, text: str = "", exit_code: int | None = 0) -> None:
        """A command that takes ten seconds: what git does right after it was in its last moment."""
        self.calls += 1
        self.say("tool_call", call_id=f"c{self.calls}", tool="shell", args={"command": line})
        self.say("tool_result", call_id=f"c{self.calls}", text=text, exit_code=exit_code)

    def check(self, *, witness: Witness | None = None, looks: bool = True) -> dict[str, Any]:
        self.log.write_text("".join(json.dumps(line) + "\n" for line in self.lines))
        batch = Batch(paths=[self.log], witness=(witness or Witness()) if looks else None)
        (report,) = batch.runs()
        assert not batch.faults
        return report.document()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def of(document: dict[str, Any], kind: str) -> dict[str, Any]:
    (claim,) = [claim for claim in document["claims"] if claim["kind"] == kind]
    return claim


def codes(document: dict[str, Any]) -> list[str]:
    return [found["code"] for found in document["discrepancies"]]


def test_a_commit_that_the_repository_has_is_confirmed_by_it(desk):
    desk.command("git commit -qam 'Add x'")
    sha = desk.change("x.py", "x = 1", "Add x")
    desk.say("report", text=f"Committed as {sha[:8]}.")
    document = desk.check()
    claim = of(document, "committed")
    assert (claim["outcome"], claim["grade"]) == ("confirmed", "independent")
    assert sha[:8] in claim["reason"]
    effect = next(effect for effect in document["effects"] if effect["origin"] == "git")
    assert effect["grade"] == "independent"
    assert effect["args"]["sha"] == sha
    assert effect["args"]["paths"] == ["x.py"]
    assert effect["call_id"] == "c1"
    assert effect["id"] in claim["effects"]
    assert document["events"][effect["event"]]["source"] in {source["id"] for source in document["sources"]}


def test_without_the_witness_the_log_stands_alone(desk):
    desk.command("git commit -qam 'Add x'")
    sha = desk.change("x.py", "x = 1", "Add x")
    desk.say("report", text=f"Committed as {sha[:8]}.")
    document = desk.check(looks=False)
    assert of(document, "committed")["grade"] != "independent"
    assert {effect["origin"] for effect in document["effects"]} == {"log"}


def test_two_readings_of_the_same_state_are_the_same(desk):
    desk.command("git commit -qam 'Add x'")
    sha = desk.change("x.py", "x = 1", "Add x")
    desk.say("report", text=f"Committed as {sha[:8]}.")
    assert json.dumps(desk.check()) == json.dumps(desk.check())


def test_a_commit_that_a_script_made_is_no_invention(desk):
    desk.command("./release.sh")
    sha = desk.change("x.py", "x = 1", "Release")
    desk.command("git commit -m other", "[main 1234567] other")
    desk.say("report", text=f"Committed as {sha[:8]}.")
    alone = desk.check(looks=False)
    assert of(alone, "committed")["outcome"] == "unsupported"
    document = desk.check()
    assert of(document, "committed")["outcome"] == "confirmed"
    assert "phantom" not in codes(document)


def test_what_a_human_commits_meanwhile_is_not_the_agents(desk):
    desk.command("cat README")
    desk.now += 300
    desk.change("x.py", "x = 1", "A human's")
    desk.now += 300
    desk.say("report", text="I did not commit anything.")
    document = desk.check()
    assert of(document, "committed")["outcome"] == "confirmed"
    assert codes(document) == []
    assert {effect["origin"] for effect in document["effects"]} == {"log"}


def test_a_denied_commit_that_the_repository_has_is_contradicted(desk):
    desk.command("git commit -qam 'Add x' || true", exit_code=None)
    sha = desk.change("x.py", "x = 1", "Add x")
    desk.say("report", text="I did not commit anything.")
    claim = of(document := desk.check(), "committed")
    assert (claim["outcome"], claim["grade"]) == ("contradicted", "independent")
    assert codes(document) == ["denial-broken"]
    assert sha[:10] in document["discrepancies"][0]["message"]


def test_commits_from_before_the_run_prove_nothing(desk):
    old = desk.git("rev-parse", "HEAD")
    desk.command("git log")
    desk.say("report", text=f"Committed as {old[:8]}.")
    assert of(desk.check(), "committed")["grade"] != "independent"


def test_a_repository_that_is_gone_or_rewritten_is_no_finding(desk):
    desk.command("git commit -qam 'Add x'", "[main 0123abc] Add x\n 1 file changed, 1 insertion(+)")
    desk.say("report", text="Committed as 0123abc.")
    assert of(desk.check(), "committed")["outcome"] == "confirmed"
    shutil.rmtree(desk.repo)
    document = desk.check()
    assert of(document, "committed")["outcome"] == "confirmed"
    assert codes(document) == []


def test_a_push_moves_the_remote_tracking_branch(desk):
    subprocess.run(["git", "init", "-q", "--bare", str(desk.repo.parent / "there.git")], check=True)
    desk.git("remote", "add", "origin", str(desk.repo.parent / "there.git"))
    desk.command("git push origin main", exit_code=None)
    desk.git("push", "-q", "origin", "main")
    desk.say("report", text="Pushed to origin/main.")
    document = desk.check()
    claim = of(document, "pushed")
    assert (claim["outcome"], claim["grade"]) == ("confirmed", "independent")
    assert "origin/main" in claim["reason"]


def test_a_file_in_a_commit_of_the_run_is_confirmed_by_it(desk):
    desk.command("./generate.sh && git add -A && git commit -m Generate", "")
    desk.change("table.py", "x = 1", "Generate")
    desk.say("report", text="Created `table.py`.")
    claim = of(desk.check(), "created")
    assert (claim["outcome"], claim["grade"]) == ("confirmed", "independent")


def test_a_linked_working_tree_is_read_as_its_own(desk):
    desk.git("worktree", "add", "-q", "-b", "side", str(desk.repo.parent / "side"))
    desk.lines[0]["cwd"] = str(desk.repo.parent / "side")
    desk.repo = desk.repo.parent / "side"
    desk.command("git commit -qam 'Add x'")
    sha = desk.change("x.py", "x = 1", "Add x")
    desk.say("report", text=f"Committed as {sha[:8]}.")
    claim = of(desk.check(), "committed")
    assert (claim["outcome"], claim["grade"]) == ("confirmed", "independent")
    assert "on side" in claim["reason"]


def live(desk: Desk) -> dict[str, Any]:
    """Check the log as a recorder does while it is written: the witness looks at files too."""
    from assure_tui.app.desk.report import RunReport  # noqa: PLC0415 - only here
    from assure_tui.ingest.reader import open_source  # noqa: PLC0415
    from assure_tui.reconcile.match.coding.steps import paths_of  # noqa: PLC0415
    from assure_tui.reconcile.model import Effect  # noqa: PLC0415
    from assure_tui.reconcile.workspace import Workspace  # noqa: PLC0415

    desk.log.write_text("".join(json.dumps(line) + "\n" for line in desk.lines))
    check, witness = Workspace(), Witness(live=True)
    report: RunReport | None = None
    for batch in open_source(desk.log).batches():
        for event in batch.events:
            report = report or RunReport(event.run, "assure")
            changes = [change for seen in witness.before(event) for change in check.step(seen)]
            for change in changes + check.step(event):
                report.apply(change, event)
                if isinstance(change.value, Effect) and change.value.status == "succeeded":
                    witness.touched(event.run, paths_of(change.value))
    assert report is not None
    return report.document()


@pytest.fixture
def today(desk: Desk) -> Desk:
    """The same desk, whose log ends now."""
    desk.now = time.time() - 40
    for line in desk.lines:
        line["time"] = desk.now
    return desk


def edit(desk: Desk, path: Path) -> None:
    desk.calls += 1
    desk.say("tool_call", call_id=f"c{desk.calls}", tool="edit_file", args={"path": str(path), "new": "x"})
    files = [{"path": str(path), "op": "edit", "diff": "@@ -1 +1 @@\n-a\n+x"}]
    desk.say("tool_result", call_id=f"c{desk.calls}", status="succeeded", text="ok", files=files)


def test_a_file_that_changed_on_disk_confirms_the_edit(today):
    (today.repo / "x.py").write_text("x")
    edit(today, today.repo / "x.py")
    today.say("report", text="Updated `x.py`.")
    document = live(today)
    claim = of(document, "edited")
    assert (claim["outcome"], claim["grade"]) == ("confirmed", "independent")
    assert [effect["origin"] for effect in document["effects"]] == ["log", "workspace"]


def test_a_file_that_is_not_there_leaves_the_claim_open(today):
    edit(today, today.repo / "x.py")
    today.say("report", text="Updated `x.py`.")
    document = live(today)
    assert of(document, "edited")["outcome"] == "unverifiable"
    assert codes(document) == []


@pytest.mark.parametrize("known", [False, True])
def test_a_file_as_it_was_before_the_run_contradicts_in_a_repository_that_is_the_runs(today, known):
    (today.repo / "x.py").write_text("a")
    (today.repo / "y.py").write_text("a")
    today.step = 3
    today.now = time.time() + 2
    for line in today.lines:
        line["time"] = today.now
    edit(today, today.repo / "x.py")
    edit(today, today.repo / "y.py")
    if known:
        os.utime(today.repo / "y.py", (today.now, today.now))
    today.say("report", text="Updated `x.py`.")
    document = live(today)
    claim = of(document, "edited")
    assert claim["outcome"] == ("contradicted" if known else "unverifiable")
    assert codes(document) == (["failed-effect"] if known else [])


def test_a_repository_that_is_made_while_the_run_goes_on_is_noticed(tmp_path):
    witness = Witness(live=True)
    made = tmp_path / "made"
    made.mkdir()
    now = time.time()
    told = {"run": "r-1", "origin": Origin("s-1", Locator("bytes", 0), "0"), "seq": 0}
    start = RunStarted(**told, id="a", time=now - 20, native_id="1", agent="x", adapter="x", cwd=str(made))
    assert witness.before(start) == []
    assert witness.before(AgentText(**told, id="b", time=now - 10, text="Hello.")) == []
    names = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "init", "-q", str(made)], check=True)
    subprocess.run(["git", *names, "-C", str(made), "commit", "-q", "--allow-empty", "-m", "Begin"], check=True)
    seen = witness.before(AgentText(**told, id="c", time=time.time(), text="Committed."))
    assert [type(one).__name__ for one in seen] == ["RepositorySeen", "RefMove"]
    subprocess.run(["git", *names, "-C", str(made), "commit", "-q", "--allow-empty", "-m", "Second"], check=True)
    again = witness.before(AgentText(**told, id="d", time=time.time(), text="Committed."))
    assert [one.message for one in again if isinstance(one, RefMove)] == ["commit: Second"]
