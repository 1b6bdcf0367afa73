"""Ctrl-C that is held back until nothing is half done."""

import signal

import pytest

from classifier.core import interrupts


def press():
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_waits_for_a_safe_place():
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts.held() as outer:
        with interrupts.held() as inner:
            press()
            done.append("the rest of it")
        outer.raise_if_came()
        done.append("never")
    assert done == ["the rest of it"] and inner is outer
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_it_waits_for_the_end_of_the_block_where_there_is_none():
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts.held():
        press()
        done.append("the rest of it")
    assert done


def test_the_second_does_not_wait():
    with pytest.raises(KeyboardInterrupt), interrupts.held():
        press()
        press()
        pytest.fail("it waited")


def test_an_error_is_shown_rather_than_ctrl_c():
    with pytest.raises(ValueError, match="what went wrong"), interrupts.held():
        press()
        raise ValueError("what went wrong")
    press_is_heard = pytest.raises(KeyboardInterrupt)
    with press_is_heard:
        press()


def test_a_handler_of_somebody_else_stays():
    came = []
    before = signal.signal(signal.SIGINT, lambda *_: came.append(1))
    try:
        with interrupts.held() as held:
            press()
        assert came and not held.came
    finally:
        signal.signal(signal.SIGINT, before)
