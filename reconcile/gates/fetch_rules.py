"""Gates over code off the network that is run unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.script import Simple
from assure_tui.reconcile.gates.rules import Hit, listed, members, quoted
from assure_tui.reconcile.model import Severity

_DATA = re.compile(r"\.(?:html?|json|xml|csv|txt|md|ya?ml|pdf|png|jpe?g|svg|gif)[\"']?$", re.IGNORECASE)
"""Endings of files that no interpreter runs."""
_ADDRESS = re.compile(r"https?://[^\s\"'`()<>|;]{1,500}")


def hits(commands: tuple[Simple, ...], at: int) -> Iterator[Hit]:
    """Yield what the gates find in one command of a line."""
    simple = commands[at]
    source = _fetched(commands, at)
    if source is None:
        return
    known = any(host in source for host in listed("network", "known_installers"))
    local = any(host in source for host in listed("network", "local"))
    severity: Severity = "low" if known or local else "high" if "http://" in source else "medium"
    yield Hit(
        fact="remote_execution",
        severity=severity,
        reason="piped" if simple.before == "|" else "substituted",
        message=f"{quoted(simple)} runs what `{' '.join(source.split())[:120]}` downloads, unseen",
        objects=tuple(_ADDRESS.findall(source)) or (source,),
    )


def _fetched(commands: tuple[Simple, ...], at: int) -> str | None:
    """Return the source of the download that a command executes, if it does."""
    simple = commands[at]
    fetchers, interpreters = listed("network", "fetchers"), members("network", "interpreters")
    if simple.program in interpreters and simple.pipe[1] > 0 and simple.stdin_body is None:
        script = [word for word in simple.argv[1:] if not word.startswith("-")]
        if not script or "-s" in simple.argv:
            for other in commands[:at]:
                if other.pipe[0] == simple.pipe[0] and other.pipe[1] < simple.pipe[1] and other.program in fetchers:
                    return other.text
        return None
    if simple.program in interpreters and simple.stdin_body is not None:
        fed = simple.stdin_body.lstrip("\"'")
        return fed if fed.startswith(("$(", "`")) and _names(fed, fetchers) else None
    started = _downloaded(commands, at)
    if started is not None:
        return started
    if simple.program in members("network", "runners"):
        return next((word for word in simple.argv[1:] if word.startswith(("http://", "https://"))), None)
    if simple.dynamic and any(name.endswith(("-c", "eval")) for name in simple.wrappers):
        return simple.argv[0] if any(name in simple.argv[0][:40] for name in fetchers) else None
    if simple.program in {"source", "."} or simple.program in interpreters:
        for word in simple.argv[1:]:
            if word.startswith(("$(", "`", "<(", "(")) and (_names(word, fetchers) or ".DownloadString(" in word):
                return word
    return None


def _names(text: str, programs: Sequence[str]) -> bool:
    return any(text.lstrip("$(`<").startswith(name) for name in programs)


def _downloaded(commands: tuple[Simple, ...], at: int) -> str | None:
    """Return the download of a file that the same line then runs."""
    simple = commands[at]
    runs = simple.argv[:1] if "/" in "".join(simple.argv[:1]) else ()
    if simple.program in members("network", "interpreters") or simple.program in {"source", "."}:
        runs = tuple(word for word in simple.argv[1:] if not word.startswith("-"))[:1]
    named = {word.removeprefix("./") for word in runs if not _DATA.search(word)}
    for other in commands[:at] if named else ():
        if other.program in listed("network", "fetchers") and named & set(_kept(other)):
            return other.text
    return None


def _kept(fetch: Simple) -> Iterator[str]:
    """Yield the files that a download is kept in."""
    yield from (redirect.target.removeprefix("./") for redirect in fetch.redirects if redirect.writes)
    for name, value in pairwise(fetch.argv):
        if name in {"-o", "-O", "--output", "-OutFile"}:
            yield value.removeprefix("./")
    if "-O" in fetch.argv or fetch.program == "wget":
        yield from (word.rstrip("/").rpartition("/")[2] for word in fetch.argv[1:] if "://" in word)
