"""What measures of spikes say of calls and of forms of spikes that they do not take, and of trains with windows."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, MemoryLimitError

measure = bp.measure


class Quantity:
    """What a quantity of the package quantities shows, in seconds."""

    def __init__(self, seconds):
        self.magnitude = 1000.0 * np.asarray(seconds)

    def rescale(self, unit):
        assert unit == "ms"
        return self


class NeoTrain(Quantity):
    t_start, t_stop = Quantity(0.1), Quantity(0.3)


def test_a_train_of_neo_brings_its_window():
    train = NeoTrain([0.15, 0.2])
    assert measure.rate(train) == pytest.approx(10.0)
    assert measure.spikes(train).window == (100.0, 300.0)
    with pytest.raises(ArgumentError, match="The record goes from 100 to 300 ms"):
        measure.rate(train, t_stop=500.0)


@pytest.mark.parametrize("trains", [[[1.0, 2.0], [3.0]], [np.array([1.0]), np.array([2.0, 3.0])], np.ones((2, 3))])
def test_several_trains_are_told_how_to_be_one_record(trains):
    with pytest.raises(ArgumentError, match=r"several spike trains(.|\n)*np.repeat"):
        measure.rate(trains, t_stop=10.0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: measure.counts([1.0], None, 5.0), "counts does not work with these arguments: .*positional"),
        (lambda: measure.fano([1.0], t_stop=10.0, windw=3.0), "unexpected keyword argument 'windw'"),
        (measure.rate, "missing 1 required positional argument: 'spikes'"),
    ],
)
def test_wrong_calls_are_told_in_words(call, said):
    with pytest.raises(ArgumentError, match=said):
        call()


def test_bins_that_do_not_fit_are_refused():
    with pytest.raises(MemoryLimitError, match="mean_correlation: 10,000,000,000,000 bins"):
        measure.mean_correlation([1.0, 2.0, 5.0], [0, 1, 0], size=2, t_stop=10.0, bin=1e-12)
