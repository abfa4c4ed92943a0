"""Token buckets and growing delays, on a clock of our own."""

from openlines.support.limits import Buckets, Delays, Tries


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    buckets = Buckets(rate=2, burst=3, clock=clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    clock.now += 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0, "everybody has his own"
    clock.now += 1000
    assert [buckets.take("a") for _ in range(4)].count(0) == 3, "never more than the burst"


def test_what_is_refused_costs_nothing() -> None:
    clock = Clock()
    buckets = Buckets(rate=1, burst=1, clock=clock)
    buckets.take("a")
    for _ in range(50):
        assert buckets.take("a") == 1.0
    clock.now += 1
    assert buckets.take("a") == 0


def test_buckets_remember_a_bounded_number_of_keys() -> None:
    buckets = Buckets(rate=1, burst=1, most=10, clock=Clock())
    for number in range(1000):
        buckets.take(str(number))
    assert len(buckets._buckets) == 10
    assert buckets.take("999") > 0, "the one seen last is still known"


def test_delays_double_after_the_free_tries_and_end() -> None:
    clock = Clock()
    delays = Delays(free=2, longest=8, forget=100, clock=clock)
    waits = []
    for _ in range(8):
        delays.failed("a")
        waits.append(delays.wait("a"))
    assert waits == [0, 0, 1, 2, 4, 8, 8, 8]
    assert delays.wait("b") == 0
    clock.now += 8
    assert delays.wait("a") == 0
    delays.failed("a")
    assert delays.wait("a") == 8
    clock.now += 101
    assert delays.wait("a") == 0
    delays.failed("a")
    assert delays.wait("a") == 0, "forgotten after a while"


def test_success_forgets_failures() -> None:
    delays = Delays(free=0, clock=Clock())
    delays.failed("a")
    assert delays.wait("a") > 0
    delays.forget("a")
    assert delays.wait("a") == 0


def test_a_bucket_says_when_it_will_have_something_and_takes_back() -> None:
    clock = Clock()
    buckets = Buckets(rate=2, burst=2, clock=clock)
    assert buckets.wait("a") == 0
    buckets.take("a")
    buckets.take("a")
    assert buckets.wait("a") == buckets.wait("a") == 0.5
    buckets.give_back("a")
    assert buckets.wait("a") == 0
    for _ in range(9):
        buckets.give_back("a")
    assert [buckets.take("a") for _ in range(3)].count(0) == 2, "never more than the burst"
    assert buckets.wait("b") == 0


def test_a_failure_that_was_none_is_forgiven() -> None:
    delays = Delays(free=1, clock=Clock())
    for _ in range(2):
        delays.failed("a")
    delays.forgive("a")
    assert delays.wait("a") == 0
    delays.failed("a")
    assert delays.wait("a") == 1
    delays.forgive("b")
    assert delays.wait("b") == 0


def test_an_address_gets_its_failures_back_and_an_account_does_not() -> None:
    clock = Clock()
    tries = Tries(clock=clock)
    waits = [tries.begin(f"account:{number}", "office") for number in range(25)]
    assert waits[:24] == [0] * 24
    assert waits[24] == 6
    clock.now += 6
    assert tries.begin("account:51", "office") == 0
    assert tries.begin("account:52", "elsewhere") == 0
    for _ in range(6):
        clock.now += 300
        tries.begin("account:victim", "anywhere")
    clock.now += 0.5
    assert tries.begin("account:victim", "elsewhere") > 0


def test_right_passwords_cost_an_address_nothing() -> None:
    tries = Tries(clock=Clock())
    for number in range(500):
        assert tries.begin(f"account:{number}", "office") == 0
        tries.right(f"account:{number}", "office")


def test_what_is_known_of_tries_is_bounded() -> None:
    tries = Tries(most=10, clock=Clock())
    for number in range(100):
        tries.begin(f"account:{number}", f"address {number}")
        tries.right(f"account:{number}", f"address {number}")
    assert len(tries._known) == 10
