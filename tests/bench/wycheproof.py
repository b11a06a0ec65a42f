"""Runs the Wycheproof vectors for Ed25519 against the verifier of notes and seals.

    uv run python tests/bench/wycheproof.py FILE

FILE is `testvectors_v1/ed25519_test.json` of the Wycheproof project. Ends with 1 when a signature is accepted that must
not be, or refused although it is valid.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from assure_tui.ledger.ed25519 import verifies


def main() -> None:
    cases = wrong = 0
    for group in json.loads(Path(sys.argv[1]).read_text())["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            cases += 1
            accepted = verifies(public, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            if case["result"] != "acceptable" and accepted != (case["result"] == "valid"):
                wrong += 1
                print(f"{case['tcId']}: {case['comment']} ({case['result']}, accepted: {accepted})")
    print(f"{cases} cases, {wrong} judged otherwise")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
