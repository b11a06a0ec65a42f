"""What comes from the terminal: bytes that are no text end nothing, and what is pasted presses no key."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from assure_tui.app.tui.typed import Terminal

PIECES = st.sampled_from(
    [b"\x1b[200~", b"\x1b[201~", b"\x1b", b"\x1b[A", b"q" * 40, b"\x1b[20", b"S\r", "né".encode(), b"\xff", b"\xe1\x80"]
)


def pieces(raw: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    return [raw[start:end] for start, end in pairwise(places)]


def heard(raw: bytes, cuts: list[int]) -> list[events.Event]:
    """Give what Textual makes of bytes that come in pieces."""
    terminal, parser = Terminal("utf-8"), XTermParser()
    texts = [terminal.decode(piece) for piece in pieces(raw, cuts)]
    return [event for text in texts if text for event in parser.feed(text)]


@given(st.lists(PIECES).map(b"".join), st.lists(st.integers(min_value=0)))
def test_no_byte_of_a_paste_is_a_key_however_it_is_cut(hostile, cuts):
    pasted = hostile.replace(b"\x1b[201~", b"")
    while b"\x1b[201~" in pasted:
        pasted = pasted.replace(b"\x1b[201~", b"")
    got = heard(b"\x1b[200~" + pasted + b".\x1b[201~", cuts)
    assert [type(event) for event in got] == [events.Paste]
    assert "\x1b" not in got[0].text


def test_what_is_pasted_arrives_whole_and_keys_go_on_after_it():
    paste, *keys = heard(b"\x1b[200~one \x1b[31mtwo\x1b three\x1b[201~x\x1b[A", [])
    assert paste.text == "one \ufffd[31mtwo\ufffd three"
    assert [key.key for key in keys] == ["x", "up"]


@given(st.lists(PIECES.filter(lambda piece: piece != b"\x1b[200~")).map(b"".join), st.lists(st.integers(min_value=0)))
def test_what_is_typed_is_taken_as_before_however_it_is_cut(typed, cuts):
    terminal = Terminal("utf-8")
    parts = [terminal.decode(piece) for piece in pieces(typed, cuts)]
    assert "".join([*parts, terminal.decode(b"", final=True)]) == typed.decode("utf-8", "replace")
