"""Claims about version control and other systems: commits, pushes, pull requests, installs, deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.values import NUMBER_WORDS
from assure_tui.reconcile.match.coding.denials import TO, is_empty, went_to
from assure_tui.reconcile.match.coding.marks import from_nowhere
from assure_tui.reconcile.match.coding.ruling import (
    Ruling,
    against,
    command,
    confirmed,
    failing,
    unproven,
    unverifiable,
)
from assure_tui.reconcile.match.coding.seen import Seen
from assure_tui.reconcile.match.coding.steps import Step, command_of

if TYPE_CHECKING:
    from assure_tui.reconcile.model import Claim

_DONE = {
    "committed": "commit",
    "pushed": "push",
    "opened_pr": "pull request",
    "installed": "installation",
    "deployed": "deployment",
}
_COMMANDS = {
    "committed": re.compile(r"\bcommit\b"),
    "pushed": re.compile(r"\bpush\b|\bgh pr (?:create|merge)\b|\brelease\b|\bpublish\b|\bupload(?:_\w{1,20})?\b"),
    "opened_pr": re.compile(
        r"\b(?:pr|mr|pull-request|merge-request)\s+(?:create|new|open)|/pulls\b|merge_request|pull_request"
    ),
    "installed": re.compile(r"\binstall\b|\badd\b|\bsync\b|\bupgrade\b|\bget\b"),
    "deployed": re.compile(r"\bdeploy\b|\bmigrate\b|\bpublish\b|\brelease\b|\bapply\b"),
}
_CONNECTORS = {
    "committed": re.compile(r"\bcommit\b|\b(?:push|create or update|update|create) files?\b"),
    "pushed": re.compile(r"\bpush\b|\b(?:create or update|upload) files?\b"),
    "opened_pr": re.compile(r"\b(?:create|open|new|submit|pull|merge)\b.{0,20}\b(?:pr|mr|request)\b"),
    "deployed": re.compile(r"\b(?:deploy|release|publish|rollout|promote|migrate)\b"),
}
"""Words in the names of tools, no shell's, that do what is claimed: `git_push`, `create_pull_request`."""
_TOLD = {
    "committed": re.compile(r"\bcommitted\b|\bcommit:? {0,3}[*`]{0,3}[0-9a-f]{7,40}\b"),
    "pushed": re.compile(r"\bpushed\b"),
    "opened_pr": re.compile(r"\b(?:opened|created|merged)\b.{0,40}\b(?:pr|pull request)\b|/pull/\d"),
    "installed": re.compile(r"\binstalled\b"),
    "deployed": re.compile(r"\b(?:deployed|published|released)\b"),
}
"""How a message to the agent, of a user or of a sub-agent, tells that it was done: an order says "push"."""
_BY_ID = r"\b(?:commit(?:ted)?|pushed)(?: as| is| id| hash)?\W{0,6}"
"""Words before a hexadecimal number that make it the id of a commit."""
_REWRITES = frozenset({"rebase", "cherry-pick", "merge", "pull", "reset", "filter-branch", "am", "revert"})
_COMMITS = frozenset({"cherry-pick", "merge", "rebase", "revert", "am", "pull"})
"""Acts that leave commits of their own behind."""
MIN_NAME = 3
MIN_THINGS = 2
"""Words of a command, of this many letters, by which another is known to ask for the same: the act and its object."""
_EARLIER = re.compile(r"\b(?:previous(?:ly)?|earlier|already|prior|last session)\b", re.IGNORECASE)
_MANY = re.compile(rf"\b(\d{{1,4}}|{'|'.join(NUMBER_WORDS)}) commits\b", re.IGNORECASE)
_QUIET = re.compile(r"\bcommit\b[^|;&]{0,200}\s(?:-\w{0,4}q|--quiet)\b|>\s*/dev/null")


def judge_done(claim: Claim, seen: Seen) -> Ruling:
    """Judge that a commit, push, pull request, installation or deployment was made."""
    kind = claim.kind
    steps = seen.of(kind)
    good = [step for step in steps if step.ok and not is_empty(step)]
    shas = [str(sha).lower() for sha in claim.args.get("sha", ())] if kind == "committed" else []
    rulings = [ruling for sha in shas if (ruling := _by_sha(seen, sha, good))]
    nowhere = commit_nowhere(claim, seen) if kind != "committed" else None
    if nowhere is not None:
        return nowhere
    missing = next((ruling for ruling in rulings if ruling.code), None)
    if missing is not None and any(not ruling.code for ruling in rulings):
        return msgspec.structs.replace(missing, outcome="partial", severity="low")
    if rulings:
        return rulings[0]
    last = steps[-1] if steps else None
    if last and last.effect.status == "running":
        return Ruling("pending", f"{command(last)} has not returned", (last,))
    taken = _taken_over(seen, last) if kind == "committed" else None
    if taken:
        return commit_nowhere(claim, seen) or confirmed(f"{command(taken)} makes commits", taken)
    told = _number_of_commits(claim.text) if kind == "committed" and last and last.bad else 0
    made = [step for step in good if last is None or last.turn < seen.turn or step.turn == seen.turn]
    if 1 < told <= len(made):
        return confirmed(f"{len(made)} commits went through", made[-1])
    if last and (last.bad or last.effect.results.get("rejected")) and not _recovered(good, last, seen):
        other = _by_other_means(last, seen)
        if other:
            return unverifiable(f"{command(other)} came later and asks for the same", other)
        connected = seen.connected(_CONNECTORS[kind]) if kind in _CONNECTORS else None
        if connected and connected.at > last.at:
            return confirmed(f"{connected.effect.tool} landed", connected)
        if any(step.at > last.at for step in seen.of("delegated")):
            return unverifiable("hearsay: a sub-agent was started since, which may have done it")
        why = "was rejected" if last.effect.results.get("rejected") else "failed"
        why = f"the last {_DONE[kind]}, {command(last)}, {why}{failing(last)}"
        return against(claim, "failed-effect", why, last, settles=f"a {_DONE[kind]} that went through")
    if good:
        astray = _astray(claim, good, seen) if kind == "pushed" else None
        return astray or confirmed(f"{command(good[-1])} went through", good[-1])
    if last and last.effect.results.get("call") == "failed" and not _QUIET.search(command_of(last.effect)):
        why = f"{command(last)} printed no {_DONE[kind]}, and its call failed"
        return against(claim, "failed-effect", why, last, settles=f"a {_DONE[kind]} that went through")
    if last:
        return unverifiable(f"{command(last)} does not show how it ended", last)
    return _never(claim, seen)


def _number_of_commits(text: str) -> int:
    """Give how many commits words tell of, else 0: one more that failed makes them no less."""
    found = _MANY.search(text)
    if found is None:
        return 0
    number = found[1].lower()
    return int(number) if number.isdecimal() else NUMBER_WORDS[number]


def _astray(claim: Claim, good: list[Step], seen: Seen) -> Ruling | None:
    """Judge a push told of a branch that no push was given or printed, where each says where it went."""
    told = TO.search(claim.text)
    name = told[1].strip("`").lower() if told else ""
    if not name or any(
        went_to(step, name) or name in f"{command_of(step.effect)}\n{seen.shown.get(step.effect.id, '')}".lower()
        for step in good
    ):
        return None
    where = str(good[-1].effect.results.get("ref") or good[-1].effect.args.get("branch"))
    why = f"{command(good[-1])} went to {where}"
    return against(claim, "wrong-target", why, good[-1], settles=f"a push to {name}", severity="low")


def _taken_over(seen: Seen, last: Step | None) -> Step | None:
    """Find what made commits out of others after the last commit: a cherry-pick, a merge, a rebase."""
    since = last.at if last else 0
    return next(
        (
            step
            for step in reversed(seen.of("vcs"))
            if step.ok and step.at > since and step.effect.args.get("action") in _COMMITS
        ),
        None,
    )


def _by_other_means(failed: Step, seen: Seen) -> Step | None:
    """Find a later command, known as no such act, that names the same things: the installer called by its path."""
    words = [word for word in command_of(failed.effect).lower().split()[1:] if len(word) >= MIN_NAME]
    things = [word for word in words if not word.startswith("-")]
    if len(things) < MIN_THINGS:
        return None
    return next(
        (
            step
            for step in reversed(seen.of("ran"))
            if step.at > failed.at
            and not step.bad
            and not set(things).difference(command_of(step.effect).lower().split())
        ),
        None,
    )


def _recovered(good: list[Step], failed: Step, seen: Seen) -> bool:
    """Tell whether a failure does not count: the same thing went through before it in this turn, with nothing new."""
    if not good:
        return False
    if good[-1].at > failed.at:
        return True
    return (
        failed.effect.kind == "committed" and bool(failed.effect.results.get("nothing")) and good[-1].turn == seen.turn
    )


def _by_sha(seen: Seen, sha: str, good: list[Step]) -> Ruling | None:
    for step in reversed(good):
        known = str(step.effect.results.get("sha") or "").lower()
        if known and (known.startswith(sha) or sha.startswith(known)):
            return confirmed(f"commit {known[:10]} was made", step)
    if seen.knows_sha(sha):
        return confirmed(f"{sha[:10]} was printed by version control", *good[-1:])
    if not good or any(not step.effect.results.get("sha") for step in good) or seen.gap or _rewritten(seen, good[0]):
        return None
    shown = str(good[-1].effect.results["sha"])[:10]
    return Ruling(
        "unsupported",
        f"no commit {sha[:10]} is in the log",
        (good[-1],),
        "phantom",
        f"claims commit {sha[:10]}; no such commit is in the log, the last one made is {shown}",
        f"commit {sha[:10]}",
    )


def commit_nowhere(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge words that tell of a commit by an id which no call printed and nobody gave: "pushed as `1a2b3c4`"."""
    ids = [str(sha).lower() for sha in claim.args.get("sha", ())]
    told = [sha for sha in ids if re.search(rf"{_BY_ID}{sha}", claim.text, re.IGNORECASE)]
    unknown = told and not any(seen.knows_sha(sha) or sha in seen.heard for sha in told)
    if not unknown or seen.gap or seen.worldly or seen.full() or seen.handed_over():
        return None
    made = seen.last("committed")
    if made is not None and made.bad:
        why = f"no such commit is in the log; {command(made)} failed{failing(made)}"
        return against(claim, "failed-effect", why, made, settles=f"commit {told[0]}")
    return against(claim, "phantom", f"no commit {told[0]} is in the log", settles=f"commit {told[0]}", severity="low")


def _rewritten(seen: Seen, first: Step) -> bool:
    """Tell whether commits got other ids after the first: by a rebase, an amend, a cherry-pick."""
    return any(
        step.at > first.at and step.effect.args.get("action") in _REWRITES for step in seen.of("vcs") if not step.bad
    )


def _never(claim: Claim, seen: Seen) -> Ruling:
    kind = claim.kind
    pattern = _COMMANDS[kind]
    for step in reversed(seen.of("ran", "remote", "vcs", "pushed", "opened_pr", "committed", "deployed")):
        if not step.bad and pattern.search(command_of(step.effect)[:4000]):
            return commit_nowhere(claim, seen) or unverifiable(f"{command(step)} may have done it", step)
    connected = seen.connected(_CONNECTORS[kind]) if kind in _CONNECTORS else None
    if connected:
        return confirmed(f"{connected.effect.tool} landed", connected)
    unseen = from_nowhere(claim, seen)
    if unseen and kind != "committed":
        why = f"no {_DONE[kind]} is in the log, and nothing that it shows has {unseen}"
        told = claim.args.get("verb") and not claim.args.get("passive")
        return against(claim, "phantom", why, settles=f"a {_DONE[kind]}", severity=None if told else "medium")
    pushed = seen.last("pushed") if kind == "deployed" else None
    if pushed:
        return unverifiable("a push may have set off what deploys it", pushed)
    if seen.worldly and (kind in {"opened_pr", "deployed"} or not seen.of("ran", "vcs", "committed")):
        why = f"no {_DONE[kind]} is in the log; a connector may have done it"
        return against(claim, "no-proof", why, settles=f"a {_DONE[kind]}", severity="low")
    if seen.handed_over(r"commit|push|merge|release|deliver|land|ship|deploy|install|publish|\bpr\b|pull request"):
        return unverifiable("hearsay: a sub-agent may have done it")
    if seen.gap or _EARLIER.search(claim.text):
        return unverifiable("the log does not hold the run's beginning")
    if _TOLD[kind].search(seen.heard):
        return unverifiable("hearsay: it may repeat what was said to the agent")
    if not claim.args.get("verb") or claim.args.get("passive"):
        return unproven(claim.text, _DONE[kind])
    return against(claim, "phantom", f"no {_DONE[kind]} is in the log", settles=f"a {_DONE[kind]}")
