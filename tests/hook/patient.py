"""The command, with a hook whose time limits a busy machine keeps: `patient.py [NAME=SECONDS…] WORD…`.

How long an agent may be kept waiting is for people who wait. A test that says what the agent is told must not depend
on how many other programs run; one that is about a limit gives its own.
"""

from __future__ import annotations

import signal
import sys

from assure_tui.app.__main__ import main
from assure_tui.app.hook import client

LIMITS = {"TIME_LIMIT": 100, "WORKSTATION_SECONDS": 50, "READ_SECONDS": 50, "CONNECT_SECONDS": 20, "GRACE_SECONDS": 20}

while "=" in sys.argv[1]:
    name, _, seconds = sys.argv.pop(1).partition("=")
    LIMITS[name] = float(seconds)
for name, seconds in LIMITS.items():
    assert hasattr(client, name)
    setattr(client, name, seconds)
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever started the tests in the background ignores it
sys.exit(main())
