"""Files of chats: JSON Lines of messages or whole chats, and JSON documents."""

from __future__ import annotations

from itertools import islice

import msgspec

from assure_tui.ingest.adapters.base import Decoded, Decoder, DocumentDecoder, Draft, mended
from assure_tui.ingest.adapters.chat.finding import MAX_CHATS, Found, MessageReader, chats
from assure_tui.ingest.adapters.chat.talk import Talk
from assure_tui.ingest.adapters.chat.wire import ITEMS, QUIET_ITEMS, ROLES, Chat, Message, chat_decoder, list_decoder
from assure_tui.ingest.adapters.values import Recent, epoch, one_of
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import Boundary, SourceInfo

MAX_RUNS = 1024
_reader = MessageReader()


class ChatLinesDecoder(Decoder):
    """Reads JSON Lines: each line a message of one chat, or a whole chat."""

    def __init__(self, dialect: str, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._dialect = dialect
        self._talk: Talk | None = None
        self._chats: Recent[str, int] = Recent(MAX_RUNS)

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        try:
            chat = chat_decoder.decode(data)
        except msgspec.ValidationError:
            chat = Chat()
        if (raws := _messages(chat)) is not None:
            self._whole(chat, [_reader.decode(raw) for raw in raws], draft)
        elif isinstance(chat.role, str) and chat.role.startswith("_"):
            draft.bookkeeping = True
        elif one_of(chat.role, ROLES) or one_of(chat.type, ITEMS | QUIET_ITEMS):
            self._message(_reader.decode(data), draft)
        elif (message := _reader.decode(data)).role in ROLES:
            self._message(message, draft)
        elif found := next(chats(data), None):
            self._whole(found[0], [_reader.decode(raw) for raw in found[1]], draft)
        elif chat.type is not None:
            draft.unknown = f"item {chat.type}"
        elif chat.tools or chat.functions or chat.native_id:
            if self._talk is None:
                self._talk = self._begin(chat.native_id or self.stem)
            self._talk.start(chat, draft)
        else:
            draft.unknown = "no message"

    def _message(self, message: Message, draft: Draft) -> None:
        if self._talk is None:
            self._talk = self._begin(self.stem)
            self._talk.start(Chat(), draft)
        self._talk.message(message, draft)

    def _begin(self, native: str) -> Talk:
        return Talk(self._dialect, run_id(self._dialect, native, self.stem, self.salt), native)

    def _whole(self, chat: Chat, messages: list[Message], draft: Draft) -> None:
        native = chat.native_id or f"{self.stem}:{draft.origin.at.line}"
        again = (self._chats.get(native) or 0) + 1
        self._chats[native] = again
        run = run_id(self._dialect, native if again == 1 else f"{native}:{again}", self.stem, self.salt)
        talk = Talk(self._dialect, run, native)
        draft.time = epoch(chat.created) or epoch(chat.created_at)
        talk.start(chat, draft)
        for index, message in enumerate(messages):
            talk.message(message, draft, f"{index}.")
        draft.add(Boundary, "end", what="run_end")


class ChatDocumentDecoder(DocumentDecoder):
    """Reads a JSON document: a chat, a bare list of messages, or records with a chat each. Records are the messages."""

    def __init__(self, dialect: str, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._dialect = dialect

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; a message of unexpected shape is counted and left out."""
        found = mended(data, _found)
        taken: dict[str, int] = {}
        begins: list[tuple[Chat, Talk]] = []
        raws: list[tuple[int, msgspec.Raw]] = []
        for number, (chat, messages) in enumerate(found):
            native = chat.native_id or (self.stem if len(found) == 1 else f"{self.stem}:{number + 1}")
            taken[native] = again = taken.get(native, 0) + 1
            native = native if again == 1 else f"{native}:{again}"
            begins.append((chat, Talk(self._dialect, run_id(self._dialect, native, self.stem, self.salt), native)))
            raws += ((number, raw) for raw in messages)
        numbers = iter(number for number, _ in raws)
        begun: set[int] = set()

        def read(raw: msgspec.Raw, draft: Draft) -> None:
            number = next(numbers)
            chat, talk = begins[number]
            if number not in begun:
                begun.add(number)
                talk.start(chat, draft)
            try:
                message = _reader.decode(raw)
            except (ValueError, RecursionError):
                draft.unknown = "unexpected shape"
            else:
                talk.message(message, draft)

        return self.each((raw for _, raw in raws), read)


def _found(data: bytes) -> list[Found]:
    """Return a document's chats; one that has none is taken for one whose every entry is of unknown shape."""
    data = data.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n\0")
    if _is_lists(data):
        data = b"[" + b",".join(line for line in data.split(b"\n") if line.strip()) + b"]"
    if data.startswith(b"["):
        return list(islice(chats(data), MAX_CHATS)) or [(Chat(), list_decoder.decode(data))]
    try:
        chat = chat_decoder.decode(data)
    except msgspec.ValidationError:
        chat = Chat()
    if (raws := _messages(chat)) is not None:
        return [(chat, raws)]
    return list(islice(chats(data), MAX_CHATS)) or [(Chat(), [msgspec.Raw(data)])]


def _is_lists(data: bytes) -> bool:
    """Return whether each line of a document is a chat, as a list of messages."""
    first, _, rest = data.partition(b"\n")
    if not (first.startswith(b"[{") and first.rstrip().endswith(b"}]") and rest.lstrip().startswith(b"[")):
        return False
    try:
        return isinstance(list_decoder.decode(first), list)
    except (ValueError, RecursionError):
        return False


def _messages(chat: Chat) -> list[msgspec.Raw] | None:
    """Return a chat's messages; what was asked of the Responses API, then what it answered."""
    if chat.messages is not None:
        return chat.messages
    if chat.object != "response":
        return None
    asked = _listed(chat.input)
    if (text := bytes(chat.input)).startswith(b'"'):
        asked = [msgspec.Raw(b'{"role":"user","content":' + text + b"}")]
    return asked + _listed(chat.output)


def _listed(raw: msgspec.Raw) -> list[msgspec.Raw]:
    return list_decoder.decode(raw) if bytes(raw).startswith(b"[") else []
