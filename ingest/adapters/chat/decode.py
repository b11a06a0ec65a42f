"""Files of chats: JSON Lines of messages or whole chats, and JSON documents."""

from __future__ import annotations

import msgspec

from assure_tui.ingest.adapters.base import Decoded, Decoder, DocumentDecoder, Draft, mended
from assure_tui.ingest.adapters.chat.talk import Talk
from assure_tui.ingest.adapters.chat.wire import (
    ITEMS,
    QUIET_ITEMS,
    ROLES,
    Chat,
    Message,
    chat_decoder,
    list_decoder,
    message_decoder,
)
from assure_tui.ingest.adapters.values import Recent, epoch, one_of
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import Boundary, SourceInfo

MAX_RUNS = 1024


class ChatLinesDecoder(Decoder):
    """Reads JSON Lines: each line a message of one chat, or a whole chat."""

    def __init__(self, dialect: str, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._dialect = dialect
        self._talk: Talk | None = None
        self._chats: Recent[str, int] = Recent(MAX_RUNS)

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        chat = chat_decoder.decode(data)
        if (raws := _messages(chat)) is not None:
            self._whole(chat, [message_decoder.decode(raw) for raw in raws], draft)
        elif one_of(chat.role, ROLES) or one_of(chat.type, ITEMS | QUIET_ITEMS):
            message = message_decoder.decode(data)
            if self._talk is None:
                self._talk = self._begin(self.stem)
                self._talk.start(Chat(), draft)
            self._talk.message(message, draft)
        elif chat.type is not None:
            draft.unknown = f"item {chat.type}"
        elif chat.tools or chat.functions or chat.native_id:
            if self._talk is None:
                self._talk = self._begin(chat.native_id or self.stem)
            self._talk.start(chat, draft)
        else:
            draft.unknown = "no message"

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
    """Reads a JSON document: a chat or a bare list of messages. Records are the messages."""

    def __init__(self, dialect: str, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._dialect = dialect

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; a message of unexpected shape is counted and left out."""
        chat = mended(data, _parse)
        native = chat.native_id or self.stem
        talk = Talk(self._dialect, run_id(self._dialect, native, self.stem, self.salt), native)
        raws = _messages(chat) or ()
        return self.items(raws, message_decoder, lambda draft: talk.start(chat, draft), talk.message)


def _parse(data: bytes) -> Chat:
    data = data.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n\0")
    if data.startswith(b"["):
        return Chat(messages=list_decoder.decode(data))
    return chat_decoder.decode(data)


def _messages(chat: Chat) -> list[msgspec.Raw] | None:
    """Give a chat's messages; what was asked of the Responses API, then what it answered."""
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
