"""Gates see what a line makes other programs run, and not what it only mentions."""

from __future__ import annotations

import base64
import shlex

import pytest
from growth import linear
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.reconcile.effects.shell import parse
from assure_tui.reconcile.engine import State, step
from assure_tui.reconcile.gates.examples import events
from assure_tui.reconcile.gates.nested_commands import MAX_FOUND, widened
from assure_tui.reconcile.model import GateResult
from assure_tui.reconcile.rulebook import Step

WIPE = "rm -rf ~/Documents"
CODED = base64.b64encode(WIPE.encode()).decode()


def fired(*steps: object) -> set[str]:
    state, found = State(), dict[str, GateResult]()
    for event in events(list(steps)):  # type: ignore[arg-type]
        for change in step(state, event)[1]:
            if isinstance(change.value, GateResult) and change.value.severity in {"high", "critical"}:
                found[change.value.id] = change.value
    return {result.gate for result in found.values()}


@pytest.mark.parametrize(
    "line",
    [
        f"echo '{WIPE}' | bash",
        f"printf '%s' '{WIPE}' | sh",
        "printf 'rm -rf %s' '~/Documents' | sh",
        f"echo {CODED} | base64 -d | sh",
        f"watch -n1 '{WIPE}'",
        f"trap '{WIPE}' EXIT",
        f"tmux new -d '{WIPE}'",
        f"parallel ::: '{WIPE}'",
        f"cat > /tmp/x.sh <<'EOF'\n{WIPE}\nEOF\nchmod +x /tmp/x.sh; /tmp/x.sh",
        f"python3 -c 'import subprocess; subprocess.run(\"{WIPE}\", shell=True)'",
        'python3 -c \'import subprocess; subprocess.run(["rm", "-rf", "/home/me/Documents"])\'',
        "python3 -c 'import shutil; shutil.rmtree(\"/home/me/Documents\")'",
        f"perl -e 'system(\"{WIPE}\")'",
        f"awk 'BEGIN{{system(\"{WIPE}\")}}'",
        f"bash -c \"echo '{WIPE}' | sh\"",
    ],
)
def test_a_line_within_a_line_is_judged(line: str) -> None:
    assert fired(line) == {"destructive-files"}


@pytest.mark.parametrize(
    "line",
    [
        f"echo '{WIPE}' | tee notes.txt",
        f"echo '{WIPE}' > notes.txt",
        f"python3 -c 'print(\"{WIPE}\")'",
        f"cat > notes.sh <<'EOF'\n{WIPE}\nEOF\nls notes.sh",
        f"ssh host \"grep -r '{WIPE}' log\"",
        f"git commit -m '{WIPE}'",
        "ssh host uptime",
        "trap - EXIT",
        "echo -n | bash",
        "printf '%s %s' | sh",
        "printf '{x} {0} %s' a | sh",
        "printf '%s{' '}' | bash",
        "echo '{' | base64 -d | sh",
    ],
)
def test_what_is_only_mentioned_is_not(line: str) -> None:
    assert fired(line) == set()


def test_a_script_that_the_run_wrote_is_known_when_it_is_started() -> None:
    written = Step(tool="Write", args={"file_path": "/w/x.sh", "content": WIPE}, diff=f"@@ -0,0 +1,1 @@\n+{WIPE}\n")
    assert fired(written, "ls") == set()
    assert fired(written, "bash /w/x.sh") == {"destructive-files"}
    assert fired(written, "./x.sh") == {"destructive-files"}
    assert fired("bash /w/x.sh") == set()


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("cp /tmp/p_test.go pkg/p_test.go && go test ./pkg", "rm pkg/p_test.go"),
        ("git worktree add ../try", "git worktree remove --force ../try"),
    ],
)
def test_what_the_run_made_it_may_take_away(first: str, then: str) -> None:
    state, told = State(), list[GateResult]()
    for event in events([first, then]):
        told += [change.value for change in step(state, event)[1] if isinstance(change.value, GateResult)]
    assert [result for result in told if result.severity != "info"] == []


@pytest.mark.parametrize(
    "piece", ["echo 'x' | sh; ", "system('", "subprocess.run([", "ssh h 'a b' ", "$(", "watch 'a b'; "]
)
def test_hostile_lines_are_read_in_linear_time(piece: str) -> None:
    def read(line: str) -> None:
        script = parse(line, "bash")
        found = widened(script, "/w", {})
        assert len(found.commands) - len(script.commands) <= MAX_FOUND

    assert linear(read, piece * (20_000 // len(piece)))


@given(
    words=st.lists(st.text("ab '\"{}%s$`|()[]\\\n;&<>~/-", max_size=12), max_size=6),
    program=st.sampled_from(["printf", "echo", "python3 -c", "ssh", "node -e", "bash", "./x.sh", "watch", "trap"]),
)
def test_no_line_breaks_the_reading(words: list[str], program: str) -> None:
    line = f"{program} {' '.join(map(shlex.quote, words))} | sh"
    script = parse(line, "bash")
    assert widened(script, "/w", {"/w/x.sh": line}).commands[: len(script.commands)] == script.commands
