from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assure_tui.app.desk.watch.heartbeat import unobserved


def test_without_any_heartbeat_all_is_unobserved():
    assert unobserved(100.0, 200.0, []) == ((100.0, 200.0),)


def test_a_recorder_that_ran_all_the_time_leaves_nothing_out():
    beats = [(0.0, "start"), (60.0, "alive"), (120.0, "alive"), (180.0, "alive")]
    assert unobserved(10.0, 200.0, beats) == ()


def test_the_time_between_a_stop_and_the_next_start_is_unobserved():
    beats = [(0.0, "start"), (50.0, "stop"), (90.0, "start"), (150.0, "alive")]
    assert unobserved(10.0, 160.0, beats) == ((50.0, 90.0),)


def test_after_a_kill_the_last_heartbeat_is_the_last_that_is_known():
    beats = [(0.0, "start"), (60.0, "alive"), (500.0, "start")]
    assert unobserved(10.0, 520.0, beats) == ((60.0, 500.0),)


def test_what_came_before_the_first_start_is_unobserved():
    assert unobserved(10.0, 60.0, [(40.0, "start")]) == ((10.0, 40.0),)


times = st.floats(0, 2000)


@given(times, times, st.lists(st.tuples(times, st.sampled_from(["start", "alive", "stop"])), max_size=12))
def test_gaps_lie_inside_the_run_in_order(a, b, beats):
    start, end = min(a, b), max(a, b)
    gaps = unobserved(start, end, sorted(beats))
    edges = [edge for gap in gaps for edge in gap]
    assert edges == sorted(edges)
    assert all(start <= edge <= end for edge in edges)
