"""What a tool's name says: whether a call looks, changes something or tells somebody."""

from __future__ import annotations

import pytest

from assure_tui.reconcile.actionwords import tool_words


@pytest.mark.parametrize(
    "name",
    [
        "open_webpage",
        "openDocument",
        "click_link",
        "review_workspace_change_record",
        "trace_shipment",
        "locate_spare_part",
        "audit_submission_boundary",
        "mcp__clinic__assess_coverage",
        "list_orders",
        "order_status",
        "email_search",
        "login_user",
        "internal_check_seat_free",
        "hotel_get_rates",
        "vcs_pull",
    ],
)
def test_a_name_that_only_looks_is_a_read(name: str) -> None:
    assert tool_words(name).effect_class == "read"


@pytest.mark.parametrize(
    "name",
    [
        "open_ticket",
        "pull_request_merge",
        "openAccount",
        "create_webpage",
        "order_cancel",
        "record_payment",
        "submit_claim",
        "UpdateAuditStatus",
        "log_audit_event",
        "schedule_review",
    ],
)
def test_a_name_that_acts_is_a_write(name: str) -> None:
    assert tool_words(name).effect_class == "write"


def test_a_noun_of_action_between_other_nouns_is_not_the_verb() -> None:
    words = tool_words("fathom_ticket_transfer_origin")
    assert (words.action, words.effect_class) == ("other", "execute")


def test_of_two_verbs_that_are_nouns_the_first_governs_what_is_a_thing() -> None:
    assert tool_words("pantry-API-patch-page").action == "update"
    assert tool_words("parcel_label_return").action == "return"
