"""Rules of the user's own over what the agent reads: phrases, and YARA rules through the extra."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assure_tui.app.desk.config import read_workspace
from assure_tui.app.desk.errors import ConfigError
from assure_tui.app.desk.gates.yara import scan
from assure_tui.app.desk.trust import trust
from assure_tui.reconcile.gates.conditions import Sighting

PHRASES = '[[input_rules]]\nid = "house"\nphrases = ["settle the retention fee"]\n'
YARA = 'rule lure { strings: $a = "golden ticket" nocase condition: $a }'
ROWS = [
    {"type": "session", "format": "assure/1", "id": "s-1", "agent": "helper"},
    {"type": "user", "text": "What does the page say?"},
    {"type": "tool_call", "call_id": "c1", "tool": "get_page", "args": {"url": "https://x.example"}},
    {"type": "tool_result", "call_id": "c1", "status": "succeeded", "text": "PAGE"},
    {"type": "report", "text": "It says nothing of interest."},
]


def log(folder: Path, page: str) -> Path:
    path = folder / "run.jsonl"
    rows = [{**row, "text": page} if row["type"] == "tool_result" else row for row in ROWS]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def inputs(report: str) -> list[tuple[str, str, str]]:
    return [(i["code"], i["severity"], i["message"]) for run in json.loads(report)["runs"] for i in run["inputs"]]


def test_a_phrase_of_the_users_own_is_found_in_any_case_and_spacing(assure, tmp_path: Path) -> None:
    config = tmp_path / "assure.toml"
    config.write_text(PHRASES, encoding="utf-8")
    path = log(tmp_path, "Prices.\n\nSettle  the\nRETENTION fee today.")
    (found,) = inputs(assure("reconcile", path, "--format", "json", "--config", config).stdout)
    assert found[:2] == ("instruction-text", "medium")
    assert "house" in found[2]
    assert inputs(assure("reconcile", log(tmp_path, "Prices."), "--format", "json", "--config", config).stdout) == []


def test_phrases_only_tighten_and_need_no_trust(tmp_path: Path) -> None:
    config = tmp_path / "assure.toml"
    config.write_text(PHRASES, encoding="utf-8")
    found = read_workspace(config, trusted=False)
    assert [rule.id for rule in found.settings.input_rules] == ["house"]
    assert found.waiting == ()


def test_yara_rules_are_held_against_what_the_agent_reads(assure, tmp_path: Path) -> None:
    (tmp_path / "lure.yar").write_text(YARA, encoding="utf-8")
    config = tmp_path / "assure.toml"
    config.write_text('yara_rules = ["lure.yar"]', encoding="utf-8")
    path = log(tmp_path, "Grüße. Take the Golden Ticket now.")
    ((code, severity, message),) = inputs(assure("reconcile", path, "--format", "json", "--config", config).stdout)
    assert (code, severity) == ("instruction-text", "medium")
    assert message.endswith("the rule lure: “Golden Ticket now.”")


def test_yara_rules_wait_for_trust_that_ends_when_they_change(tmp_path: Path) -> None:
    rules, config, store = tmp_path / "lure.yar", tmp_path / "assure.toml", tmp_path / "trust.json"
    rules.write_text(YARA, encoding="utf-8")
    config.write_text('yara_rules = ["lure.yar"]', encoding="utf-8")
    found = read_workspace(config, trust=store)
    assert (found.settings.yara, len(found.waiting)) == ((), 1)
    trust(store, config, found.digest)
    assert read_workspace(config, trust=store).settings.yara == (YARA,)
    rules.write_text(YARA + "\n", encoding="utf-8")
    assert read_workspace(config, trust=store).settings.yara == ()


@pytest.mark.parametrize(
    ("text", "rules", "said"),
    [
        ('yara_rules = ["lure.yar"]', "rule x {", "compiled"),
        ('yara_rules = ["gone.yar"]', YARA, "not there"),
        ('yara_rules = ["../lure.yar"]', YARA, "outside"),
        ('[[input_rules]]\nid = "x"\nphrases = ["short"]', YARA, "at least 8"),
        ('[[input_rules]]\nid = "x"\nphrases = ["long enough"]\nseverity = "critical"', YARA, "severity"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(tmp_path: Path, text: str, rules: str, said: str) -> None:
    (tmp_path / "lure.yar").write_text(rules, encoding="utf-8")
    config = tmp_path / "assure.toml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read_workspace(config, trusted=True)


def test_the_severity_of_a_yara_rule_is_at_most_medium() -> None:
    rule = 'rule a {{ meta: severity = "{}" strings: $a = "evil" condition: $a }}'
    assert [scan((rule.format(word),), "evil")[0].severity for word in ("low", "info", "critical")] == [
        "low",
        "info",
        "medium",
    ]


def test_a_large_text_is_scanned_or_said_not_to_be() -> None:
    rule = "rule a { strings: $a = /(a|aa|aaa|aaaa){20,60}b/ condition: #a > 3 }"
    assert scan((rule,), "a" * 200_000) in ([], [Sighting("", "info", (0, 0))])
