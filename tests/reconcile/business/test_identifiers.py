"""Who named an identifier first, and which are of one make: a target that nobody named is made up."""

from __future__ import annotations

from assure_tui.reconcile.match.business.identifiers import Identifiers


def test_what_the_agent_alone_named_is_seen_and_shown_by_nothing() -> None:
    named = Identifiers()
    named.see("Please look at order W-1001.")
    named.see("I will refund W-1002.", own=True)
    assert named.seen == {"w-1001", "w-1002"}
    assert named.shown == {"w-1001"}


def test_a_result_shows_what_the_agent_had_named_before() -> None:
    named = Identifiers()
    named.see("I will refund W-1002.", own=True)
    assert not named.shown
    named.see('{"order": "#W-1002"}')
    assert named.shown == {"w-1002"}


def test_of_one_make_are_names_that_differ_in_their_figures() -> None:
    named = Identifiers()
    named.see("BK-77 and BK-81, but CK-81 and BK-812")
    assert named.of_one_make("bk-10") == {"bk-77", "bk-81"}
    named.see("then BK-93")
    assert named.of_one_make("bk-10") == {"bk-77", "bk-81", "bk-93"}
    assert not named.of_one_make("xy-10")


def test_a_code_is_unheard_unless_it_stands_somewhere_be_it_in_another_name() -> None:
    named = Identifiers()
    named.see("The parcel is depot/ZX-4417-B.")
    given = (("parcel", "ZX-4417"), ("crate", "QR-9902"), ("count", "12"), ("day", "2026-03-04"))
    assert named.unheard(given) == {"qr-9902"}
