"""What went out that should have stayed: a credential, or data hidden in the address of an image or a link.

An image is fetched as soon as it is shown, so data in its address leaves without anybody acting. Both are reported only
when exactly that value was read before, and the report never holds the value. `tool-changed` is here as well: a tool
whose definition changes during a run may not be the tool that was approved.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from assure_tui.reconcile.effects.calls import is_bookkeeping
from assure_tui.reconcile.ids import digest
from assure_tui.reconcile.inputs.folding import fold
from assure_tui.reconcile.inputs.found import found
from assure_tui.reconcile.inputs.shapes import passages
from assure_tui.reconcile.inputs.sinks import sink
from assure_tui.reconcile.inputs.values import leaves, stands_in, values
from assure_tui.reconcile.match.part import Part
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.ingest.model import AgentText, ToolCall, ToolResult, ToolsDefined, UserTurn
    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.inputs.sinks import Sink
    from assure_tui.reconcile.model import Claim, Effect, Severity

MAX_READ = 1024 * 1024
"""Characters of outputs, and of people's words, that are kept."""
MAX_TEXT = 200_000
"""Characters of a text that leaves which are looked at."""
MAX_TOKENS = 400
"""Words of such a text that are compared with what was read."""
MAX_KEY = 4000
"""Characters of a private key."""
MAX_LINKS = 64
MAX_TOOLS = 1024
MIN_DATA = 8
"""Characters from which on a part of an address counts as data."""

_NAME = r"(?:passw(?:or)?d|secret|token|credentials?|(?:api|access|private|auth)[ _-]?key)"
_USED = re.compile(
    rf"(?:authorization|bearer|basic|{_NAME}|key|auth)[\w -]{{0,20}}[\"']{{0,2}}\s?[:=]?\s?[\"']?$", re.IGNORECASE
)
"""What stands before a credential that is used as one."""
_ASSIGNED = re.compile(rf"{_NAME}[\w-]{{0,20}}[\"']?[ \t]{{0,4}}(?:[:=]|is)[ \t]{{0,4}}[\"']?$", re.IGNORECASE)
"""What stands before a credential where it is kept."""
_SPOKEN = re.compile(rf"(?<![^\W_])(?:{_NAME}|codes?)", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9+_~!#^*-]{12,400}")
_KEY_BLOCK = "PRIVATE KEY-----"
_LINK = re.compile(
    r"(?P<image>!)?\[[^\]\n]{0,200}\]\(\s?<?(?P<url>https?://[^\s)>]{4,2000})"
    r"|<img\s[^>]{0,200}?src\s?=\s?[\"']?(?P<src>https?://[^\s\"'>]{4,2000})"
)


class Leaks(Part):
    """Watches what leaves a run for what it read."""

    __slots__ = ("_asked", "_heard", "_latest", "_latest_size", "_read", "_size", "_tools")

    def __init__(self, context: Context, board: Board) -> None:
        super().__init__(context, board)
        self._heard = ""
        self._latest: list[str] = []
        """What people said since it was last joined: at most turns of a long run nothing asks for it."""
        self._latest_size = 0
        self._read: list[ToolResult] = []
        self._asked: dict[str, ToolCall] = {}
        """The calls whose results are kept, by their ids."""
        self._size = 0
        self._tools: dict[str, str] = {}

    def user(self, event: UserTurn) -> None:
        """Remember what people said: what they name may go where they say."""
        if not event.synthetic:
            self._latest += " ", event.text
            self._latest_size += 1 + len(event.text)
            if self._latest_size > MAX_READ:
                self._people()

    def text(self, event: AgentText, claims: Sequence[Claim]) -> None:
        """Look at the images and links that the agent shows."""
        del claims
        for link in _links(event.text):
            self._carries(link, event, ())

    def call(self, event: ToolCall, effects: Sequence[Effect]) -> None:
        """Hold what a call sends away against what was read."""
        reach = sink(event, effects, self.context.cwd) if effects and self._read else None
        if reach is None:
            return
        self._gives_away(event, reach, effects)
        if not reach.line and not reach.looks:
            for _, body in leaves(reach.args):
                for link in _links(body):
                    self._carries(link, event, effects)

    def result(self, call: ToolCall | None, event: ToolResult, effects: Sequence[Effect]) -> None:
        """Remember what was read."""
        del effects
        if event.status in {"running", "denied"} or not event.text or (call is not None and is_bookkeeping(call)):
            return
        self._read.append(event)
        self._size += len(event.text)
        if call is not None:
            self._asked[event.call_id] = call
        while self._size > MAX_READ and len(self._read) > 1:
            gone = self._read.pop(0)
            self._asked.pop(gone.call_id, None)
            self._size -= len(gone.text)

    def tools(self, event: ToolsDefined) -> None:
        """Notice a tool whose definition is no longer the one it had."""
        for number, (name, definition) in enumerate(event.tools.items()):
            mark = digest(msgspec.json.encode(definition, order="deterministic"))
            before = self._tools.get(name)
            if before is not None or len(self._tools) < MAX_TOOLS:
                self._tools[name] = mark
            if before is None or before == mark:
                continue
            speaks = any(passage.hostile for passage in passages(str(definition), weak=False))
            message = f"the definition of {name[:80]} changed during the run"
            message += ", and now holds instructions to the agent" if speaks else ""
            finding = found("tool-changed", "high" if speaks else "medium", event, (number, number), message)
            self.board.put(finding, settled=True)

    def _people(self) -> str:
        """Return the latest words of people."""
        if self._latest:
            self._heard = "".join((self._heard, *self._latest))[-MAX_READ:]
            self._latest.clear()
            self._latest_size = 0
        return self._heard

    def _gives_away(self, call: ToolCall, reach: Sink, effects: Sequence[Effect]) -> None:
        for key, body in leaves(reach.args):
            if not reach.line and _SPOKEN.search(key):
                continue
            for value in _unused(body[:MAX_TEXT]):
                source = None if value in self._people() else self._kept_as_secret(value, call)
                if source is None:
                    continue
                event, span = source
                asked = not reach.line and _SPOKEN.search(self._people()) is not None
                shown = f"{value[:4]}…, {len(value)} characters"
                message = f"what looks like a credential ({shown}), read before, went out with {call.tool}"
                severity: Severity = "low" if asked else "high"
                finding = found("secret-egress", severity, event, span, message, effects=effects)
                self.board.put(finding, settled=True)

    def _kept_as_secret(self, value: str, call: ToolCall) -> tuple[ToolResult, tuple[int, int]] | None:
        """Find where a value was read that is a credential by its form, or by the name that it was kept under."""
        formed = _forms().fullmatch(value) is not None
        for read in self._read:
            at = read.text.find(value)
            if at < 0:
                continue
            if _goes_back(call, self._asked.get(read.call_id)):
                continue
            named = _ASSIGNED.search(read.text[max(0, at - 80) : at]) and not _placeholders().search(value)
            if formed or named or read.text.rfind(_KEY_BLOCK, max(0, at - MAX_KEY), at) >= 0:
                return read, (at, at + len(value))
        return None

    def _carries(self, link: _Link, event: AgentText | ToolCall, effects: Sequence[Effect]) -> None:
        """Tell of a link whose address carries data that was read."""
        if not link.host or link.host in self._people().lower() or any(link.url in read.text for read in self._read):
            return
        for data in _data(link):
            source = next((read for read in self._read if stands_in(data, fold(read.text))), None)
            if source is not None:
                what = "an image" if link.image else "a link"
                message = f"the address of {what} at {link.host} carries data that was read"
                call_id = source.call_id
                self.board.put(
                    found("image-exfiltration", "high", event, link.span, message, call_id=call_id, effects=effects),
                    settled=True,
                )
                return


# -- credentials


def _goes_back(call: ToolCall, earlier: ToolCall | None) -> bool:
    """Return whether a call says again all that an earlier one said: it is confirmed by the token of its preview."""
    if earlier is None or earlier.tool != call.tool:
        return False
    said = set(leaves(earlier.args))
    return bool(said) and said.issubset(leaves(call.args))


def _unused(body: str) -> Iterator[str]:
    """Yield what may be credentials in a text, but for those used as one: in a header, a named field, before a host."""
    for match in islice(_TOKEN.finditer(body), MAX_TOKENS):
        value = match[0].strip("-!#^*")
        if not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)):
            continue
        if not _USED.search(body[max(0, match.start() - 60) : match.start()]) and body[match.end() :][:1] != "@":
            yield value


@cache
def _forms() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in table("inputs")["credentials"]["forms"]))


@cache
def _placeholders() -> re.Pattern[str]:
    return re.compile(table("inputs")["credentials"]["placeholders"])


# -- images and links


class _Link(NamedTuple):
    url: str
    host: str
    fields: tuple[str, ...]
    """What the address says beside the host: values of its query, and long parts of its path."""
    span: tuple[int, int]
    image: bool


def _links(text: str) -> list[_Link]:
    """Return the images of a text, and the links whose address has a query."""
    if "](" not in text and "<img" not in text:
        return []
    found: list[_Link] = []
    for match in islice(_LINK.finditer(text[:MAX_TEXT]), MAX_LINKS):
        image = match["src"] is not None or match["image"] is not None
        url = match["src"] or match["url"]
        try:
            parts = urlsplit(url)
            fields = [value for _, value in parse_qsl(parts.query, max_num_fields=MAX_LINKS)]
            host = parts.hostname or ""
        except ValueError:
            continue
        if parts.query and not fields:
            fields.append(unquote(parts.query))
        if image:
            fields += filter(None, map(_decoded, parts.path.split("/")))
        fields += filter(None, map(_decoded, fields))
        found.append(_Link(url, host, tuple(fields), match.span("src" if match["src"] else "url"), image))
    return found


def _data(link: _Link) -> Iterator[str]:
    """Yield the folded data that an address carries: distinctive values, and several words."""
    for field in link.fields:
        data = fold(field).strip()
        if " " in data and len(data) >= MIN_DATA:
            yield data
        yield from (value.text for value in values(data) if value.weight == 3 and len(value.text) >= MIN_DATA)


def _decoded(field: str) -> str:
    """Undo base64; "" where it is not base64, or does not encode text."""
    if len(field) < MIN_DATA * 4 // 3:
        return ""
    try:
        text = base64.b64decode(field + "=" * (-len(field) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return text if text.isprintable() else ""
