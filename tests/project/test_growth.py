"""The judge of growth: it tells what is quadratic from what is linear, whatever else the machine does."""

from __future__ import annotations

import random

import pytest
from growth import PAUSE, TRIES, linear

BURST = PAUSE * 2 ** (TRIES - 2)
"""Seconds for which other programs may slow everything down."""


class Machine:
    """A clock that work moves on, and that moves on faster while other programs are busy."""

    def __init__(self, power, busy=lambda _now: 1.0):
        self.now, self.power, self.busy = 0.0, power, busy

    def work(self, text):
        self.now += 4.0 * (len(text) / 10_000) ** self.power * self.busy(self.now)

    def clock(self):
        return self.now

    def rest(self, seconds):
        self.now += seconds

    def judge(self):
        return linear(self.work, "a" * 10_000, clock=self.clock, rest=self.rest)


@pytest.mark.parametrize(("power", "expected"), [(0, True), (1, True), (1.3, True), (1.8, False), (2, False)])
def test_quadratic_work_is_told_from_linear_work(power, expected):
    assert Machine(power).judge() == expected


def test_a_burst_of_noise_while_the_whole_is_read_fails_nothing():
    assert Machine(1, lambda now: 50.0 if now < BURST else 1.0).judge()


@pytest.mark.parametrize("seed", range(20))
def test_noise_that_comes_and_goes_fails_nothing(seed):
    dice = random.Random(seed)
    assert Machine(1, lambda _now: dice.choice([1.0, 1.2, 2.0, 3.0, 9.0])).judge()


@pytest.mark.parametrize("seed", range(20))
def test_quadratic_work_is_told_on_a_busy_machine(seed):
    dice = random.Random(seed)
    assert not Machine(2, lambda _now: dice.choice([1.0, 1.1, 1.3, 1.8])).judge()


def test_a_slow_machine_is_no_growth():
    assert Machine(1, lambda _now: 1000.0).judge()


def test_what_was_kept_from_the_last_time_is_not_asked_for_again():
    seen = []
    machine = Machine(2)

    def work(text):
        if len(text) not in seen:
            machine.work(text)
        seen.append(len(text))

    assert not linear(work, "a" * 10_000, clock=machine.clock, rest=machine.rest)
    assert len(seen) == len(set(seen))


def test_work_that_is_really_quadratic_is_told():
    def work(text):
        for at in range(len(text)):
            text.count("b", at)

    assert not all(linear(work, "a" * 20_000, at_once=0, rest=id) for _ in range(4))


def test_work_that_is_really_linear_is_told():
    assert linear(lambda text: [ord(char) for char in text], "a" * 400_000, at_once=0)
