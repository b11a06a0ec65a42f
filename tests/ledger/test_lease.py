"""Who records: one process at a time, and the next one when it dies."""

import os
import subprocess
import sys

from assure_tui.ledger.lease import RecorderLease

HOLDER = """
import sys, time
from pathlib import Path
from assure_tui.ledger.lease import RecorderLease
lease = RecorderLease(Path(sys.argv[1]))
print(lease.try_acquire(), flush=True)
time.sleep(60)
"""


def test_one_holds_it_until_it_lets_go(tmp_path):
    one, two = (RecorderLease(tmp_path / "state" / "recorder.lock") for _ in range(2))
    assert one.holder() is None
    assert one.try_acquire()
    assert one.try_acquire()
    assert not two.try_acquire()
    assert two.holder() == one.holder() == os.getpid()
    one.release()
    assert two.holder() is None
    assert two.try_acquire()
    two.release()


def test_the_kernel_gives_it_up_when_its_holder_is_killed(tmp_path):
    path = tmp_path / "recorder.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        lease = RecorderLease(path)
        assert not lease.try_acquire()
        assert lease.holder() == holder.pid
        holder.kill()
        holder.wait(timeout=60)
    assert lease.holder() is None
    assert lease.try_acquire()
    lease.release()


def test_asking_for_the_lease_does_not_load_cryptography():
    code = "import sys, assure_tui.ledger.lease; assert not {'cryptography', 'msgspec'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
