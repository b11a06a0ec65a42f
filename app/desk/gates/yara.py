"""YARA rules of the user's own, through the extra `yara` (`yara-x`). Imported only where rules are given."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from assure_tui.app.desk.errors import ConfigError
from assure_tui.reconcile.gates.conditions import Sighting
from assure_tui.reconcile.model import Severity

SECONDS = 2
"""What a scan of one text may take."""
MAX_FOUND = 16
MAX_RULES = 262_144
"""Characters of all rules together."""


def check(source: str, where: str) -> None:
    """Refuse rules that cannot be used.

    Raises:
        ConfigError: They are no YARA rules, are too many, or the extra is not installed.
    """
    try:
        import yara_x  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(
            f"{where}: yara_rules need the extra: install it with `pip install assure-tui[yara]`."
        ) from error
    if len(source) > MAX_RULES:
        raise ConfigError(f"{where} is longer than {MAX_RULES} characters: leave rules out.")
    try:
        yara_x.compile(source)
    except (yara_x.CompileError, ValueError) as error:
        first = next((line for line in str(error).splitlines() if line.strip()), "it does not compile")
        raise ConfigError(f"{where} holds no YARA rules that can be compiled: {first[:200]}.") from error


def scan(sources: tuple[str, ...], text: str) -> list[Sighting]:
    """Return the rules that match a text, each with its first place; one without a name where it was not all read."""
    import yara_x  # noqa: PLC0415 - an extra

    data = text.encode("utf-8", "replace")
    scanner = _scanner(sources)
    try:
        found = scanner.scan(data)
    except (yara_x.ScanError, yara_x.TimeoutError):
        return [Sighting("", "info", (0, 0))]
    return [_sighting(rule, data) for rule in list(found.matching_rules)[:MAX_FOUND]]


@lru_cache(maxsize=4)
def _scanner(sources: tuple[str, ...]) -> Any:
    import yara_x  # noqa: PLC0415 - an extra

    compiler = yara_x.Compiler()
    for number, source in enumerate(sources):
        compiler.new_namespace(f"file{number}")
        compiler.add_source(source)
    scanner = yara_x.Scanner(compiler.build())
    scanner.set_timeout(SECONDS)
    return scanner


def _sighting(rule: Any, data: bytes) -> Sighting:
    places = sorted((match.offset, match.offset + match.length) for p in rule.patterns for match in p.matches)
    start, end = places[0] if places else (0, 0)
    first = len(data[:start].decode("utf-8", "ignore"))
    stated = dict(rule.metadata).get("severity")
    severity: Severity = "low" if stated == "low" else "info" if stated == "info" else "medium"
    return Sighting(rule.identifier, severity, (first, first + len(data[start:end].decode("utf-8", "ignore"))))
