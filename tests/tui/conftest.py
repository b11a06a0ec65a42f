"""Every test has a sample desk, and times as they are in UTC."""

from __future__ import annotations

import os
import time

import pytest
from sample_desk import SampleDesk


@pytest.fixture(autouse=True, scope="session")
def utc():
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    if before is None:
        os.environ.pop("TZ")
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.fixture
def desk():
    return SampleDesk()
