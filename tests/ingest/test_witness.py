"""Repositories that somebody hostile may have made: nothing of them is run, nothing outside them is read."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.ingest.model import AgentText, Locator, Origin, RefMove, RepositorySeen, RunStarted
from assure_tui.ingest.witness import reflog
from assure_tui.ingest.witness.disk import look
from assure_tui.ingest.witness.objects import read_commits
from assure_tui.ingest.witness.place import locate
from assure_tui.ingest.witness.witness import Witness

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
NONE = "0" * 40


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.txt").write_text("a")
    git(folder, "add", "a.txt")
    git(folder, "commit", "-q", "-m", "Begin")
    return folder


def git(folder: Path, *words: str) -> str:
    names = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = os.environ | names | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_repository_is_found_from_any_folder_in_it(repo):
    (repo / "a" / "b").mkdir(parents=True)
    place = locate(str(repo / "a" / "b"))
    assert place is not None
    assert place.root == repo


@pytest.mark.parametrize(
    "cwd", ["", "relative", "//host/share", "\\\\host\\share", "/nowhere/at/all", "/x\0y", "/" * 9000]
)
def test_a_working_directory_that_is_none_gives_nothing(cwd):
    assert locate(cwd) is None


def test_a_git_folder_that_is_a_link_is_not_followed(repo, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").symlink_to(repo / ".git")
    assert locate(str(other)) is None


def test_a_folder_that_claims_to_be_a_working_tree_of_another_repository_is_not_believed(repo, tmp_path):
    git(repo, "worktree", "add", "-q", str(tmp_path / "side"))
    assert locate(str(tmp_path / "side")) is not None
    thief = tmp_path / "thief"
    thief.mkdir()
    (thief / ".git").write_text(f"gitdir: {repo}/.git/worktrees/side\n")
    assert locate(str(thief)) is None
    (thief / ".git").write_text(f"gitdir: {repo}/.git\n")
    assert locate(str(thief)) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_and_links_in_the_place_of_reflogs_are_left_out(repo, tmp_path):
    head = repo / ".git" / "logs" / "HEAD"
    secret = tmp_path / "secret"
    secret.write_bytes(head.read_bytes())
    head.unlink()
    head.symlink_to(secret)
    os.mkfifo(repo / ".git" / "logs" / "refs" / "heads" / "pipe")
    place = locate(str(repo))
    assert place is not None
    assert {move.ref for move in reflog.read(place).moves} == {"refs/heads/main"}
    assert reflog.read(place).since is None


def test_nothing_that_the_repository_names_is_run(repo, tmp_path):
    mark = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    script.chmod(0o755)
    sha = git(repo, "rev-parse", "HEAD")
    (repo / ".gitattributes").write_text("* diff=evil filter=evil\n")
    (repo / ".git" / "info" / "attributes").write_text("* diff=evil filter=evil\n")
    with (repo / ".git" / "config").open("a") as config:
        config.write(
            f"[core]\n\tfsmonitor = {script}\n\thooksPath = {tmp_path}\n\tpager = {script}\n\tsshCommand = {script}\n"
            f"\talternateRefsCommand = {script}\n\tgitProxy = {script}\n[alias]\n\tdiff-tree = !{script}\n"
            f'[diff]\n\texternal = {script}\n[diff "evil"]\n\tcommand = {script}\n\ttextconv = {script}\n'
            f'[filter "evil"]\n\tclean = {script}\n\tsmudge = {script}\n\tprocess = {script}\n'
            f"[gpg]\n\tprogram = {script}\n[log]\n\tshowSignature = true\n[extensions]\n\tpartialClone = evil\n"
            f'[remote "evil"]\n\turl = ext::{script}\n\tpromisor = true\n\tuploadpack = {script}\n'
        )
    found = read_commits(repo / ".git" / "objects", [sha, "1" * 40])
    assert found[sha].files == (("A", "a.txt"),)
    assert set(found) == {sha}
    assert not mark.exists()


def test_a_repository_is_left_as_it_is(repo):
    def state() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in sorted((repo / ".git").rglob("*"))}

    before = state()
    place = locate(str(repo))
    assert place is not None
    names = [move.new for move in reflog.read(place).moves]
    assert read_commits(place.objects, names)
    assert state() == before


def test_commits_are_read_from_packs_and_merges_count_against_their_first_parent(repo):
    git(repo, "checkout", "-q", "-b", "side")
    (repo / "b c\n.txt").write_text("b")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "Side")
    git(repo, "checkout", "-q", "main")
    (repo / "a.txt").unlink()
    git(repo, "commit", "-q", "-a", "-m", "Remove")
    git(repo, "merge", "-q", "--no-edit", "side")
    git(repo, "gc", "-q")
    names = git(repo, "rev-list", "main").split()
    found = read_commits(repo / ".git" / "objects", [*names, NONE, "-x", "--output=/tmp/x"])
    assert set(found) == set(names)
    assert found[names[0]].files == (("A", "b c\n.txt"),)
    assert len(found[names[0]].parents) == 2
    assert {found[name].files for name in names[1:]} == {(("A", "b c\n.txt"),), (("D", "a.txt"),), (("A", "a.txt"),)}


def test_objects_that_are_borrowed_from_elsewhere_are_not_read(repo, tmp_path):
    sha = git(repo, "rev-parse", "HEAD")
    (repo / ".git" / "objects" / "info" / "alternates").write_text(str(tmp_path))
    assert read_commits(repo / ".git" / "objects", [sha]) == {}


def test_ids_of_sha256_repositories_are_read(tmp_path):
    git(tmp_path, "init", "-q", "--object-format=sha256", "-b", "main")
    (tmp_path / "a").write_text("a")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-q", "-m", "Begin")
    place = locate(str(tmp_path))
    assert place is not None
    (move,) = reflog.read(place).moves
    assert len(move.new) == 64
    assert read_commits(place.objects, [move.new])[move.new].files == (("A", "a"),)


def test_moves_are_given_once_in_the_order_of_time(repo):
    git(repo, "commit", "-q", "--allow-empty", "-m", "Second: with a colon\tand a tab")
    place = locate(str(repo))
    assert place is not None
    logs = reflog.read(place)
    assert [move.ref for move in logs.moves] == ["refs/heads/main"] * 2
    assert logs.moves[1].old == logs.moves[0].new
    assert logs.moves[1].message.startswith("commit: Second: with a colon")
    assert logs.since == 0.0


def test_a_reflog_without_its_beginning_is_not_whole(repo):
    git(repo, "commit", "-q", "--allow-empty", "-m", "Second")
    head = repo / ".git" / "logs" / "HEAD"
    head.write_bytes(head.read_bytes().split(b"\n", 1)[1])
    place = locate(str(repo))
    assert place is not None
    assert reflog.read(place).since


@given(st.binary(max_size=400))
def test_damage_in_a_reflog_is_no_move_and_no_error(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp() / "damaged"
    for name in ("objects", "logs"):
        (folder / ".git" / name).mkdir(parents=True, exist_ok=True)
    good = f"{NONE} {'1' * 40} a <b> 1700000000 +0000\tcommit: x\n".encode()
    (folder / ".git" / "logs" / "HEAD").write_bytes(good + data.replace(b"0000 ", b""))
    place = locate(str(folder))
    assert place is not None
    assert [move.new for move in reflog.read(place).moves][:1] == ["1" * 40]


def test_files_outside_the_working_tree_are_not_looked_at(repo, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s")
    (repo / "out").symlink_to(tmp_path)
    (repo / "link").symlink_to(secret)
    now = time.time()
    assert look("r", repo, str(secret), now) is None
    assert look("r", repo, str(repo / "out" / "secret"), now) is None
    assert look("r", repo, str(repo / ".." / "secret"), now) is None
    assert look("r", repo, str(repo / ".git" / "config"), now) is None
    linked = look("r", repo, str(repo / "link"), now)
    assert linked is not None
    assert linked.sha256 is None
    seen = look("r", repo, str(repo / "a.txt"), now)
    assert seen is not None
    assert seen.exists
    assert seen.sha256 is not None
    gone = look("r", repo, str(repo / "b.txt"), now)
    assert gone is not None
    assert not gone.exists


def test_a_run_that_speaks_in_two_folders_of_a_repository_is_told_of_it_once(repo):
    (repo / "sub").mkdir()
    now, seen = time.time(), Witness(live=True)
    at = {"run": "r", "origin": Origin(source="s", at=Locator("item", 0), sha256="0" * 64)}
    for number, folder in enumerate((repo, repo / "sub")):
        started = RunStarted(
            **at, id=f"{number}", seq=number, time=now - 5, native_id="r", agent="a", adapter="x", cwd=str(folder)
        )
        assert seen.before(started) == []
    first, again = (AgentText(**at, id=f"t{n}", seq=n, time=now + n, text="Committed.") for n in (2, 3))
    shown = seen.before(first)
    assert [type(one) for one in shown] == [RepositorySeen, RefMove]
    assert shown[1].new == git(repo, "rev-parse", "HEAD")
    assert seen.before(again) == []
    assert [source.id for source in seen.sources("r")] == [shown[1].origin.source]
    seen.forget("r")
    assert seen.sources("r") == []


def test_a_repository_with_more_reflogs_than_are_read_is_not_whole(repo, monkeypatch):
    place = locate(str(repo))
    assert place is not None
    size = (repo / ".git" / "logs" / "HEAD").stat().st_size
    monkeypatch.setattr(reflog, "MAX_ALL_BYTES", size)
    logs = reflog.read(place)
    assert [move.ref for move in logs.moves] == ["HEAD"]
    assert logs.since is None
