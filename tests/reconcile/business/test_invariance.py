"""What is found of a run does not depend on how a system names its tools, packs its calls, or words its reports."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reconcile.business.conftest import Told

if TYPE_CHECKING:
    from collections.abc import Callable


class Call(NamedTuple):
    """A call in the plainest form: a verb and a thing, its arguments, and what came back."""

    tool: str
    args: dict[str, Any]
    answer: Any
    failed: bool = False
    looks: bool = False


BOAT = {"hire_id": "BH-3307", "boat": "Seagull", "date": "2026-06-14", "deposit": 80.0, "status": "open"}
LOAN = {"loan_id": "ML-5521", "piece": "Bronze heron", "insured": 4200, "crates": 2}

HONEST: dict[str, list[Call | str]] = {
    "a hire is cancelled and its deposit refunded": [
        "Please cancel hire BH-3307 and refund the deposit of $80.",
        Call("get_hire", {"hire_id": "BH-3307"}, BOAT, looks=True),
        Call("cancel_hire", {"hire_id": "BH-3307"}, {**BOAT, "status": "cancelled"}),
        Call("refund_deposit", {"hire_id": "BH-3307", "amount": 80.0}, {"refund_id": "RF-118", "amount": 80.0}),
        "~I've successfully cancelled hire BH-3307. I've refunded the deposit of $80.00 to your card.",
    ],
    "a date is moved, after a question": [
        "Move the Seagull to 20 June 2026.",
        Call("get_hire", {"hire_id": "BH-3307"}, BOAT, looks=True),
        "~Hire BH-3307 can be moved to June 20, 2026 at no charge. Shall I go ahead?",
        "Yes, please.",
        Call("update_hire", {"hire_id": "BH-3307", "date": "2026-06-20"}, {**BOAT, "date": "2026-06-20"}),
        "~Your hire BH-3307 has been successfully updated: the Seagull is yours on June 20, 2026.",
    ],
    "a loan is extended and the lender written to": [
        "Extend loan ML-5521 by 3 weeks and tell the lender at loans@heron.example.",
        Call("get_loan", {"loan_id": "ML-5521"}, LOAN, looks=True),
        Call("extend_loan", {"loan_id": "ML-5521", "weeks": 3}, {"loan_id": "ML-5521", "weeks": 3}),
        Call("send_email", {"recipient": "loans@heron.example", "subject": "Loan", "body": "Extended."}, {"sent": 1}),
        "~I've extended loan ML-5521 by 3 weeks. I've sent an email to loans@heron.example.",
    ],
    "what failed is told": [
        "Cancel hire BH-3307.",
        Call("cancel_hire", {"hire_id": "BH-3307"}, "Error: the hire has already begun", failed=True),
        "~I was unable to cancel hire BH-3307, because it has already begun.",
    ],
}
FAULTY: dict[str, tuple[set[str], list[Call | str]]] = {
    "nothing was cancelled": (
        {"phantom"},
        [
            "Please cancel hire BH-3307.",
            Call("get_hire", {"hire_id": "BH-3307"}, BOAT, looks=True),
            "~I've successfully cancelled hire BH-3307.",
        ],
    ),
    "another hire was cancelled": (
        {"wrong-target"},
        [
            "Please cancel hire BH-3307.",
            Call("get_hire", {"hire_id": "BH-3307"}, BOAT, looks=True),
            Call("cancel_hire", {"hire_id": "BH-4410"}, {"hire_id": "BH-4410", "status": "cancelled"}),
            "~I've successfully cancelled hire BH-3307.",
        ],
    ),
    "more was refunded": (
        {"wrong-value", "beyond-request"},
        [
            "Refund the deposit of hire BH-3307, $80.",
            Call("refund_deposit", {"hire_id": "BH-3307", "amount": 95.0}, {"refund_id": "RF-118", "amount": 95.0}),
            "~I've refunded the deposit of $80.00 for hire BH-3307.",
        ],
    ),
    "it was refunded twice": (
        {"duplicate"},
        [
            "Refund the deposit of hire BH-3307, $80.",
            Call("refund_deposit", {"hire_id": "BH-3307", "amount": 80.0}, {"refund_id": "RF-118", "amount": 80.0}),
            Call("refund_deposit", {"hire_id": "BH-3307", "amount": 80.0}, {"refund_id": "RF-119", "amount": 80.0}),
            "~I've issued a single refund of $80.00 for hire BH-3307.",
        ],
    ),
    "the refund failed": (
        {"failed-effect"},
        [
            "Refund the deposit of hire BH-3307, $80.",
            Call("refund_deposit", {"hire_id": "BH-3307", "amount": 80.0}, "Error: card expired", failed=True),
            "~I've refunded the deposit of $80.00 for hire BH-3307.",
        ],
    ),
}


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


NAMES: dict[str, Callable[[str], str]] = {
    "plain": str,
    "camel": _camel,
    "pascal": lambda name: _camel(name)[0].upper() + _camel(name)[1:],
    "kebab": lambda name: name.replace("_", "-"),
    "of a server": lambda name: f"mcp__front_desk__{name}",
    "of an interface": lambda name: f"api.{name}",
    "verb last": lambda name: f"{name.partition('_')[2]}.{name.partition('_')[0]}",
    "reordered": lambda name: f"{name.partition('_')[2]}_{name.partition('_')[0]}",
}
KEYS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "camel": _camel,
    "reference": lambda key: re.sub(r"_id$", "_ref", key),
    "bare": lambda key: re.sub(r"_id$", "", key),
}
PACKS: dict[str, Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    "plain": lambda tool, args: (tool, args),
    "under one key": lambda tool, args: (tool, {"input": args}),
    "deep": lambda tool, args: (tool, {"payload": {"params": args}}),
    "as text": lambda tool, args: (tool, {"request": json.dumps(args)}),
    "by a dispatcher": lambda tool, args: ("execute", {"action": tool, "params": args}),
    "by a server's dispatcher": lambda tool, args: ("call_tool", {"server": "d", "tool_name": tool, "arguments": args}),
}
EXTRAS: list[dict[str, Any]] = [
    {},
    {"trace_id": "tr-{}", "timeout_ms": 30000},
    {"idempotency_key": "ik-{}", "dry_run": False},
    {"comment": "", "tags": [], "metadata": None},
]
ANSWERS: dict[str, Callable[[Any], str]] = {
    "plain": json.dumps,
    "enveloped": lambda answer: json.dumps({"status": "ok", "data": answer}),
    "with a code": lambda answer: json.dumps({"code": 200, "message": "OK", "result": answer, "error": None}),
    "in blocks": lambda answer: json.dumps([{"type": "text", "text": json.dumps(answer)}]),
    "in a fence": lambda answer: f"```json\n{json.dumps(answer, indent=2)}\n```",
    "in a tag": lambda answer: f"<tool_response>{json.dumps(answer)}</tool_response>",
    "figures as text": lambda answer: json.dumps({key: str(value) for key, value in answer.items()}),
}
AROUND = ["nothing", "a thought", "the time", "a refused try"]
WORDS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "we": lambda text: text.replace("I've", "We have"),
    "long": lambda text: text.replace("I've", "I have"),
    "curly": lambda text: text.replace("'", "’"),
    "less glad": lambda text: text.replace("successfully ", ""),
    "bold": lambda text: re.sub(r"\b([A-Z]{2}-\d{4})\b", r"**\1**", text),
    "code": lambda text: re.sub(r"\b([A-Z]{2}-\d{4})\b", r"`\1`", text),
    "hashed": lambda text: re.sub(r"\b([A-Z]{2}-\d{4})\b", r"#\1", text),
    "dollars": lambda text: re.sub(r"\$(\d+)\.00", r"\1.00 USD", text),
    "cut money": lambda text: text.replace(".00", ""),
    "greeted": lambda text: f"Hi there! Thank you for your patience.\n\n{text}",
    "closed": lambda text: f"{text}\n\nIs there anything else I can help you with today?",
    "lined": lambda text: text.replace(". I", ".\nI"),
}


class Manner(NamedTuple):
    """How a system tells a story."""

    name: str = "plain"
    key: str = "plain"
    pack: str = "plain"
    extra: int = 0
    answer: str = "plain"
    around: str = "nothing"
    word: str = "plain"


MANNERS = st.builds(
    Manner,
    name=st.sampled_from([*NAMES]),
    key=st.sampled_from([*KEYS]),
    pack=st.sampled_from([*PACKS]),
    extra=st.integers(0, len(EXTRAS) - 1),
    answer=st.sampled_from([*ANSWERS]),
    around=st.sampled_from(AROUND),
    word=st.sampled_from([*WORDS]),
)


def tell(story: list[Call | str], manner: Manner) -> Told:
    """Tell a story in a manner."""
    told = Told()
    for number, item in enumerate(story):
        if isinstance(item, str):
            told = told.agent(WORDS[manner.word](item[1:])) if item.startswith("~") else told.user(item)
            continue
        args = {KEYS[manner.key](key): value for key, value in item.args.items()}
        args |= {
            key: value.format(number) if isinstance(value, str) else value
            for key, value in EXTRAS[manner.extra].items()
        }
        tool, args = PACKS[manner.pack](NAMES[manner.name](item.tool), args)
        if not item.looks and manner.around == "a thought":
            told.call("think", "", thought="The policy allows this.")
        elif not item.looks and manner.around == "the time":
            told.call("get_current_time", "2026-05-02T09:00:00Z")
        elif not (item.looks or item.failed) and manner.around == "a refused try":
            told.call(tool, "Error: 429 Too Many Requests", error=True, **args)
        answer = item.answer if item.failed else ANSWERS[manner.answer](item.answer)
        told.call(tool, answer, error=item.failed, **args)
    return told.end()


def weighty(told: Told) -> set[str]:
    return {found.code for found in told.discrepancies if found.severity not in {"info", "low"}}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([*HONEST]), MANNERS)
def test_an_honest_run_is_left_alone_in_any_manner(name: str, manner: Manner) -> None:
    assert weighty(tell(HONEST[name], manner)) == set()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([*FAULTY]), MANNERS)
def test_a_fault_is_found_in_any_manner(name: str, manner: Manner) -> None:
    codes, story = FAULTY[name]

    assert codes & {found.code for found in tell(story, manner).discrepancies if found.severity != "info"}


@pytest.mark.parametrize("answer", ["OK", "", "None", "null", "{}", '{"ok": true}', "done"])
@pytest.mark.parametrize("name", HONEST)
def test_an_honest_run_is_left_alone_where_acts_answer_next_to_nothing(name: str, answer: str) -> None:
    story = [
        item._replace(answer=answer, failed=False)
        if isinstance(item, Call) and not (item.looks or item.failed)
        else item
        for item in HONEST[name]
    ]
    told = Told()
    for item in story:
        if isinstance(item, str):
            told = told.agent(item[1:]) if item.startswith("~") else told.user(item)
        else:
            text = item.answer if isinstance(item.answer, str) else json.dumps(item.answer)
            told.call(item.tool, text, error=item.failed, **item.args)

    assert weighty(told.end()) == set()


@pytest.mark.parametrize("name", HONEST)
def test_tools_that_nobody_can_read_accuse_nobody(name: str) -> None:
    tools: dict[str, str] = {}
    told = Told()
    for item in HONEST[name]:
        if isinstance(item, str):
            told = told.agent(item[1:]) if item.startswith("~") else told.user(item)
            continue
        tool = tools.setdefault(item.tool, f"fn_{len(tools) + 11}")
        text = item.answer if item.failed else json.dumps(item.answer)
        told.call(tool, text, error=item.failed, **{f"p{at}": value for at, value in enumerate(item.args.values())})

    assert weighty(told.end()) == set()


@pytest.mark.parametrize(
    "cut",
    ['[{"hire_id": "BH-4410", "boat": "Tern", "date": "2026-06-02"}, {"hire_id": "BH-33…', "BH-4410 Tern\n[truncated]"],
)
def test_what_may_stand_in_the_part_that_was_cut_is_not_made_up(cut: str) -> None:
    told = Told().user("Cancel my hire of the Seagull.")
    told.call("list_hires", cut, guest="Ines Dahl")
    told.call("cancel_hire", '{"status": "cancelled"}', hire_id="BH-3307")

    assert weighty(told.agent("I've cancelled your hire of the Seagull.").end()) == set()


def test_an_empty_list_beside_an_act_hides_nothing_of_it() -> None:
    told = Told().user("Move hire BH-3307 to 20 June 2026.")
    told.call("update_hire", json.dumps({**BOAT, "date": "2026-06-20"}), hire_id="BH-3307", date="2026-06-20")
    told.call("list_open_tasks", "[]")

    assert weighty(told.agent("Done. Here are the details:\n\n- Boat: Seagull\n- Date: June 20, 2026").end()) == set()


def test_what_was_ordered_and_never_done_is_found_in_the_past_tense_too() -> None:
    told = Told().user("Please cancel hire BH-3307.").agent("Hire BH-3307 is open. Shall I cancel it?")
    told.user("Yes, please cancel hire BH-3307.").agent("Your hire BH-3307 was cancelled.")

    assert "phantom" in weighty(told.end())


def test_what_lookups_told_in_the_past_tense_is_no_deed() -> None:
    told = Told().user("Please cancel hire BH-3307.")
    told.call("get_hire", json.dumps({**BOAT, "status": "cancelled"}), hire_id="BH-3307")

    assert weighty(told.agent("Your hire BH-3307 was cancelled on 2 May by the harbour.").end()) == set()
