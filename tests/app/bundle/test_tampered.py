"""Whatever was done to a bundle is noticed, and ends in one sentence."""

from __future__ import annotations

import contextlib
import io
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assure_tui.app.desk.acts import Acts
from assure_tui.app.desk.bundle.bundled import BundleDesk
from assure_tui.app.desk.errors import DeskError, UsageError
from assure_tui.app.desk.library import Entry
from assure_tui.app.desk.operators import own_trust
from assure_tui.app.desk.show import detail_lines
from assure_tui.ledger.bundle import Bundle, build, pack, unpack
from assure_tui.ledger.disclose import reveal
from assure_tui.ledger.drafts import Draft
from assure_tui.ledger.errors import BundleError
from assure_tui.ledger.store import Ledger
from tests.app.bundle.conftest import outside, standalone


def test_every_tampering_with_a_bundle_is_noticed(desk, bundle, tmp_path):
    names = sorted(unpack(bundle))
    whole = unpack(bundle)
    by_prefix = {
        name.partition("/")[0] + Path(name).suffix: name
        for name in names
        if name.startswith(("c", "d", "e", "p", "s", "t"))
    }
    given_outside = outside(desk, tmp_path)
    trust = own_trust(desk.home.keys)
    for name in by_prefix.values():
        data = whole[name]
        flipped = data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
        bad = tmp_path / "bad.zip"
        bad.write_bytes(pack({**whole, name: flipped}))
        assert standalone(bad, *given_outside).returncode == 1, name
        try:
            opened = BundleDesk.open(bad, trust)
        except UsageError:
            continue
        assert opened.presence().problems, name


def test_evidence_that_was_left_out_is_noticed(desk, bundle, tmp_path):
    opened = Bundle.open(bundle)
    victim = next(index for index, entry in opened.entries.items() if entry.kind in {"discrepancy", "assessed"})
    left = {
        name: data
        for name, data in opened.members.items()
        if Path(name).name.partition(".")[0] != str(victim) or not name.startswith(("entries", "proofs", "disclosures"))
    }
    bad = tmp_path / "left-out.zip"
    bad.write_bytes(pack(left))
    assert standalone(bad, *outside(desk, tmp_path)).returncode == 1
    problems = BundleDesk.open(bad).presence().problems
    assert any("not the evidence that was sealed" in problem for problem in problems)


def seal_entry(members: dict[str, bytes]) -> str:
    """Give the index of the bundle's seal entry."""
    return next(
        name.rpartition("/")[2] for name in members if name.startswith("entries/") and b'"kind":"seal"' in members[name]
    )


@pytest.mark.parametrize(
    "change",
    [
        "the entry of the seal left out",
        "the proof beside the seal left out",
        "a seal put in",
        "a proof put in",
        "a closing put in",
        "a member outside the folder",
    ],
)
def test_a_bundle_with_a_file_that_belongs_to_nothing_or_lacks_one_does_not_hold(desk, bundle, tmp_path, change):
    members = unpack(bundle)
    index = seal_entry(members)
    match change:
        case "the entry of the seal left out":
            del members[f"entries/{index}"], members[f"proofs/{index}.tlog-proof"]
        case "the proof beside the seal left out":
            del members["seals/1.tlog-proof"]
        case "a seal put in":
            members["seals/7.dsse.json"] = members["seals/1.dsse.json"]
        case "a proof put in":
            members["proofs/7777.tlog-proof"] = members[f"proofs/{index}.tlog-proof"]
        case "a closing put in":
            members["closings/7777"] = members["checkpoint"]
        case _:
            members["../evidence.txt"] = b"x"
    bad = tmp_path / "bad.zip"
    bad.write_bytes(pack(members))
    assert standalone(bundle, *outside(desk, tmp_path)).returncode == 0
    assert standalone(bad, *outside(desk, tmp_path)).returncode == 1
    try:
        report = Bundle.open(bad).report(own_trust(desk.home.keys))
    except BundleError:
        return
    assert report.state == "failed"


def test_a_bundle_without_seals_says_that_nothing_tells_what_was_left_out(desk, bundle, tmp_path):
    members = unpack(bundle)
    index = seal_entry(members)
    gone = ("seals/", f"entries/{index}", f"proofs/{index}.")
    bare = tmp_path / "bare.zip"
    bare.write_bytes(pack({name: data for name, data in members.items() if not name.startswith(gone)}))
    report = Bundle.open(bare).report(own_trust(desk.home.keys))
    assert [(found.state, "left out" in found.detail) for found in report.statements if found.name == "seals"] == [
        ("not anchored", True)
    ]
    assert "no seal is among them" in standalone(bare, *outside(desk, tmp_path)).stdout


def zipped(*members: tuple[str, bytes], mode: int = 0o100644, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as archive:
        warnings.simplefilter("ignore")  # a name twice
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr, info.create_system = method, mode << 16, 3
            archive.writestr(info, data)
    return out.getvalue()


def test_a_bundle_that_was_unpacked_and_packed_anew_is_as_good_as_the_first(desk, bundle, tmp_path):
    members = unpack(bundle)
    folders = sorted({f"{name.partition('/')[0]}/" for name in members if "/" in name})
    anew = tmp_path / "anew.zip"
    anew.write_bytes(zipped(*((folder, b"") for folder in folders), *members.items()))
    assert standalone(anew, *outside(desk, tmp_path)).returncode == 0
    assert Bundle.open(anew).report(own_trust(desk.home.keys)).state == "ok"
    assert unpack(anew) == members


@pytest.mark.parametrize("stray", [("hidden/", b""), ("entries/", b"x"), ("../", b"")])
def test_a_folder_in_a_bundle_that_holds_nothing_of_it_or_holds_bytes_is_refused(desk, bundle, tmp_path, stray):
    bad = tmp_path / "bad.zip"
    bad.write_bytes(zipped(stray, *unpack(bundle).items()))
    assert standalone(bad, *outside(desk, tmp_path)).returncode == 1
    with pytest.raises(BundleError, match=r"no bundle does: .* ask for the file as it was exported"):
        Bundle.open(bad)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a bundle"),
        (b"PK\x03\x04 and then nothing", "not a bundle"),
        (zipped(("../../etc/passwd", b"x")), "no bundle does"),
        (zipped(("/etc/passwd", b"x")), "no bundle does"),
        (zipped(("a\\b", b"x")), "no bundle does"),
        (zipped(("checkpoint", b"/etc/passwd"), mode=0o120777), "no bundle does"),
        (zipped(("checkpoint", b"x"), ("checkpoint", b"y")), "a name twice"),
        (zipped(("bomb", bytes(65 << 20))), "larger than"),
        (zipped(("checkpoint", b"x")), "missing"),
        (zipped(("trust/log.vkey", b"\xff")), "does not hold"),
    ],
)
def test_hostile_archives_are_one_error(tmp_path, assure, data, why):
    path = tmp_path / "hostile.zip"
    path.write_bytes(data)
    with pytest.raises(BundleError, match=why):
        Bundle.open(path)
    done = assure("verify", path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("failed")


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path):
    data = zipped(("bomb", bytes(80 << 20)))
    at = data.index(b"PK\x01\x02")
    lying = data[: at + 24] + (100).to_bytes(4, "little") + data[at + 28 :]
    path = tmp_path / "lying.zip"
    path.write_bytes(lying)
    with pytest.raises(BundleError):
        Bundle.open(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), junk=st.binary(max_size=40), cut=st.integers(0, 40))
def test_mangled_bundles_raise_only_the_domain_error(bundle, tmp_path, at, junk, cut):
    data = bundle.read_bytes()
    place = int(at * len(data))
    path = tmp_path / "mangled.zip"
    path.write_bytes(data[:place] + junk + data[place + cut :])
    try:
        BundleDesk.open(path).presence()
    except DeskError as error:
        assert "\n" not in str(error)  # noqa: PT017 - whether it is raised depends on the example


ODD = [5, "x", [1], {"a": 1}, True, -1]
PREDICATE = "https://assure-tui.dev/verdict/v1"


def odd_entries() -> Iterator[Draft]:
    """Entries such as no desk writes, one kind after the other, as somebody may who has a ledger of his own."""
    for odd in ODD:
        yield Draft("note", "t-1", {}, {"run": "r", "tags": odd, "about": odd, "text": odd, "by": odd})
        yield Draft("decision", "t-1", {"finding": odd, "word": odd}, {"run": "r", "reason": odd})
        yield Draft("waiver", "t-1", {"gate": odd, "until": odd}, {"run": "r", "by": odd})
        yield Draft("claim", "t-1", {"id": odd}, {"run": "r", "value": odd})
        yield Draft("verdict", "t-1", {"word": "accepted"}, {"run": "r", "reason": odd, "by": odd})
        yield Draft("heartbeat", "recorder", {"boot": odd, "up": odd, "state": odd})
        yield Draft("observed", "t-1", {"source": odd, "seen": odd}, {"path": odd, "adapter": odd})
        yield Draft("observed", "t-1", {"source": "s"}, {"path": "bytes:zz", "adapter": "codex"})
        yield Draft("assessed", "t-1", {"counts": odd, "root": odd}, {"ids": odd, "leaves": odd, "value_salt": odd})
        yield Draft("assessed", "t-1", {"counts": {"confirmed": odd}}, {"ids": ["c"], "leaves": [odd]})
        yield Draft("escrow", "t-1", {"source": "s", "bytes": odd}, {"records": odd})
        yield Draft("escrow", "t-1", {"source": "s"}, {"records": [{"at": odd, "text": odd, "base64": odd}]})
        yield Draft("hook", "t-1", {"verdict": odd}, {"run": odd, "call_id": odd})
        yield Draft("discrepancy", "t-1", {"id": odd, "state": odd, "severity": "high", "code": odd})
        yield Draft("discrepancy", "t-1", {"id": "d", "state": "open", "severity": odd}, {"value": odd})


def test_a_made_up_ledger_ends_in_one_sentence_or_is_shown(tmp_path, bundle):
    view = unpack(bundle)["view.json"]
    ledger = Ledger.create(tmp_path / "ledger", pins=tmp_path / "pins", keys=tmp_path / "keys")
    ledger.append([Draft("observed", "t-1", {"seen": "live", "upto": 1, "source": "s"}), *odd_entries()])
    ledger.publish()
    path, shown = tmp_path / "odd.zip", {}
    for index in range(2, ledger.size):
        opening = ledger.disclosure(index)
        if opening is not None:
            shown[index] = reveal(str(ledger.entry(index).commitment), opening, None)
    opened = 0
    for index in range(2, ledger.size):
        more = {"view.json": view} if index % 2 else {}
        path.write_bytes(build(ledger, [1, index], {at: told for at, told in shown.items() if at == index}, more))
        with contextlib.suppress(DeskError):
            desk = BundleDesk.open(path)
            assert list(detail_lines(desk.run(desk.runs()[0].id)))
            desk.ledger()
            opened += 1
    assert opened > 50


@pytest.mark.parametrize("number", ODD)
def test_a_seal_with_an_odd_number_is_no_act(number):
    entry = Entry(1, "seal", "t-1", 0, {"n": number, "predicate_type": PREDICATE}, None)
    assert Acts.gather([entry], lambda _: None).seals == {}
