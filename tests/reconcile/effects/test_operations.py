"""What a call does where the name of its tool leaves that open: its arguments and its answer tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Bench


def did(office: Bench, tool: str, args: dict[str, Any], answer: str = "ok") -> tuple[str, str]:
    (effect,) = office.call(tool, args, answer)
    return effect.effect_class, str(effect.args["verb"])


@pytest.mark.parametrize(
    ("tool", "args", "expected"),
    [
        ("compute.disks.delete", {"disk": "d-1"}, ("write", "delete")),
        ("paper_shop-update_rows", {"rows": [1]}, ("write", "update")),
        ("book-store_create_order", {"item": "B-1"}, ("write", "create")),
        ("check-in_guest", {"guest": "Ann"}, ("read", "check")),
        ("store.listShelves", {}, ("read", "list")),
        ("airline__cancel_seat", {"seat": "12C"}, ("write", "cancel")),
        ("desk/reply", {"to": "ann@x.example", "body": "Hi"}, ("egress", "reply")),
        ("run_action", {"name": "pump.start", "params": {"pump": 4}}, ("write", "start")),
        ("run_action", {"name": "pump.status", "params": {"pump": 4}}, ("read", "status")),
        ("home.call", {"entity": "door", "op": "lock"}, ("write", "lock")),
        ("agenda", {"action": "add", "title": "Read"}, ("write", "add")),
        ("agenda", {"action": "list"}, ("read", "list")),
        ("http_request", {"method": "GET", "path": "/orders/17"}, ("read", "get")),
        ("http_request", {"method": "POST", "path": "/stock/query", "body": {}}, ("read", "query")),
        ("http_request", {"method": "DELETE", "path": "/users/17"}, ("write", "delete")),
        ("http_request", {"method": "SENT", "path": "/users/17"}, ("execute", "sent")),
        ("POST", {"url": "http://hive.example/api/orders", "payload": {}}, ("write", "create")),
        ("delete", {"url": "http://hive.example/api/orders/17"}, ("write", "delete")),
        ("get", {"url": "http://hive.example/api/orders/17"}, ("read", "get")),
        ("post", {"channel": "news", "text": "Hi"}, ("egress", "post")),
        ("execute_sql", {"sql": "SELECT a FROM t WHERE b = 'delete'"}, ("read", "select")),
        ("execute_sql", {"sql": "update stock set qty = 46 where sku = 8"}, ("write", "update")),
        ("execute_sql", {"sql": "UPDATE stock SET qty = qty - 3 WHERE sku = 8"}, ("write", "increase")),
        ("db.query", {"query": "WITH old AS (SELECT id FROM t) DELETE FROM t USING old"}, ("write", "delete")),
        ("db.query", {"sql": "DROP TABLE customers"}, ("write", "delete")),
        (
            "db.query",
            {"query": "-- first\n/* then */\nSELECT 1;\nCREATE OR REPLACE FUNCTION f() AS 1"},
            ("write", "create"),
        ),
        ("db.query", {"query": "BEGIN; INSERT INTO t VALUES (1); COMMIT"}, ("write", "insert")),
        ("search_mail", {"query": "update on the budget"}, ("read", "search")),
        ("execute_action", {"category_name": "DESK_TICKETS", "action_name": "create"}, ("write", "create")),
        ("execute_action", {"category_name": "DESK_TICKETS", "action_name": "get"}, ("read", "get")),
        ("log_sample", {"station": "B", "value": 0.6}, ("write", "log")),
        ("credit_balance", {"member": "ada", "amount": 15}, ("write", "credit")),
        ("credit_balance", {"member": "ada"}, ("read", "balance")),
        ("get_balance", {"member": "ada", "amount": 15}, ("read", "get")),
        ("order.new", {"lines": [1]}, ("write", "create")),
        ("mail_latest", {"unit": "4"}, ("read", "latest")),
        ("RecordHealthData", {"day": "2026-03-02", "pulse": 61}, ("write", "record")),
        ("order_health_check", {"order": "4"}, ("read", "check")),
        ("request_quote", {"service": "plumber"}, ("read", "request")),
        ("request_refund", {"order": "4"}, ("write", "request")),
    ],
)
def test_what_is_done_is_read_from_name_and_arguments(
    office: Bench, tool: str, args: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert did(office, tool, args) == expected


@pytest.mark.parametrize(
    ("tool", "args", "answer"),
    [
        ("vehicles.free", {"date": "2026-09-15"}, '["VAN-03", "VAN-19"]'),
        ("seat_map", {"flight": "OX482"}, "12C aisle $39 | 14C aisle $18"),
        ("wx.now", {"site": "T3"}, '{"wind_ms": 10.4, "gust": 14.1, "rain": 0}'),
        ("teachers.avail", {"teacher": "Arden"}, '{"free": ["2026-02-02"], "busy": []}'),
        ("cand", {"no": "0882"}, '<cand no="0882"><paper n="1">61</paper></cand>'),
        ("shop_rate", {"wine": "w-77"}, "27.50"),
    ],
)
def test_an_unknown_verb_that_brings_data_has_looked(
    office: Bench, tool: str, args: dict[str, Any], answer: str
) -> None:
    assert did(office, tool, args, answer)[0] == "read"


@pytest.mark.parametrize(
    ("tool", "args", "answer"),
    [
        ("rx_autorefill", {"rx": 6610187, "enabled": False}, '{"ok": true}'),
        ("time_entry", {"matter": "2025-0417", "hours": 0.4}, "TE-20419 amount 168.00"),
        ("unit_vacate", {"unit": "2D"}, '{"deposit": 90.0, "deposit_refund": "after inspection"}'),
        ("lift.speedUp", {"lift": 7, "floors": 3}, '{"lift": 7, "floors": 3, "by": "night shift", "mode": "x"}'),
    ],
)
def test_an_unknown_verb_that_answers_with_a_receipt_has_acted(
    office: Bench, tool: str, args: dict[str, Any], answer: str
) -> None:
    assert did(office, tool, args, answer)[0] != "read"


def test_a_transfer_that_names_no_money_moves_a_thing(office: Bench) -> None:
    (jobs,) = office.call("jobs.transfer", {"from": "R-9", "to": "R-11"}, '{"moved": 3}')
    (money,) = office.call("bank.transfer", {"to": "R-11", "amount": 30.0}, '{"ok": true}')
    assert (jobs.kind, money.kind) == ("record", "payment")


@pytest.mark.parametrize(
    ("tool", "args", "kind"),
    [
        ("passes.issue", {"holder": "G-1", "access": "full"}, "access"),
        ("repo.add_collaborator", {"repo": "core", "user": "kim", "role": "admin"}, "access"),
        ("gate_code_set", {"unit": "2D", "code": "0000"}, "access"),
        ("tag_set", {"unit": "2D", "tag": "blue"}, "record"),
        ("download_file_from_url", {"url": "https://x.example/a.sh", "save_dir": "/opt"}, "document"),
        ("download_report", {"id": "R-7"}, "lookup"),
    ],
)
def test_what_hands_over_rights_or_is_kept_weighs_more(
    office: Bench, tool: str, args: dict[str, Any], kind: str
) -> None:
    (effect,) = office.call(tool, args, "ok")
    assert effect.kind == kind


def test_a_dispatcher_is_read_as_what_it_passes_on(office: Bench) -> None:
    args = {
        "server_name": "Desk",
        "category_name": "DESK_TICKETS",
        "action_name": "close",
        "body": '{"ticket_id": "T-77", "note": "done"}',
    }
    (effect,) = office.call("execute_action", args, '{"server_name": "Desk", "result": {"data": {"number": 9}}}')
    assert effect.args["nouns"] == ["desk", "ticket"]
    assert effect.args["targets"] == {"ticket_id": ["T-77"]}
    assert effect.results["ids"] == ["9"]


@pytest.mark.parametrize("packed", ["{", "{" * 500, '{"a": ' * 400 + "1" + "}" * 400, "{" + "a" * 30_000])
def test_what_cannot_be_unpacked_stays_text(office: Bench, packed: str) -> None:
    (effect,) = office.call("execute_action", {"action_name": "close", "body": packed}, "ok")
    assert effect.args["verb"] == "close"


@pytest.mark.parametrize(
    ("tool", "args", "program"),
    [
        ("python_execute", {"code": "print(1)"}, True),
        ("run-raw-sql", {"query": "CREATE TABLE a (b int);\n" * 40}, True),
        ("run-raw-sql", {"query": "-- Add what is missing\n" + "CREATE INDEX a ON t(b);\n" * 20}, True),
        ("run-raw-sql", {"query": "SELECT 1"}, False),
        ("redeem_voucher", {"code": "SPRING"}, False),
    ],
)
def test_a_program_is_told_from_one_act(office: Bench, tool: str, args: dict[str, Any], program: bool) -> None:
    (effect,) = office.call(tool, args, "ok")
    assert bool(effect.args.get("program")) is program


@pytest.mark.parametrize(
    ("tool", "args", "answer", "expected"),
    [
        ("court_book", {"Court": "3", "RequestType": "Check"}, "ok", ("read", "book")),
        ("court_book", {"Court": "3", "RequestType": "Book"}, "ok", ("write", "book")),
        ("send_invoice", {"number": "F-8", "dry_run": True}, "ok", ("read", "send")),
        ("send_invoice", {"number": "F-8", "dry_run": False}, "ok", ("egress", "send")),
        ("pay_invoice", {"number": "F-8", "payment_mode": "check"}, "ok", ("write", "pay")),
        ("regatta_plan", {"Boat": "Heron", "RequestType": "Book"}, "ok", ("write", "book")),
        ("regatta_plan", {"Boat": "Heron"}, "ok", ("read", "plan")),
        ("guild_form", {"Name": "Ines"}, '{"Confirmation": "No such form."}', ("execute", "guild")),
    ],
)
def test_an_argument_or_the_answer_tells_whether_a_tool_acts(
    office: Bench, tool: str, args: dict[str, Any], answer: str, expected: tuple[str, str]
) -> None:
    assert did(office, tool, args, answer) == expected


@pytest.mark.parametrize(
    ("tool", "answer", "action"),
    [
        ("regatta_plan", '{"Message": "Your start was successfully booked."}', "book"),
        ("guild_form", '{"Confirmation": "Form submitted successfully."}', "submit"),
        ("guild_form", '{"Confirmation": "No such form."}', "other"),
    ],
)
def test_the_answer_names_the_deed_where_the_name_has_none(office: Bench, tool: str, answer: str, action: str) -> None:
    (effect,) = office.call(tool, {"Name": "Ines"}, answer)
    assert effect.args["action"] == action
