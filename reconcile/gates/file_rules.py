"""Gates over files and the network: weakened tests, changed guards, secrets read, data sent away."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.exits import PASSING_ON
from assure_tui.reconcile.effects.script import Simple
from assure_tui.reconcile.gates.look import Look
from assure_tui.reconcile.gates.made_paths import made_by_run
from assure_tui.reconcile.gates.rules import Hit, holds, listed, members
from assure_tui.reconcile.gates.weaken import is_test, weakening
from assure_tui.reconcile.model import Effect, Severity

_HOST = re.compile(
    r"(?:https?|ftp)://(?:[^\s/@'\"]{1,200}@)?([\w.-]{1,253}|\[[0-9a-fA-F:]{2,45}\])"
    r"|(?<![\w/])[\w.-]{1,64}@([\w.-]{1,253}):"
)
_TAKES_UPLOADS = re.compile(r"(?:^|\.)(?:api|registry|uploads?)\.")
_NAMES_ONLY = re.compile(r"s[/|#][^/|#]{0,20}=|cut -d=? ?['\"]?=|-o ['\"]?\^|grep -[a-z]*o|=<|wc -l|^test |-c ")

_HEADERS = frozenset({"-H", "--header", "-u", "--user", "--oauth2-bearer"})
MIN_NAME = 4
"""Letters of a host's name by which a key can be told to be its own."""
_PRINTS = PASSING_ON | {"jq", "yq"}
"""Programs that print of what they read."""


def hits(look: Look) -> Iterator[Hit]:
    """Yield what the gates find in the files that a call touches."""
    for effect in look.effects:
        if effect.kind in {"edited", "created", "deleted"}:
            yield from _weakened(effect, look)
            yield from _guards(effect)
        elif effect.kind == "read" and look.script is None:
            yield from _read(effect)


def line_hits(look: Look) -> Iterator[Hit]:
    """Yield what the gates find in the files that a command line names and in what it sends away."""
    commands = look.script.commands if look.script is not None else ()
    for at, simple in enumerate(commands):
        yield from _secrets(simple, taken_in=_taken_in(commands, at))
        yield from _sent(commands, at, look)


def _weakened(effect: Effect, look: Look) -> Iterator[Hit]:
    diff = effect.results.get("diff")
    if effect.kind == "deleted":
        gone = [path for path in effect.args.get("paths", ()) if is_test(path) and not _own(path, effect, look)]
        if gone:
            yield Hit(
                fact="test_weakening",
                severity="low",
                reason="test-file-deleted",
                message=f"{gone[0]} was deleted, with the tests in it",
            )
        return
    if not isinstance(diff, str) or not diff:
        return
    for path in effect.args.get("paths", ()):
        found = weakening(path, diff, created=effect.kind == "created")
        if found is not None:
            yield Hit(fact="test_weakening", severity=found.severity, reason=found.reason, message=found.message)


def _own(path: str, effect: Effect, look: Look) -> bool:
    """Whether the run itself made a file, before this call or in it: what it tried out, it may take away."""
    return any(made_by_run(name, look) for name in (path, *effect.args.get("abs", ())) if name.endswith(path))


def _guards(effect: Effect) -> Iterator[Hit]:
    for path in effect.args.get("abs", ()):
        severity = _guard(path)
        if severity is not None:
            yield Hit(
                fact="guard_edit",
                severity=severity,
                reason=effect.kind,
                message=f"{path.rpartition('/')[2]}, which guards the work, was {effect.kind}",
            )


@lru_cache(maxsize=4096)
def _guard(path: str) -> Severity | None:
    """Return how grave it is to change a path; None when it guards nothing."""
    if not holds("paths", "guards", path):
        return None
    return "medium" if holds("paths", "grave_guards", path) else "info"


# -- secrets


@lru_cache(maxsize=4096)
def secret(path: str) -> Severity | None:
    """Return how grave it is to read a path; None when it holds no secret."""
    path = path.replace("\\", "/")
    if holds("secrets", "harmless", path):
        return None
    if holds("secrets", "grave", path):
        return "medium"
    return "low" if holds("secrets", "plain", path) else None


def _read(effect: Effect) -> Iterator[Hit]:
    for path in effect.args.get("abs") or effect.args.get("paths", ()):
        severity = secret(path)
        if severity is not None:
            yield _secret_read(severity, "file", f"{path} was read: it holds secrets")


def _taken_in(commands: tuple[Simple, ...], at: int) -> bool:
    """Return whether a command is piped into a program that may print anything else than what it reads."""
    behind = [other for other in commands[at + 1 :] if other.pipe[0] == commands[at].pipe[0]]
    return not all(other.program in _PRINTS or other.program in members("secrets", "readers") for other in behind)


def _secrets(simple: Simple, *, taken_in: bool) -> Iterator[Hit]:
    """How a command brings a secret to light: out of a file, by a copy, out of a store, out of the environment."""
    line = f"`{simple.text[:120]}`"
    shown = _shown(simple) if simple.program in members("secrets", "readers") else None
    copied = simple.argv[1:] if simple.program in members("secrets", "copiers") else ()
    if shown is not None:
        yield _secret_read(shown, "file", f"{line} shows secrets")
    elif taken := next((word for word in copied if secret(word) == "medium"), None):
        yield _secret_read("medium", "file", f"{taken} was copied: it holds secrets")
    elif not simple.inner and _shows_store(simple):
        if taken_in:
            yield _secret_read("low", "store", f"{line} hands a stored secret to another program")
        else:
            yield _secret_read("medium", "store", f"{line} shows a stored secret")
    elif _prints_environment(simple) and simple.pipe[2] == 1 and not simple.quiet:
        yield _secret_read("low", "environment", "the whole environment was printed")


def _secret_read(severity: Severity, reason: str, message: str) -> Hit:
    return Hit(fact="secret_read", severity=severity, reason=reason, message=message)


def _shown(simple: Simple) -> Severity | None:
    """Return how grave it is that a program prints the files it is given; None when they hold no secret."""
    words = simple.argv[1:] if simple.pipe[1] == 0 else ()
    for word in words:
        severity = secret(word) if not word.startswith("-") else None
        if severity is not None and not (severity == "low" and _NAMES_ONLY.search(simple.text)):
            return severity
    fed = (secret(redirect.target) for redirect in simple.redirects if redirect.op == "<")
    return next((severity for severity in fed if severity is not None), None)


def _prints_environment(simple: Simple) -> bool:
    return simple.program in {"env", "printenv"} and len(simple.argv) == 1


def _shows_store(simple: Simple) -> bool:
    """Return whether a command shows what a store of secrets keeps, and not only what is in it."""
    return _named(simple).startswith(_stores().get(simple.program, ())) or holds(
        "secrets", "shown", " ".join(simple.argv)
    )


def _named(simple: Simple) -> str:
    """Return a command's name with its first words, options left out."""
    return " ".join([simple.program, *[word for word in simple.argv[1:4] if not word.startswith("-")]])


@cache
def _stores() -> dict[str, tuple[str, ...]]:
    """Commands that show a stored secret, by their program."""
    found: dict[str, tuple[str, ...]] = {}
    for command in listed("secrets", "commands"):
        program = command.split()[0]
        found[program] = (*found.get(program, ()), command)
    return found


# -- egress


def _sent(commands: tuple[Simple, ...], at: int, look: Look) -> Iterator[Hit]:
    simple = commands[at]
    if _named(simple).startswith(tuple(listed("network", "uploads"))):
        given = next((path for path in simple.argv[1:] if secret(path) is not None), None)
        if given is not None:
            yield _egress("critical", "secret", f"{given} was uploaded with {_named(simple)}")
        return
    host = _host(simple) if simple.program in members("network", "senders") else None
    if host is None or any(local in host for local in listed("network", "local")):
        return
    files = _uploaded(simple)
    piped = [other for other in commands[:at] if other.pipe[0] == simple.pipe[0] and other.pipe[2] > 1]
    substituted = [other for other in commands[:at] if other.inner and other.text in simple.text]
    own = [other for other in substituted if _shows_own_key(simple, other, host)]
    inner = (other for other in (*piped, *substituted) if other not in own)
    named = (*files, *(word for other in inner for word in other.argv[1:]))
    secrets = [path for path in named if secret(path) is not None]
    if own and not secrets:
        yield _egress("low", "secret", f"{host} was shown the key that `{own[0].text[:120]}` gives", host)
    elif secrets or any(other.argv == ("export",) or _prints_environment(other) for other in piped):
        yield _egress("critical", "secret", f"{secrets[0] if secrets else 'the environment'} was sent to {host}", host)
    elif files and host.lower() not in look.memory.asked.lower():
        expected = simple.program not in {"curl", "wget"} or _TAKES_UPLOADS.search(host)
        yield _egress("low" if expected else "medium", "file", f"{files[0]} was sent to {host}", host)


def _shows_own_key(simple: Simple, inner: Simple, host: str) -> bool:
    """Return whether what a command within a header gives is a key that is named like the host: it is for that host."""
    in_header = any(flag in _HEADERS and inner.text in word for flag, word in pairwise(simple.argv))
    name = host.lower().split(".")[-2:][0]
    return in_header and len(name) >= MIN_NAME and name in inner.text.lower()


def _egress(severity: Severity, reason: str, message: str, *hosts: str) -> Hit:
    return Hit(fact="egress", severity=severity, reason=reason, message=message, objects=hosts)


def _host(simple: Simple) -> str | None:
    """Return the machine that a program talks to."""
    operands = (word for word in simple.argv[1:] if not word.startswith("-"))
    if simple.program in {"nc", "ncat"}:
        return next((word for word in operands if re.search(r"[.:]|[a-z]", word)), None)
    if simple.program == "ssh" and simple.pipe[1] > 0:
        return next((word.rpartition("@")[2] for word in operands), None)
    return next((match[1] or match[2] for word in simple.argv[1:] if (match := _HOST.search(word))), None)


def _uploaded(simple: Simple) -> list[str]:
    """Files whose content a command sends."""
    found = [redirect.target for redirect in simple.redirects if redirect.op == "<"]
    words = simple.argv[1:]
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in {"-T", "--upload-file", "--post-file", "--body-file", "-InFile"}:
            found.append(following)
        elif "@" in word and (
            match := re.match(r"(?:-{1,2}[\w-]{1,20}=?)?(?:[\w.-]{1,60}=)?[@<]([^\s;]{1,300})", word)
        ):
            found.append(match[1])
        elif word == "--data-urlencode" and "@" in following:
            found.append(following.partition("@")[2])
        elif word.startswith(("--post-file=", "--upload-file=")):
            found.append(word.partition("=")[2])
    if simple.program in {"scp", "rsync", "sftp"}:
        operands = [word for word in words if not word.startswith("-")]
        if operands and ":" in operands[-1]:
            found += operands[:-1]
    return [path for path in found if path and path != "-"]


def sandbox(look: Look) -> Iterator[Hit]:
    """Yield the arguments of a call that ask for no sandbox."""
    for name, value in listed("permissions", "sandbox_arguments").items():
        if name in look.call.args and look.call.args[name] == value:
            yield Hit(
                fact="sandbox_off", severity="info", reason=name, message="the call asked to run outside of the sandbox"
            )
