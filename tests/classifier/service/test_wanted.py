"""Work that nobody wants ends, and clients take turns."""

import threading

import pytest

from classifier.service.settings import Busy, Refused
from classifier.service.wanted import AudioBudget, Turns, Wanted
from tests.conftest import wait_until


class Threads:
    """Threads that take a turn, note it, and keep it until they are let go."""

    def __init__(self, turns):
        self.turns, self.order, self.go = turns, [], threading.Semaphore(0)
        self.threads = []

    def start(self, client, wanted=None):
        n_waiting = sum(map(len, self.turns.waiting.values()))
        begun = threading.Thread(target=self._take, args=(wanted or Wanted(client),))
        begun.start()
        self.threads.append(begun)
        wait_until(lambda: sum(map(len, self.turns.waiting.values())) > n_waiting or self.order)

    def _take(self, wanted):
        try:
            with self.turns.turn(wanted):
                self.order.append(wanted.client)
                self.go.acquire()
        except Refused as error:
            self.order.append(str(error))

    def end(self):
        self.go.release(len(self.threads))
        for thread in self.threads:
            thread.join()


def test_a_client_with_one_request_does_not_wait_behind_all_of_another():
    threads = Threads(Turns(1))
    for client in ("many", "many", "many", "many", "one", "two"):
        threads.start(client)
    threads.end()
    assert threads.order == ["many", "many", "one", "two", "many", "many"]
    assert threads.turns.free == 1 and not threads.turns.waiting


def test_who_waits_for_a_turn_in_vain_leaves():
    turns = Turns(1)
    threads, gone = Threads(turns), Wanted("gone")
    threads.start("first")
    threads.start("gone", gone)
    threads.start("last")
    gone.end(Refused("nobody waits"))
    wait_until(lambda: "gone" not in turns.waiting)
    threads.end()
    assert threads.order == ["first", "nobody waits", "last"] and turns.free == 1


def test_seconds_of_audio_are_given_back_with_the_time():
    now = 0.0
    budget = AudioBudget(600, lambda: now)
    budget.check("a")
    budget.spend("a", 900)
    with pytest.raises(Busy, match="600 s of audio a minute are the most; try again in 31 s") as busy:
        budget.check("a")
    assert busy.value.retry_after == 31
    budget.check("b")
    now = 31.0
    budget.check("a")
    budget.spend("a", 10)
    now = 200.0
    budget.spend("b", 1)
    assert list(budget._spent) == ["b"]
