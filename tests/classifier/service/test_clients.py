"""Who a client is, and that none can take all places."""

import pytest

from classifier.service.clients import CountedShares, Counts, Shares, client_of


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::1", "::"),
        ("a name", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_client_is_an_address_or_the_network_of_one(address, client):
    assert client_of(address) == client


def test_a_client_has_so_many_places_and_no_more():
    shares = Shares(total=10, per_client=2)
    first, second = shares.take("a"), shares.take("a")
    assert first and second and shares.take("a") is None
    first.release()
    first.release()
    assert shares.taken == 1 and shares.take("a")


def test_where_all_are_taken_who_has_most_gives_up_until_all_have_the_same():
    shares, gone = Shares(total=6, per_client=6), []
    for n in range(6):
        assert shares.take("greedy", lambda n=n: gone.append(n) or True)
    taken = [shares.take("late") for _ in range(4)]
    assert [bool(place) for place in taken] == [True, True, True, False]
    assert gone == [0, 1, 2]
    assert shares.take("greedy") is None
    assert shares.take("third") and shares.taken == 6


def test_who_has_none_gets_one_even_where_everybody_has_one():
    shares = Shares(total=3, per_client=3)
    held = [shares.take(client, lambda: True) for client in "abc"]
    assert shares.take("d", lambda: True) and [place.is_held() for place in held] == [False, True, True]
    assert shares.take("d") is None


def test_what_cannot_be_given_up_stays():
    shares = Shares(total=2, per_client=2)
    busy = [shares.take("busy") for _ in range(2)]
    assert shares.take("late") is None and all(place.is_held() for place in busy)


def test_places_of_a_client_count_in_all_processes_and_those_of_one_that_died_do_not():
    counts = Counts(3)
    one, other = (CountedShares(10, 3, counts=counts, process=process) for process in (1, 2))
    places = [one.take("a"), one.take("a"), other.take("a")]
    assert all(places) and not other.take("a") and not one.take("a") and one.take("b")
    places[0].release()
    places[0].release()
    assert other.take("a") and not other.take("a")
    counts.forget(2)
    assert one.take("a") and one.take("a") and not one.take("a")


def test_a_place_that_a_full_process_refuses_or_takes_back_is_not_counted():
    counts = Counts(3)
    shares = CountedShares(1, 3, counts=counts, process=1)
    assert shares.take("a", lambda: True) and shares.take("b", lambda: False) and not shares.take("c")
    assert counts.held == {"b": {1: 1}}
