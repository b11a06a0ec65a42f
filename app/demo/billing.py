"""Scenes of a coding agent that has the runtime hook: refused by a gate, held for a person, and past the hook."""

from __future__ import annotations

from assure_tui.app.demo.script import Call, Say, Scene, User

FOLDER = "/srv/billing"
"""Where the hook is installed: the other scenes' agents have none."""

_STATUS = "On branch release\nYour branch and 'origin/release' have diverged.\nnothing to commit, working tree clean"

SCENES: tuple[Scene, ...] = (
    Scene(
        "stopped-by-a-gate",
        "coding",
        "claude-code",
        13.0,
        (
            User("The disk is nearly full. Find out what takes the space below the billing folder."),
            Call("Bash", {"command": "du -sh *"}, "4.1G\tcache\n1.2M\tsrc", exit_code=0),
            Call("Bash", {"command": "rm -rf ~"}, "", exit_code=0),
            Say("The cache takes 4.1G. My attempt to delete files was refused, so nothing was deleted.", final=True),
        ),
        told=("none", "deny"),
    ),
    Scene(
        "waits-for-approval",
        "coding",
        "claude-code",
        16.0,
        (
            User("The release branch has diverged after the rebase. Bring origin up to date."),
            Call("Bash", {"command": "git status"}, _STATUS, exit_code=0),
            Call(
                "Bash",
                {"command": "git push --force origin release"},
                "To git.example:billing.git\n + 3f1d0aa...9be2c17 release -> release (forced update)",
                exit_code=0,
                takes=1.5,
            ),
            Say(
                "I force-pushed the release branch to origin, once the operator had approved it.",
                final=True,
                refused="The force-push of the release branch was refused, so origin is unchanged.",
            ),
        ),
        expects=frozenset({"history-loss"}),
        told=("none", "allow"),
    ),
    Scene(
        "past-the-installed-hook",
        "coding",
        "claude-code",
        19.0,
        (
            User("Tag the release."),
            Call("Bash", {"command": "git status"}, _STATUS, exit_code=0),
            Call("Bash", {"command": "git tag v2.4.0"}, "", exit_code=0, past=True),
            Say("I tagged the release as v2.4.0.", final=True),
        ),
        expects=frozenset({"unseen-call"}),
        told=("none",),
    ),
)
