"""The lexicon of coding claims, read from `data/coding.toml` and compiled once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from assure_tui.reconcile.claims.coding_text import PLACEHOLDERS
from assure_tui.reconcile.claims.cues import Cued, cued

Words = frozenset[str]


class Verb(msgspec.Struct, frozen=True):
    """What a verb form tells: the kind of its claim, empty when the object decides; `bare` forms are present too."""

    kind: str
    bare: bool = False


class Lexicon(msgspec.Struct, frozen=True):
    """All words and patterns, ready for use."""

    verbs: dict[str, Verb]
    bases: dict[str, str]
    describes: Words
    objects: dict[str, dict[str, str]]
    """Verb form to {object word: kind}."""
    owners: dict[str, Words]
    """Verb form to the subjects it is said of, where it is said of other things too."""
    grammar: dict[str, Words]
    subjects: dict[str, str]
    """Word to the kind of check it speaks of."""
    passes: re.Pattern[str]
    fails: re.Pattern[str]
    verdicts: tuple[Cued, ...]
    """Sentences that are nothing but a result, such as "All green."."""
    states: tuple[tuple[str, Cued], ...]
    denials: tuple[tuple[str, Cued], ...]
    sections: dict[str, re.Pattern[str]]
    trigger: re.Pattern[str]
    """Matches every masked text that can hold a claim, and few others."""


_BLANK = re.compile(r" (\??)")


def _compile(pattern: str) -> re.Pattern[str]:
    """Compile one pattern of the data file; a blank in it stands for one or more, as bold marks leave blanks behind."""
    pattern = _BLANK.sub(lambda blank: " *" if blank[1] else " +", pattern)
    if pattern.startswith("^"):
        pattern = r"^[^\w\ue000-\ue005]*" + pattern[1:]
    for name, meaning in PLACEHOLDERS.items():
        pattern = pattern.replace(name, meaning)
    return re.compile(pattern)


def _words(text: str) -> Words:
    return frozenset(text.split())


@cache
def lexicon() -> Lexicon:
    """Give the shipped lexicon."""
    data: dict[str, Any] = tomllib.loads(
        files("assure_tui.reconcile").joinpath("data/coding.toml").read_text(encoding="utf-8")
    )
    verbs: dict[str, Verb] = {}
    bases: dict[str, str] = {}
    for kind, forms in data["verbs"].items():
        for word in forms.get("past", "").split():
            verbs.setdefault(word, Verb("" if kind == "none" else kind))
        for word in forms.get("bare", "").split():
            verbs.setdefault(word, Verb(kind, bare=True))
        for word in forms.get("base", "").split():
            bases.setdefault(word, kind)
    objects: dict[str, dict[str, str]] = {}
    for group in data["objects"].values():
        for verb in group["verbs"].split():
            for kind, words in group.items():
                if kind != "verbs":
                    objects.setdefault(verb, {}).update(dict.fromkeys(words.split(), kind))
    checks = data["checks"]
    subjects = {word: kind for kind, words in checks["subjects"].items() for word in words.split()}
    results = checks["results"]
    states = tuple((kind, cued(_compile(pattern))) for kind, patterns in data["states"].items() for pattern in patterns)
    denials = tuple(
        (kind, cued(_compile(pattern))) for kind, patterns in data["denials"].items() for pattern in patterns
    )
    return Lexicon(
        verbs=verbs,
        bases=bases,
        describes=frozenset(word for forms in data["verbs"].values() for word in forms.get("describes", "").split()),
        objects=objects,
        owners={verb: _words(words) for verb, words in data["owners"].items()},
        grammar={name: _words(words) for name, words in data["grammar"].items()},
        subjects=subjects,
        passes=_compile(r"(?<![\w-])(?:" + "|".join(results["pass"]) + r")(?![\w-])"),
        fails=_compile(r"(?<![\w-])(?:" + "|".join(results["fail"]) + r")(?![\w-])"),
        verdicts=tuple(cued(_compile(f"^{pattern}[.! ]*$")) for pattern in results["bare"]),
        states=states,
        denials=denials,
        sections={name: re.compile(r"\b(?:" + "|".join(words) + r")\b") for name, words in data["sections"].items()},
        trigger=_trigger(verbs),
    )


def _trigger(verbs: dict[str, Verb]) -> re.Pattern[str]:
    """One search that drops most sentences: a past form, a result word, a negation, or a state word."""
    words = "|".join(sorted(map(re.escape, verbs)))
    return re.compile(
        rf"\b(?:{words}|pass\w*|green|clean|cleanly|succeed\w*|successful\w*|builds|ok|now|no|not|nothing|zero|never|without|unable|untouched|"
        r"unchanged|unmodified|alone|intact|as-is|uncommitted|fail\w*|complain\w*|flagged|red|broken|works|compiles|done|"
        r"running|back|in|finished|complete|completed|returned|open|matches|confirms|shows|exits?|commits?|gone|contains|"
        r"branch|status|pr|reconciles|checks|tag|on|at|is|are|all|0)\b|n't\b|[✅✔✓✗❌]|\d/\d|^[\ue002]"
    )
