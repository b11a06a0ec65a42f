"""Logs of OpenHands, in both its shapes, which `known` tells apart and `decode` reads as files.

Version 0 (`trajectory`) keeps a list of actions and observations, alone or as the `history` of a line that an
evaluation wrote. Version 1 (`conversation`) keeps a folder for each conversation: its state, and beside it a folder
with one file for each event. `wire` has the fields of both.
"""

from __future__ import annotations

from assure_tui.ingest.adapters.base import Adapter, document_adapter
from assure_tui.ingest.adapters.openhands.decode import ConversationDecoder, LinesDecoder, TrajectoryDecoder
from assure_tui.ingest.adapters.openhands.known import is_conversation, is_lines, is_trajectory
from assure_tui.ingest.adapters.openhands.wire import EVENTS, NAME

LINES = Adapter(name=NAME, discipline="append", complete=True, recognises=is_lines, decoder=LinesDecoder)
TRAJECTORY = document_adapter(NAME, is_trajectory, TrajectoryDecoder)
CONVERSATION = document_adapter(NAME, is_conversation, ConversationDecoder, folder=EVENTS)
ADAPTERS = (LINES, TRAJECTORY, CONVERSATION)
