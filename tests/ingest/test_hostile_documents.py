"""Whatever stands in a document, a decoder gives events or counts the record that it could not read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from growth import linear
from hypothesis import given, settings
from hypothesis import strategies as st
from mangled import JUNK, get, places, put
from records import DOCUMENTS

from assure_tui.ingest.adapters import detect
from assure_tui.ingest.adapters.base import Head
from assure_tui.ingest.adapters.catalogue import ADAPTERS
from assure_tui.ingest.model import SourceInfo


def _decoder(name: str) -> Any:
    adapter = next(one for one in ADAPTERS if one.name == name and one.form == "document")
    return adapter.decoder(
        SourceInfo(id="s-0", path="x.json", adapter=name, discipline="snapshot", complete=True), "x", ""
    )


@pytest.mark.parametrize("adapter", DOCUMENTS)
def test_a_document_is_known_and_all_of_it_is_read(adapter):
    wrap, records = DOCUMENTS[adapter]
    data = json.dumps(wrap(records), indent=1).encode()
    found = detect(Path("log.json"), Head(Path("log.json"), data, whole=True))
    assert found is not None
    assert found.name == adapter
    decoder = _decoder(adapter)
    assert len(decoder.document(data)) == decoder.tally.records == len(records)
    assert decoder.tally.unrecognised == 0


@pytest.mark.parametrize("adapter", DOCUMENTS)
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_value_of_any_kind_in_any_place_costs_at_most_its_record(adapter, data):
    wrap, records = DOCUMENTS[adapter]
    index = data.draw(st.integers(0, len(records) - 1))
    place = data.draw(st.sampled_from(places(records[index])))
    changed = [*records[:index], put(records[index], place, data.draw(JUNK)), *records[index + 1 :]]
    decoder = _decoder(adapter)
    found = decoder.document(json.dumps(wrap(changed)).encode())
    assert len(found) == decoder.tally.records == len(records)
    assert decoder.tally.unrecognised <= 2, "the record, and what came back for its call"
    events = [event for _, events in found for event in events]
    assert len({event.id for event in events}) == len(events)


@pytest.mark.parametrize("adapter", DOCUMENTS)
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_document_of_another_shape_is_refused_or_read(adapter, data):
    wrap, records = DOCUMENTS[adapter]
    whole = wrap(records)
    changed = put(whole, data.draw(st.sampled_from(places(whole))), data.draw(JUNK))
    content = json.dumps(changed).encode()
    detect(Path("log.json"), Head(Path("log.json"), content, whole=True))
    decoder = _decoder(adapter)
    try:
        decoder.document(content)
    except ValueError:
        return
    assert decoder.tally.unrecognised <= decoder.tally.records


@pytest.mark.parametrize("adapter", DOCUMENTS)
@pytest.mark.parametrize(
    "text", ["edit 1:2\n" + "end_of_edit\n" * 9_000, "```bash\n" * 14_000, "exit code " * 10_000, "'" * 100_000]
)
def test_every_reader_of_text_takes_linear_time(adapter, text):
    wrap, records = DOCUMENTS[adapter]

    def read(text):
        for index, record in enumerate(records):
            for place in places(record):
                if isinstance(get(record, place), str):
                    changed = [*records[:index], put(record, place, text), *records[index + 1 :]]
                    _decoder(adapter).document(json.dumps(wrap(changed)).encode())

    assert linear(read, text)
