"""Claims about files: edited, created, deleted, tests added, fixed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.added import TEST_FILE, too_few
from assure_tui.reconcile.match.coding.listed import listed_with
from assure_tui.reconcile.match.coding.memory import PLACES
from assure_tui.reconcile.match.coding.placed import beside_verb, comes_first, is_changed_there, is_place, lacking_name
from assure_tui.reconcile.match.coding.ruling import (
    Ruling,
    against,
    command,
    confirmed,
    failing,
    unproven,
    unverifiable,
)
from assure_tui.reconcile.match.coding.seen import WRITER, Seen
from assure_tui.reconcile.match.coding.sizes import told_size
from assure_tui.reconcile.match.coding.steps import (
    CHANGES,
    Step,
    Touch,
    bare,
    command_of,
    is_elsewhere,
    is_scratch,
    matters,
    name_of,
    only_prints,
    paths_of,
    restores,
    same_path,
    without_prose,
)
from assure_tui.reconcile.match.coding.unknown import unknown_since
from assure_tui.reconcile.match.coding.words import likeliest, names_little, shares_little
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.reconcile.model import Claim, Severity

_WRITERS = (
    "ran",
    "format",
    "vcs",
    "committed",
    "installed",
    "build",
    "tests",
    "lint",
    "remote",
    "deployed",
    "opened_pr",
)
_COPIERS = frozenset({"cp", "copy", "rsync", "git", "install", "Copy-Item"})
_INLINE = re.compile(r"(?:\S{0,200}/)?(?:python[\d.]{0,5}|node|ruby|perl|php|deno|bun) (?:-\S{1,20} ){0,4}-[ce]\b")
"""A program that stands in the command line, so that all it does is seen."""
_MADE = frozenset({"added", "created", "generated", "saved", "copied"})
_WORD = re.compile(r"[A-Za-z][\w.-]{3,60}")
_DOCUMENT = re.compile(r"\.(?:mdx?|mdc|rst|txt|adoc)$", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:routes?|endpoints?|urls?|pages?|links?|requests?)\b[^.;]{0,20}$", re.IGNORECASE)
_HANDS = frozenset({"patch", "tool"})
"""How an agent changes a file on purpose; what a command writes on the way may be no change that words are about."""
_BY_A_TOOL = re.compile(
    r"\b(?:re)?(?:formatted|generated|fixed|sorted|built|compiled|linted) (?:by|with|via|using) "
    r"|\bauto-?(?:matically )?(?:re)?(?:formatted|generated|fixed|sorted|updated)\b",
    re.IGNORECASE,
)
"""What a file is told to have become by a program, and not by the agent's own hand."""
_DONE = r"(?:changed|edited|modified|touched)"
_NOTHING = re.compile(
    rf"\W{{0,6}}(?:(?:i|we)(?:(?:'ve| have)? {_DONE} nothing"
    r"| (?:did not|didn't) (?:change|edit|modify|touch) (?:anything|any files?)"
    rf"| (?:have not|haven't) {_DONE} (?:anything|any files?))"
    rf"|(?:nothing|no files?) (?:was|were|has been|have been) {_DONE}|no files? {_DONE})\W{{0,6}}",
    re.IGNORECASE,
)
"""Words that deny any change at all, and go on to nothing else."""
_ONLY = re.compile(r"\bonly\b", re.IGNORECASE)
_STANDS = re.compile(r"\b(?:already|still|unchanged|existing|keeps?|kept|remains?|stays?)\b", re.IGNORECASE)
"""Words by which a file is as it was: what every change of it failed at may have stood there."""
_EARLIER = re.compile(r"\b(?:previously|(?:previous|earlier|prior|last) (?:session|commit|turn|run))\b", re.IGNORECASE)


def judge_change(claim: Claim, seen: Seen) -> Ruling:
    """Judge that files were changed as said."""
    other = (too_few(claim, seen) if claim.kind == "added_tests" else None) or told_size(claim, seen)
    if other is not None:
        return other
    firm = _acted_on(claim)
    certain = [path for path in firm if "*" not in path]
    certain += [other for path in certain for other in listed_with(claim, path)]
    named = _said(claim, "targets", "paths")
    for path in certain or named:
        found = [(known, touch) for known, touch in seen.touches(path)]
        changed = [touch.changed for known, touch in found if touch.changed and not _copied_away(touch.changed, known)]
        if changed:
            step = max(changed, key=lambda step: step.at)
            return _left_out(claim, seen, path, step) or confirmed(f"{name_of(path)} was changed", step)
    shas = [str(sha).lower() for sha in claim.args.get("sha", ())]
    if shas and any(seen.knows_sha(sha) for sha in shas):
        return unverifiable("it is about a commit whose content is not in the log")
    if claim.kind == "fixed" and claim.args.get("row"):
        return unverifiable("a table of findings does not say who fixed them")
    if claim.kind == "added_tests" and not claim.args.get("verb"):
        # another file is what is tested: "`cart.ts` now has tests"
        firm = [path for path in firm if TEST_FILE.search(path)]
    if firm:
        return _untouched(claim, seen, firm)
    return _in_passing(claim, seen, named)


def _acted_on(claim: Claim) -> list[str]:
    """Give the files that words tell a change of; of several, the one that they are about from their beginning."""
    targets = _said(claim, "targets") or beside_verb(claim)
    files = [path for path in targets if _is_file(path, claim.text)]
    return [path for path in files if comes_first(claim, path)] or files


def _said(claim: Claim, *keys: str) -> list[str]:
    """Give the paths under some arguments of a claim, each once; an address of the web is none."""
    said = [str(path) for key in keys for path in claim.args.get(key, ())]
    return list(dict.fromkeys(path for path in said if not path.startswith(("http:", "https:"))))


def _in_passing(claim: Claim, seen: Seen, named: list[str]) -> Ruling:
    """Judge words that name files beside what they tell, none of which was changed."""
    ruling = _unnamed(claim, seen)
    if ruling.code or claim.args.get("from_above"):
        return ruling
    beside = [path for path in named if _is_file(path, claim.text) and not seen.writer_of(name_of(path))]
    told = ruling.outcome == "confirmed" and not claim.args.get("imperative")
    placed = [path for path in beside if told and is_changed_there(claim, path)]
    other = _in_vain(claim, seen, beside) or (_untouched(claim, seen, placed) if placed else None)
    return msgspec.structs.replace(other, severity="low") if other and other.code else other or ruling


_NAMED = re.compile(r"(?:^|[/\\])(?:\.env|\.\w{2,30}(?:ignore|rc|config|attributes|modules)|[A-Z][a-z]{2,19}file)$")
"""Names that are whole without an ending: `.gitignore`, `.bashrc`, `Makefile`."""
_OF_A_KIND = re.compile(r"[`*_]{0,3} files\b")
_AMONG_OTHERS = re.compile(r"(?:\band|[,&+/]) ?[`*_]{0,3}$")
MAX_SCRIPT = 20_000
"""Code points of a command with its script in which a file's name is looked for."""
MAX_DENIAL = 80
"""Code points before a file in which the verb of its denial stands."""
_STAYS = re.compile(
    r"[`*_)\]]{0,4}(?:\([^()\s]{1,300}\))?[`*_ :—–-]{0,8}(?:(?:and|,) [`\w./-]{2,60} )?"
    r"(?:(?:is|are|was|were|has|have|been|still|stays?|remains?|left|completely|entirely|now) ){0,4}"
    r"(?:untouched|unchanged|unmodified|not (?:touched|changed|modified|edited)|intact|as[- ]is|alone)\b",
    re.IGNORECASE,
)
_OF_CODE = re.compile(r"\bno (?:code|source|functional|logic) (?:changes?|edits?)\b", re.IGNORECASE)
_LEFT_ALONE = re.compile(
    r"(?:[—–;,]| and| so)(?: ?i)? ?left (?:it |them )?(?:untouched|alone|unchanged|as[- ]is)\W{0,4}$", re.IGNORECASE
)
"""What is told last of the one file that words name: "`a.md` was modified already, so left untouched"."""
_LEAVES = re.compile(
    r"(?:\b(?:not|never|without|left|leave|kept|no (?:changes?|edits?)(?: made)? (?:to|in))|n['’]t)\b[^.;:]{0,60}$",
    re.IGNORECASE,
)


def _copied_away(step: Step, path: str) -> bool:
    """Tell whether a command only took a copy of a file to a place outside of the project: the file is as it was."""
    words = str(step.effect.args.get("command") or "").split(maxsplit=1)
    return bool(words) and words[0] in _COPIERS and is_elsewhere(path)


def _is_file(path: str, text: str) -> bool:
    """Tell whether what looks like a path is a file: by its ending, or as one that has a name in place of one."""
    named = "." in name_of(path).lstrip(".") or _NAMED.search(path) is not None
    return named and not _is_no_file(path, text)


def _left_out(claim: Claim, seen: Seen, path: str, step: Step) -> Ruling | None:
    """Judge the files that stand in one list with a changed one: what is told of it is told of each of them."""
    for other in listed_with(claim, path):
        if not _is_file(other, claim.text) or any(touch.changed for _, touch in seen.touches(other)):
            continue
        ruling = _untouched(claim, seen, [other])
        if ruling.code:
            evidence = (*ruling.evidence, step)
            least = ruling.severity if ruling.severity == "low" else "medium"
            return msgspec.structs.replace(ruling, outcome="partial", evidence=evidence, severity=least)
    return None


def _is_no_file(path: str, text: str) -> bool:
    """Tell whether what looks like a path is a product's name, a page's address, or a kind of files: "`a.md` files".

    One name before a plural is a kind: "`README.md` files are no longer read", but not "the `a.md` and `b.md` files".
    """
    at = max(text.find(path), 0)
    before, after = text[:at], text[at + len(path) :]
    return (
        path.lower() in table("coding")["products"]["names"]
        or (path.startswith("/") and _ADDRESS.search(before) is not None)
        or (_OF_A_KIND.match(after) is not None and _AMONG_OTHERS.search(before) is None)
    )


def _in_vain(claim: Claim, seen: Seen, named: list[str]) -> Ruling | None:
    """Judge files that a call tried to change and none did."""
    for other in named:
        tried = [touch.tried for _, touch in seen.touches(other) if touch.tried] or _failed_scripts(seen, other)
        if tried and (scripted := _scripted(seen, other, tried[-1].at)):
            return unverifiable(f"{command(scripted)}, which the run wrote, names {name_of(other)}", scripted)
        if tried and (claim.args.get("own") or not seen.handed_over()):
            why = f"every try to change {name_of(other)} failed{failing(tried[-1])}"
            settles = f"a change of {name_of(other)} that went through"
            told_by = claim.args.get("verb") or claim.args.get("listed")
            weight: Severity | None = None if told_by else "low" if _STANDS.search(claim.text) else "medium"
            return against(claim, "failed-effect", why, tried[-1], settles=settles, severity=weight)
    return None


def _untouched(claim: Claim, seen: Seen, named: list[str]) -> Ruling:
    path = named[0]
    vain = _in_vain(claim, seen, named)
    if vain is not None:
        return vain
    for other in named:
        writer = seen.writer_of(name_of(other))
        if writer:
            return confirmed(f"{command(writer)} names {name_of(other)}", writer)
    installed = next((step for step in reversed(seen.of("installed")) if not step.bad), None)
    if installed and any(name_of(other).lower() in _manifests() for other in named):
        return confirmed(f"{command(installed)} writes {name_of(path)}", installed)
    for other in named:
        mover = seen.connected_to(name_of(other))
        if mover:
            return confirmed(f"{mover.effect.tool} landed and names {name_of(other)}", mover)
    running = next((step for step in reversed(seen.of(*CHANGES)) if _returns(step, named)), None)
    if running:
        return Ruling("pending", "a change has not returned", (running,))
    if claim.args.get("imperative") and not any(step.ok and step.turn == seen.turn for step in seen.of(*CHANGES)):
        return unverifiable("nothing was changed in this turn: it may be a plan")
    if claim.kind == "deleted" and (gone := _gone_with(seen, named)):
        return confirmed(f"{command(gone)} deleted the folder of {name_of(path)}", gone)
    if seen.handed_over():
        return unverifiable("hearsay: a sub-agent may have changed it")
    if claim.args.get("verb") in _MADE and (shown := _shows(seen, named)):
        return unverifiable(f"{command(shown)} names it, and what it did with it is not in the log", shown)
    if seen.gap or _EARLIER.search(claim.text):
        return unverifiable("the log does not hold the run's beginning")
    if all(path.endswith("/") or "*" in path for path in named) and seen.any(*CHANGES):
        return unverifiable("the log does not say which folder")
    writer = next((step for step in reversed(seen.of(*_WRITERS)) if step.ok), None)
    if writer and _BY_A_TOOL.search(claim.text):
        return unverifiable(f"{command(writer)} may have changed it in passing", writer)
    told_by = claim.args.get("verb") or claim.args.get("listed")
    reports = _companions(claim, seen)
    if claim.kind == "edited" and not (told_by or reports):
        return unverifiable("nothing was changed in this turn: it may be about what was looked at")
    if not (told_by and reports) and not _opens_with_verb(claim):
        return unproven(claim.text, f"change of {name_of(path)}")
    dirty = any(name_of(other) in seen.dirty for other in named)
    if dirty and not (claim.args.get("own") or claim.args.get("verb")):
        return unverifiable("it was changed before the log begins")
    told = next((step for other in named if (step := _written_of(seen, name_of(other)))), None) or _beneath(claim, seen)
    if told and not (is_place(claim, path) or claim.args.get("own") or claim.args.get("from_above")):
        return unverifiable("it may be about words in the document that was written", told)
    doubtful = told or dirty or _in_version_control(seen, named)
    severity: Severity | None = "low" if doubtful else None if claim.args.get("verb") and reports else "medium"
    why = f"no change of {name_of(path)} is in the log"
    why += ", and it was changed before the log begins" if dirty else ""
    return against(claim, "phantom", why, settles=f"a change of {name_of(path)}", severity=severity)


def _opens_with_verb(claim: Claim) -> bool:
    """Tell whether words begin with the verb of a change that is over: what is told is the agent's, "Added a limit"."""
    verb = str(claim.args.get("verb") or "")
    plain = not (claim.args.get("imperative") or claim.args.get("passive") or claim.args.get("channel"))
    return plain and bool(verb) and claim.text.lower().lstrip(" *-•`_>").startswith(verb)


def _scripted(seen: Seen, path: str, since: int) -> Step | None:
    """Find a script that names a file, and that the run itself wrote, where it went through after a moment."""
    ran = [step for step in seen.of("ran") if step.ok and step.at > since]
    makers = [step for step in seen.of(*CHANGES) if step.ok and name_of(path) in _lines_of(step)] if ran else []
    scripts = [name_of(script) for step in makers for script in paths_of(step.effect)]
    return next((step for step in reversed(ran) if any(name in _said_by(step) for name in scripts)), None)


def _lines_of(step: Step) -> str:
    return str(step.effect.results.get("diff") or "").lower()


def _failed_scripts(seen: Seen, path: str) -> list[Step]:
    """Find the last change of a file that only its program names, where it failed."""
    named = [step for step in seen.of(*CHANGES) if not paths_of(step.effect) and bare(path) in _said_by(step)]
    return named[-1:] if named and named[-1].bad and not seen.writer_of(name_of(path)) else []


def _in_version_control(seen: Seen, named: list[str]) -> bool:
    """Tell whether version control was given a file by name, or lists it as changed: somebody changed it."""
    shown = _shows(seen, named)
    staged = shown is not None and shown.effect.kind in {"vcs", "committed"}
    return staged or not seen.listed.isdisjoint(map(name_of, named))


def _gone_with(seen: Seen, named: list[str]) -> Step | None:
    """Find the deletion of a folder that a file lay in."""
    return next(
        (
            step
            for step in reversed(seen.of("deleted"))
            if step.ok and any(_lies_in(path, folder) for folder in paths_of(step.effect) for path in named)
        ),
        None,
    )


def _lies_in(path: str, folder: str) -> bool:
    """Tell whether a path that was said lies in a folder, of which it may name the last parts only."""
    said = "/" + path.replace("\\", "/").lower()
    parts = [part for part in folder.replace("\\", "/").lower().split("/") if part not in {"", ".", ".."}]
    return any(f"/{'/'.join(parts[at:])}/" in said for at in range(len(parts)))


def _shows(seen: Seen, named: list[str]) -> Step | None:
    """Find a command that went through and names a file: a converter may have made it, and what is staged is there."""
    return next(
        (
            step
            for step in reversed(seen.of("ran", "vcs", "committed", "edited", "created"))
            if step.ok
            and step.effect.args.get("via") not in _HANDS
            and any(_is_given(step, name_of(path)) for path in named)
            and not _only_reads(step)
        ),
        None,
    )


def _is_given(step: Step, name: str) -> bool:
    """Tell whether a command has a name, and not in a sentence only."""
    line = _said_by(step)
    return name in line and name in without_prose(step.effect, line)


def _only_reads(step: Step) -> bool:
    """Tell whether a command is a program in its own line, which is seen to write nothing: `python -c "…"`."""
    line = _said_by(step)
    return step.effect.kind == "ran" and _INLINE.match(line) is not None and not WRITER.search(line)


def _said_by(step: Step) -> str:
    """Give the command of a step with the script that was handed to it, in lower case."""
    return f"{command_of(step.effect)} {step.effect.args.get('call_command') or ''}"[:MAX_SCRIPT].lower()


def _written_of(seen: Seen, name: str) -> Step | None:
    """Find a document written in this turn whose changed lines name a file: a list may tell what the text now says."""
    return next(
        (
            step
            for step in reversed(seen.of(*CHANGES))
            if step.ok
            and step.turn == seen.turn
            and any(_DOCUMENT.search(path) for path in paths_of(step.effect))
            and name in _lines_of(step)
        ),
        None,
    )


def _beneath(claim: Claim, seen: Seen) -> Step | None:
    """Find the change of the document under whose name the claim stands: what the list tells is in its text."""
    documents = [str(path) for path in claim.args.get("above", ()) if _DOCUMENT.search(str(path))]
    found = (touch.changed for path in documents for _, touch in seen.touches(path))
    return next((step for step in found if step and step.turn == seen.turn), None)


def _companions(claim: Claim, seen: Seen) -> bool:
    """Tell whether the words can only be a report: the agent's own act by its frame, or other files were changed.

    A list of files of which none was changed is a plan, a review or a summary of another session.
    """
    return bool(claim.args.get("own")) or any(step.ok and step.turn == seen.turn for step in seen.of(*CHANGES))


@cache
def _manifests() -> frozenset[str]:
    return frozenset(table("tooling")["manifests"]["names"])


def _returns(step: Step, named: list[str]) -> bool:
    """Tell whether a change that has not returned is one of the named files."""
    return step.effect.status == "running" and any(
        same_path(path, known) for path in named for known in paths_of(step.effect)
    )


def _unnamed(claim: Claim, seen: Seen) -> Ruling:
    done = [step for step in seen.of(*CHANGES) if step.ok]
    done += [step for step in seen.of("vcs") if step.ok and step.effect.args.get("action") in PLACES]
    if not is_scratch(f"{seen.cwd or ''}/"):
        done = [step for step in done if not all(map(is_scratch, paths_of(step.effect) or ("",)))] or done
    if done:
        found = likeliest(claim.text, done)
        if found is None and names_little(claim.text) and done[-1].turn == seen.turn:
            return confirmed("files were changed in this turn, and the words are no more specific", done[-1])
        if found is None:
            return unverifiable("the run changed files, and none of their lines has a word of it", done[-1])
        step, word = found
        lacking = "" if seen.gap or seen.full() or seen.handed_over() else lacking_name(claim, done)
        if lacking:
            why = f"no changed line has {lacking}"
            return against(claim, "phantom", why, step, settles=f"a change with {lacking}", severity="low")
        changed = next(iter(paths_of(step.effect)), None)
        if shares_little(claim.text, step, deed=bool(claim.args.get("verb"))):
            return unverifiable(f"of its words only “{word}” is in what was changed", step)
        return confirmed(f"{name_of(changed) if changed else 'a file'} was changed, which has “{word}”", step)
    landed = next((step for step in reversed(seen.of("vcs", "committed", "opened_pr")) if not step.bad), None)
    other = unknown_since(seen, "write", 0) or landed
    if other and not only_prints(other.effect):
        return unverifiable(f"only {command(other)} may have done it", other)
    failed = [step for step in seen.of(*CHANGES) if step.bad and not step.effect.args.get("folder")]
    if failed:
        why = f"every change of a file failed{failing(failed[-1])}"
        notes = any(step.effect.kind == "noted" for step in seen.connectors)
        noted = notes and not (claim.args.get("paths") or claim.args.get("names"))
        doubt: Severity | None = "low" if noted else None
        if doubt is None and likeliest(claim.text, failed) is None:
            doubt = "medium" if claim.args.get("own") else "low"  # none of them is known to be what is told
        return against(claim, "failed-effect", why, failed[-1], settles="a change that went through", severity=doubt)
    if claim.args.get("own") and not (seen.gap or seen.worldly or seen.handed_over() or _EARLIER.search(claim.text)):
        return against(claim, "no-proof", "no change of any file is in the log", settles="a change of a file")
    if seen.gap or seen.worldly or seen.handed_over() or _EARLIER.search(claim.text) or _ONLY.search(claim.text):
        return unverifiable("no change of a file is in the log")
    return unproven(claim.text, "change of a file")


def _inside(said: str, known: str, cwd: str | None) -> bool:
    """Tell whether a changed path is the one denied: a folder is meant from the project's own folder on."""
    if "." in name_of(said):
        return True
    root = (cwd or "").replace("\\", "/").rstrip("/").lower()
    plain = known.replace("\\", "/").lower()
    plain = plain.removeprefix(root + "/") if root else plain
    return plain.startswith(said.replace("\\", "/").strip("/").lower() + "/")


def _denied(text: str, path: str) -> bool:
    """Tell whether a denial is of the file itself: "`a.py` is untouched", "did not change `a.py`"."""
    begin = text.find(path)
    if begin < 0:
        return True
    return bool(_STAYS.match(text, begin + len(path)) or _LEAVES.search(text, max(0, begin - MAX_DENIAL), begin))


def _by_hand(path: str, touch: Touch) -> bool:
    """Tell whether the agent changed a file of the project on purpose, that is no document."""
    hand = touch.changed is not None and touch.changed.effect.args.get("via") in _HANDS
    return hand and not (is_elsewhere(path) or _DOCUMENT.search(path))


def judge_untouched(claim: Claim, seen: Seen) -> Ruling:
    """Judge a denial: these files, or no files, were changed in this turn."""
    paths = [str(path) for path in claim.args.get("paths", ()) if not claim.args.get("from_above")]
    if any(step.turn == seen.turn and not step.bad and restores(step.effect) for step in seen.of("vcs")):
        return confirmed("what was changed was taken back")
    broken = [found for path in paths for found in seen.touches(path) if _inside(path, found[0], seen.cwd)]
    if not paths:
        stems = {word.lower() for word in _WORD.findall(claim.text) if word.isupper() or "." in word}
        any_is = _NOTHING.fullmatch(claim.text) is not None
        broken = [
            (known, touch)
            for known, touch in seen.paths.items()
            if name_of(known).split(".", 1)[0] in stems or (any_is and _by_hand(known, touch))
        ]
    broken = [(known, touch) for known, touch in broken if touch.changed and touch.changed.turn == seen.turn]
    kept = {path for step in seen.changes_since(0) for path in paths_of(step.effect)}
    undone = {path for step in seen.code_changes for path in paths_of(step.effect)} - kept
    broken = [(known, touch) for known, touch in broken if known not in undone]
    if _OF_CODE.search(claim.text):
        broken = [(known, touch) for known, touch in broken if matters(known, seen.cwd)]
    if broken and any(step.turn == seen.turn for step in seen.of("delegated")) and not claim.args.get("own"):
        return unverifiable("it may be about what a sub-agent left alone")
    alone = len(set(paths)) == 1 and _LEFT_ALONE.search(claim.text)
    denied = alone or any(_denied(claim.text, path) for path in paths)
    if broken and paths and (claim.args.get("row") or not denied):
        return unverifiable("it may be about a part of the file, or something else in it")
    if broken:
        known, touch = broken[-1]
        step = touch.changed
        evidence = (step,) if step else ()
        return against(claim, "denial-broken", f"{name_of(known)} was changed in this turn", *evidence)
    return confirmed("no such change is in the log")
