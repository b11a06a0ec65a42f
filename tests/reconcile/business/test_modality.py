"""What a verb says: done, planned, offered, asked, denied."""

from __future__ import annotations

import pytest
from growth import linear
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.reconcile.claims.modality import Stance, conditional_end, is_offer, is_question, stance, words


def of(sentence: str, verb: str, *, past: bool = True, telegraphic: bool = False) -> Stance:
    tokens = words(sentence)
    at = next(index for index, (word, _, _) in enumerate(tokens) if word == verb)
    return stance(tokens, at, past=past, telegraphic=telegraphic)


@pytest.mark.parametrize(
    ("sentence", "verb", "mode"),
    [
        ("I've sent the report to Anna.", "sent", "completed"),
        ("I have successfully cancelled your booking.", "cancelled", "completed"),
        ("Your booking has been cancelled.", "cancelled", "completed"),
        ("Your order is now cancelled.", "cancelled", "completed"),
        ("I've gone ahead and booked the room.", "booked", "completed"),
        ("On May 17 I refunded the fee.", "refunded", "completed"),
        ("The fee was refunded.", "refunded", "completed"),
        ("I was able to cancel the order.", "cancel", "completed"),
        ("I'll send the report.", "send", "planned"),
        ("The fee will be refunded within 5 days.", "refunded", "planned"),
        ("I am going to cancel it.", "cancel", "planned"),
        ("I can cancel the order for you.", "cancel", "offered"),
        ("Orders can only be cancelled while pending.", "cancelled", "offered"),
        ("Once the order has been cancelled, you get an e-mail.", "cancelled", "conditional"),
        ("You booked this flight in May.", "booked", "user_act"),
        ("It should now be refunded.", "refunded", "hedged"),
        ("I tried to send the message.", "send", "attempted"),
        ("I was unable to send the message.", "send", "unable"),
        ("I couldn't invite Dora.", "invite", "unable"),
        ("Here is the updated order.", "updated", "modifier"),
        ("Item is being exchanged.", "exchanged", "ongoing"),
    ],
)
def test_a_verb_is_read_by_the_words_before_it(sentence: str, verb: str, mode: str) -> None:
    past = verb.endswith(("ed", "sent"))
    assert of(sentence, verb, past=past).mode == mode


@pytest.mark.parametrize(
    "sentence", ["I have not sent it.", "It wasn't sent.", "I did not sent it.", "No, it was never sent."]
)
def test_a_negated_verb_is_denied(sentence: str) -> None:
    assert of(sentence, "sent").denied


def test_inability_is_told_from_denial() -> None:
    assert of("I could not send it.", "send", past=False) == Stance("unable", denied=True, first_person=True)


def test_a_bare_participle_counts_only_where_text_is_telegraphic() -> None:
    assert of("Cancelled order 7", "cancelled", telegraphic=True).mode == "completed"
    assert of("Refund processed: $4", "processed", telegraphic=True).mode == "completed"
    assert of("It names websites posted in the channel.", "posted").mode == "others_act"


def test_questions_offers_and_conditions_are_seen() -> None:
    assert is_question('Shall I cancel "order 7"?**')
    assert not is_question("I cancelled it.")
    assert is_offer("Please confirm that the refund goes to your card.")
    assert conditional_end("If it fails, I will retry.") == len("If it fails")
    assert conditional_end("I sent it.") == 0


@given(st.text(max_size=400))
def test_any_text_has_a_stance_for_every_word(text: str) -> None:
    tokens = words(text)
    for at in range(len(tokens)):
        assert stance(tokens, at, past=bool(at % 2), telegraphic=bool(at % 3))


def test_reading_is_linear_in_hostile_text() -> None:
    def read(text: str) -> None:
        tokens = words(text)
        for at in range(0, len(tokens), 7):
            stance(tokens, at)

    assert linear(read, "not to have been " * 6000)
