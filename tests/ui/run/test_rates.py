"""Rates by hand."""

from nnlab.ui.run.rates import Rates


def test_rates_are_counts_over_the_time_between_the_first_and_the_last() -> None:
    rates = Rates()
    assert (rates.ticks_per_second, rates.iterations_per_second) == (0.0, 0.0)
    for now, iteration in ((10.0, 100), (10.5, 400), (12.0, 900)):
        rates.tick(now)
        rates.progress(now, iteration)
    assert (rates.ticks_per_second, rates.iterations_per_second) == (1.0, 400.0)
    rates.progress(14.0, 0)  # rewound meanwhile
    assert rates.iterations_per_second == 0.0
    rates.restart()
    assert (rates.ticks_per_second, rates.iterations_per_second) == (1.0, 0.0)


def test_only_the_last_second_or_so_counts() -> None:
    rates = Rates()
    for k in range(200):
        rates.tick(k * k)
        rates.progress(k, k * k)
    assert rates.ticks_per_second == 89 / (199**2 - 110**2)
    assert rates.iterations_per_second == (199**2 - 140**2) / 59


def test_two_are_enough_for_a_rate() -> None:
    rates = Rates()
    for now, iteration in ((4.0, 10), (4.5, 60)):
        assert (rates.ticks_per_second, rates.iterations_per_second) == (0.0, 0.0)
        rates.tick(now)
        rates.progress(now, iteration)
    assert (rates.ticks_per_second, rates.iterations_per_second) == (2.0, 100.0)
