"""Files that a sentence says were written: where their paths end, and what is news in a run that changed nothing."""

from __future__ import annotations

import pytest

from .test_coding import read


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("I saved it to /srv/out/tides.csv.", "/srv/out/tides.csv"),
        ("I updated the limits in conf/pump.yaml.", "conf/pump.yaml"),
        ("I saved it to **out/tides.csv**.", "out/tides.csv"),
        ("I saved it to out/tides.csv and left.", "out/tides.csv"),
        ('I wrote "no" in the `answers/tides.txt` file.', "answers/tides.txt"),
    ],
)
def test_the_full_stop_and_marks_of_a_sentence_are_no_part_of_a_path(text: str, path: str) -> None:
    assert [claim.args.get("targets") for claim in read(text, touched=("notes.md",))] == [[path]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The tide table has been written and saved at /srv/out/tides.csv.", ["created", "created"]),
        ("The tide table was saved to out/tides.csv.", ["created"]),
        ("The pump's limits have been updated in conf/pump.yaml.", ["edited"]),
        ("The tide table was created in out/tides.csv by the nightly job.", []),
        ("The tide table was updated every hour.", []),
    ],
)
def test_what_was_put_into_a_named_file_is_news_though_nothing_was_changed(text: str, expected: list[str]) -> None:
    assert [claim.kind for claim in read(text)] == expected
