"""Chat histories of Aider: Markdown that it appends to, many chats in one file.

What a person typed stands in lines that begin with `####`, what Aider itself said in lines that begin with `>`, both
ended by two spaces; the rest is the model's. Nothing is escaped, so a model that writes such lines is read as if Aider
or a person had: this format proves least of all. An edit is told when it was applied; of a command it is told that it
ran, and neither how it ended nor, as a rule, what it printed. A record is a stretch of one speaker, or of the model
and of what Aider then did with its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import PurePath

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, document_adapter
from assure_tui.ingest.adapters.values import replaced
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, Permission, UserTurn

NAME = "aider"
HISTORY = ".aider.chat.history.md"
MAX_RUNS = 100_000
_BEGINS = b"# aider chat started at "
_CHAT = re.compile(rb"(?:\A|\n)# aider chat started at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_TYPED, _TOLD, _FENCE = b"####", b">", (b"```", b"~~~")
_ENDED = b"  "
_TOKENS = b"> Tokens: "
_SEARCH, _DIVIDER, _REPLACE = "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE"
_ASKING = ("/ask ", "/code ", "/architect ", "/context ")
"""Commands of Aider behind which a request stands."""
_TALKING = frozenset({"/ask ", "/context "})
_MENDING = ("/lint", "/test")
"""Commands of Aider that hand what they found to the model; what follows others is their output."""
_THOUGHT = re.compile(r"<(thinking-content-[0-9a-f]{1,64})>")
_THOUGHT_LOUDLY = ("\u25ba **THINKING**", "\u25ba **ANSWER**")
_VERSION = re.compile(r"Aider v?([\w.+-]{1,40})\Z")
_MODEL = re.compile(r"(?:Main model|Models?): (\S{1,200})")
_APPLIED = re.compile(r"Applied edit to (.{1,1000})\Z")
_MISSED = re.compile(r"## SearchReplaceNoExactMatch: This SEARCH block failed to exactly match lines in (.{1,1000})\Z")
_ASKED = re.compile(r"Run shell commands?(?:\(s\))?\?.{0,80}?[\]:] ?(y|yes|n|no|d|s)?\Z", re.IGNORECASE)
_RUNNING = re.compile(r"Running (.{1,4000})\Z")
_OWN = re.compile(
    r"(?:Tokens|Cost|Commit|Applied|Added|Model|Main|Git|Repo-map|You can|Create new|Add |Use |https?:|Skipp)"
)
"""How lines begin that Aider says and that are no command it is about to ask for."""
_STOPPED = "^C KeyboardInterrupt"
_BROKE = ("litellm.", "The API provider")
_YES = frozenset({"y", "yes"})


class AiderDecoder(DocumentDecoder):
    """Reads one history."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode all chats of the file."""
        stretches = list(_joined(_stretches(data)))
        path = PurePath(self.source.path)
        folder = str(path.parent) if path.name == HISTORY and path.is_absolute() else None
        reading = _Reading(stretches, self.stem, self.salt, folder)
        return self.each((raw for _, raw, _ in stretches), reading.stretch)


def _stretches(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Cut a history into stretches of one speaker: `chat` (its beginning), `user`, `told` and `agent`."""
    held: list[bytes] = []
    who, fenced, blank = "agent", False, True
    for line in data.split(b"\n"):
        now = _speaker(line.rstrip(b"\r"), who, fenced=fenced, blank=blank)
        if now == "agent" and line.lstrip().startswith(_FENCE):
            fenced = not fenced if who == "agent" else True
        elif now != "agent":
            fenced = False
        if now != who or now == "chat" or (now == "user" and blank):
            if held:
                yield who, b"\n".join(held)
            held, who = [], now
        held.append(line)
        blank = not line.strip()
    if held:
        yield who, b"\n".join(held)


def _joined(stretches: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes, int]]:
    """Yield stretches with where Aider begins to speak in them, if it does.

    What the model says of its edits stands before Aider tells that it made them: both are one record.
    """
    words: bytes | None = None
    for who, raw in stretches:
        if words is not None:
            if who == "told":
                yield "agent", words + b"\n" + raw, len(words) + 1
                words = None
                continue
            yield "agent", words, len(words)
            words = None
        if who == "agent":
            words = raw
        else:
            yield who, raw, 0
    if words is not None:
        yield "agent", words, len(words)


def _speaker(line: bytes, who: str, *, fenced: bool, blank: bool) -> str:
    """Return whose a line is, from its beginning and its end, and from whose the line before it was."""
    if line.startswith(_BEGINS):
        return "chat"
    if line.startswith(_TOKENS):
        return "told"
    if not fenced:
        if line.startswith(_TYPED) and line.endswith(_ENDED):
            return "user"
        if line.startswith(_TOLD) and (line.endswith(_ENDED) or who == "told"):
            return "told"
    if who == "told" and not blank and line.strip():
        return "told"
    return "agent" if line.strip() or who in {"agent", "chat"} else who


class _Reading:
    """One history in the reading."""

    def __init__(self, stretches: list[tuple[str, bytes, int]], stem: str, salt: str, folder: str | None) -> None:
        self._stretches = stretches
        self._folder = folder
        """The top of the repository, where Aider keeps its history."""
        self._stem = stem
        self._salt = salt
        self._chats: dict[str, int] = {}
        self._native = stem
        self._run = run_id(NAME, stem, stem, salt)
        self._time: float | None = None
        self._head: list[str] = []
        """What Aider said of itself before anybody asked for anything."""
        self._asked = self._spoken = False
        self._answers = True
        """What follows are words of the model."""
        self._talks = False
        """The model was asked something, and not to do it: it says how a thing would be done."""
        self._repeated = ""
        """What a command asked for, which Aider writes once more as what was typed."""
        self._edits: dict[str, list[str]] = {}
        """Hunks that the model proposed since it was last asked, under the path of each."""

    def stretch(self, raw: bytes, draft: Draft) -> None:
        """Turn one stretch into events."""
        who, _, seam = self._stretches[draft.origin.at.start]
        draft.at(run=self._run, time=None)
        if who == "chat":
            self._begin(_lines(raw)[0], draft)
        elif who == "user":
            self._user([line.removeprefix("####").strip() for line in _lines(raw)], draft)
        else:
            words = self._words(raw[:seam]) if self._asked else ""
            told = [line.removeprefix(">").strip() for line in _lines(raw[seam:])]
            self._told(told, draft)
            if words:
                self._agent(words, draft, cut=_STOPPED in told[:4])

    def _begin(self, line: str, draft: Draft) -> None:
        self._end(draft, "before")
        started = line[len(_BEGINS) :].strip()[:40]
        if len(self._chats) < MAX_RUNS:
            self._chats[started] = self._chats.get(started, 0) + 1
        number = self._chats.get(started, 1)
        self._native = started if number == 1 else f"{started} ({number})"
        self._run = run_id(NAME, self._native, self._stem, self._salt)
        try:
            self._time = datetime.fromisoformat(started).timestamp()
        except (ValueError, OverflowError, OSError):
            self._time = None
        self._head = []
        self._asked = self._spoken = False

    def _end(self, draft: Draft, name: str, *, turn: bool = False) -> None:
        if self._asked and (self._spoken or not turn):
            draft.add(Boundary, name, what="turn_end" if turn else "run_end")
        self._spoken = False
        self._edits = {}

    def _user(self, lines: list[str], draft: Draft) -> None:
        words = "\n".join(lines).strip()
        self._end(draft, "before", turn=True)
        if not self._asked:
            self._asked = True
            draft.time = self._time
            draft.start(
                self._native,
                NAME,
                agent_version=_found(_VERSION, self._head),
                model=_found(_MODEL, self._head),
                cwd=self._folder,
                coding=True,
                complete=False,
            )
        command = next((one for one in _ASKING if words.startswith(one)), "")
        words = words[len(command) :].strip()
        if words == self._repeated:
            self._repeated = ""
            return
        own = not command and words.startswith(("/", "!"))
        self._repeated = words if command else ""
        self._talks = command in _TALKING
        self._answers = not own or words.startswith(_MENDING)
        draft.add(UserTurn, 0, text=words, synthetic=own)

    def _words(self, raw: bytes) -> str:
        """Return what the model said, and note the edits that it proposed."""
        text = _aloud(raw.decode("utf-8", "replace")) if self._answers else ""
        for path, hunk in _proposed(text):
            self._edits.setdefault(path, []).append(hunk)
        return text

    def _agent(self, text: str, draft: Draft, *, cut: bool) -> None:
        self._spoken = True
        draft.add(AgentText, "said", text=text, channel="plan" if self._talks else "commentary", cut=cut)
        if cut:
            draft.add(Boundary, "end", what="abort")

    def _printed(self, draft: Draft) -> str:
        """Return what stands unmarked behind the record at hand."""
        for who, raw, seam in self._stretches[draft.origin.at.start + 1 : draft.origin.at.start + 2]:
            return raw[:seam].decode("utf-8", "replace").strip() if who == "agent" else ""
        return ""

    def _told(self, lines: list[str], draft: Draft) -> None:
        if not self._asked:
            self._head += lines[:100]
            return
        waiting: list[str] = []
        commands: dict[str, None] = {}
        for index, line in enumerate(lines):
            if found := _APPLIED.match(line):
                self._edit(found[1], index, draft)
            elif found := _MISSED.match(line):
                call_id = draft.event_id(index)
                draft.call(index, call_id, "edit", {"path": found[1]})
                draft.result(f"{index}.result", call_id, line, "failed")
            elif found := _ASKED.match(line):
                if (found[1] or "").lower() in _YES:
                    commands |= dict.fromkeys(waiting)
                else:
                    draft.add(Permission, index, decision="denied", by="user", reason="\n".join(waiting) or None)
                waiting = []
            elif found := _RUNNING.match(line):
                commands[found[1]] = None
            elif line.startswith(_BROKE):
                draft.add(Boundary, index, what="api_error", detail=line[:200])
            elif _OWN.match(line):
                waiting = []
            elif line:
                waiting.append(line)
        if commands:
            self._ran(list(commands), draft)

    def _ran(self, commands: list[str], draft: Draft) -> None:
        """Tell of commands that were run; what is printed behind the last of them stands unmarked in the history."""
        self._answers = False
        printed = self._printed(draft)
        for number, command in enumerate(commands):
            place, text = f"ran{number}", printed if number == len(commands) - 1 else ""
            call_id = draft.event_id(place)
            draft.call(place, call_id, "bash", {"command": command})
            draft.result(f"{place}.result", call_id, text, "unknown", truncated=not text)

    def _edit(self, path: str, index: int, draft: Draft) -> None:
        call_id, hunks = draft.event_id(index), self._edits.pop(path, [])
        change = FileChange(path=path, op="edit", diff="\n".join(hunks) or None)
        draft.call(index, call_id, "edit", {"path": path})
        text = f"Applied edit to {path}"
        draft.result(f"{index}.result", call_id, text, "succeeded", files=(change,))


def _lines(raw: bytes) -> list[str]:
    return raw.decode("utf-8", "replace").split("\n")


def _aloud(text: str) -> str:
    """Leave out what the model thought before it spoke."""
    found = _THOUGHT.search(text)
    begin, end = (found[0], f"</{found[1]}>") if found is not None else _THOUGHT_LOUDLY
    start = text.find(begin)
    stop = text.find(end, start) if start >= 0 else -1
    return text.strip() if stop < 0 else (text[:start] + text[stop + len(end) :]).strip()


def _found(pattern: re.Pattern[str], lines: list[str]) -> str | None:
    return next((found[1] for line in lines if (found := pattern.match(line))), None)


def _proposed(text: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the hunk of each search-and-replace block; the path stands before the block, or its fence."""
    lines = text.split("\n")
    above, path = "", ""
    old: list[str] | None = None
    new: list[str] | None = None
    for line in lines:
        if line.startswith(_SEARCH):
            path, old, new = above, [], None
        elif old is not None and new is None and line.startswith(_DIVIDER):
            new = []
        elif old is not None and new is not None and line.startswith(_REPLACE):
            yield path, replaced("\n".join(old), "\n".join(new))
            old = new = None
        elif new is not None:
            new.append(line)
        elif old is not None:
            old.append(line)
        elif line.strip() and not line.startswith(("`", "~", "<source>")):
            above = line.strip().strip("#*:` ")


def recognises(head: Head) -> bool:
    """Tell a history by the line that a chat begins with; what is before the first one in the file may be cut off."""
    return not head.data.lstrip().startswith((b"{", b"[")) and _CHAT.search(head.data) is not None


ADAPTER = document_adapter(NAME, recognises, AiderDecoder, complete=False)
