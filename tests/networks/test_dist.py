"""Distributions: their moments, their addresses, and what they refuse."""

import numpy as np
import pytest
from scipy import stats

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, MemoryLimitError

CASES = [
    (bp.dist.normal(-55, 5, seed=1), stats.norm(-55, 5)),
    (bp.dist.uniform(-1, 3, seed=2), stats.uniform(-1, 4)),
    (bp.dist.lognormal(0.5, 0.4, seed=3), stats.lognorm(0.4, scale=np.exp(0.5))),
    (bp.dist.gamma(2.5, 0.3, seed=4), stats.gamma(2.5, scale=0.3)),
    (bp.dist.gamma(0.2, 2.0, seed=5), stats.gamma(0.2, scale=2.0)),
]


@pytest.mark.parametrize(("mine", "theirs"), CASES, ids=lambda value: repr(value)[:20])
def test_the_distribution_is_the_one_it_says(mine, theirs):
    values = mine.sample(40_000)
    assert abs(values.mean() - theirs.mean()) < 4 * theirs.std() / 200
    assert stats.kstest(values, theirs.cdf).pvalue > 1e-3


@pytest.mark.parametrize("mine", [mine for mine, _ in CASES], ids=repr)
def test_an_element_has_one_value_wherever_it_is_drawn(mine, monkeypatch):
    whole = mine.sample(3001)
    assert np.array_equal(mine.sample(1000, first=1000), whole[1000:2000])
    assert np.array_equal(mine.sample((3, 7), first=5), whole[5:26].reshape(3, 7))
    assert np.array_equal(mine.sample(1, first=2999), whole[2999:3000])
    monkeypatch.setattr("brainpy_lab.networks.dist._CHUNK", 77)
    assert np.array_equal(mine.sample(3001), whole)


def test_the_values_are_these():
    """On every machine and in every version: networks of old notebooks stay what they were."""
    assert bp.dist.normal(-55, 5, seed=1).sample(3) == pytest.approx(
        [-58.30744734907471, -61.08623267557149, -46.8988106088154]
    )
    assert bp.dist.uniform(0, 1, seed=2**64 - 1).sample(2, stream=3) == pytest.approx(
        [0.9829987069438355, 0.5301747651806388]
    )


def test_streams_and_seeds_are_independent():
    one = bp.dist.normal(0, 1, seed=1)
    others = [one.sample(10_000, stream=1), bp.dist.normal(0, 1, seed=2).sample(10_000)]
    for other in others:
        assert abs(np.corrcoef(one.sample(10_000), other)[0, 1]) < 0.04


def test_without_a_seed_each_variable_has_numbers_of_its_own():
    model = bp.model("I = 0; tau = 20\ndV/dt = (I - V)/tau\nwhen V >= 1:\n    V = 0", name="Cell")
    kick = bp.model("weight = 1\nwhen pre.spike:\n    post.V += weight", name="Kick", synapse=True)
    some = bp.dist.uniform(1, 2)
    E, I = (bp.NeuGroup(model, 2000, name=n, I=some, tau=some, initial={"V": some}) for n in ("E", "I"))
    syn = [
        bp.Synapses(pre=E, post=I, model=kick, connect=bp.connect.one_to_one(), weight=some, delay=some, name=name)
        for name in ("one", "two")
    ]
    found = [E.I, E.tau, E.V, I.I, I.tau, I.V, syn[0].weight, syn[0].delay, syn[1].weight, syn[1].delay]
    correlations = np.corrcoef(found)[np.triu_indices(len(found), 1)]
    assert np.abs(correlations).max() < 0.09  # 4 standard deviations
    again = bp.NeuGroup(model, 2000, name="E")
    again[:500].I, again[500:].I = some, some
    assert np.array_equal(again.I, E.I)


def test_numbers_beyond_the_thirty_second_bit_are_reached():
    mine = bp.dist.uniform(0, 1)
    far = mine.sample(4, first=2**40)
    assert np.array_equal(mine.sample(2, first=2**40 + 2), far[2:])
    assert not np.isin(far, mine.sample(100)).any()


def test_a_constant_is_the_same_for_all():
    assert bp.dist.constant(0.6).sample((2, 3)).tolist() == [[0.6] * 3] * 2


def test_distributions_are_values():
    assert bp.dist.normal(0, 1, seed=2) == bp.dist.normal(0.0, 1.0, seed=2)
    assert hash(bp.dist.normal(0, 1)) == hash(bp.dist.normal(0, 1))
    assert bp.dist.normal(0, 1) != bp.dist.normal(0, 1, seed=1)
    assert repr(bp.dist.gamma(2, 0.5, seed=3)) == "gamma(shape=2.0, scale=0.5, seed=3)"
    assert isinstance(bp.dist.constant(1), bp.dist.Distribution)


WRONG = [
    (lambda: bp.dist.normal(0), "normal: missing a required argument: 'std'.\n  It takes mean, std, seed=None."),
    (lambda: bp.dist.normal(0, 1, sed=1), "normal: got an unexpected keyword argument 'sed'"),
    (lambda: bp.dist.normal(0, -1), "normal: std is a number, at least 0; got -1."),
    (lambda: bp.dist.normal("a", 1), "normal: mean is a number; got 'a'."),
    (lambda: bp.dist.normal(True, 1), "normal: mean is a number; got True."),
    (lambda: bp.dist.normal(float("nan"), 1), "normal: mean is a number; got nan."),
    (lambda: bp.dist.normal(0, 1, seed=-1), "normal: seed is a whole number from 0 to 2**64 - 1; got -1."),
    (lambda: bp.dist.normal(0, 1e308), "normal(mean=0.0, std=1e+308) has numbers too large for float64."),
    (lambda: bp.dist.uniform(2, 1), "uniform: low is at most high; got low=2, high=1."),
    (lambda: bp.dist.uniform(-1e308, 1e308), "uniform(low=-1e+308, high=1e+308) has numbers too large"),
    (lambda: bp.dist.lognormal(1000, 1), "lognormal(mu=1000.0, sigma=1.0) has numbers too large"),
    (lambda: bp.dist.gamma(0, 1), "gamma: shape is a number above 0; got 0."),
    (lambda: bp.dist.gamma(1, 10**400), "gamma: scale is a number; got 1000"),
    (lambda: bp.dist.gamma(2, 1e308), "has numbers too large for float64."),
    (lambda: bp.dist.constant(float("inf")), "constant: value is a number; got inf."),
    (lambda: bp.dist.normal(0, 1).sample(-1), "normal: shape is a whole number, at least 0; got -1."),
    (lambda: bp.dist.normal(0, 1).sample((2, 0.5)), "normal: shape is a whole number, at least 0; got 0.5."),
    (lambda: bp.dist.normal(0, 1).sample(1, first=-2), "normal: first is a whole number from 0 to"),
    (lambda: bp.dist.normal(0, 1).sample(1, stream=2**30), "normal: stream is a whole number from 0 to 1,073,741,823;"),
]


@pytest.mark.parametrize(("make", "message"), WRONG, ids=[message[:50] for _, message in WRONG])
def test_what_has_no_meaning_is_refused(make, message):
    with pytest.raises(ArgumentError) as told:
        make()
    assert message in str(told.value)


def test_what_does_not_fit_is_refused():
    with pytest.raises(MemoryLimitError, match=r"normal: 1,000,000,000,000 numbers take 7.28 TiB; .* GiB are free\."):
        bp.dist.normal(0, 1).sample(10**12)
