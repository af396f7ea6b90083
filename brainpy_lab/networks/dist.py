"""Distributions: values that differ from cell to cell or connection to connection, ``bp.dist.normal(-55, 5, seed=1)``.

A distribution is a description. Its numbers have addresses: element 1,000 is the same number whether it is drawn alone,
with others or in parts, and on every machine and driver.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from brainpy_lab.errors import ArgumentError, not_in
from brainpy_lab.networks.arguments import Named, above_zero, described, real, seed_and_stream, stream_of, whole
from brainpy_lab.networks.draws import DISTRIBUTIONS, Draws
from brainpy_lab.networks.room import check_room

__all__ = ["Distribution", "constant", "gamma", "lognormal", "normal", "uniform"]

#: The generator's normal numbers lie within sqrt(2 ln 2**52) of zero, its uniform ones at least 2**-52 from it.
_FARTHEST, _LEAST = 8.5, 2.0**-52

#: Numbers made at once.
_CHUNK = 2**18


@dataclass(frozen=True, repr=False)
class Distribution(metaclass=Named):
    """What all distributions have: numbers drawn by address, and a seed; without it each variable has its own."""

    name: ClassVar[str] = ""
    seed: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Check all arguments."""
        if self.seed is not None:
            self._set(seed=seed_and_stream(self.name, self.seed)[0])
        self._check()

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @abstractmethod
    def _check(self) -> None:
        """Refuse arguments that have no meaning, or whose numbers would not be finite."""

    @abstractmethod
    def _values(self, draws: Draws, first: int, n: int) -> np.ndarray:
        """The ``n`` numbers from element ``first`` on."""

    def __repr__(self) -> str:
        return described(self)

    def sample(self, shape: int | tuple[int, ...], *, stream: int = 0, first: int = 0) -> np.ndarray:
        """Draw numbers.

        Parameters
        ----------
        shape : int or tuple of int
            Of the array; elements count in C order.
        stream : int
            Another stream gives numbers that are independent of those of this one under the same seed.
        first : int
            Number of the first element: ``sample(1000, first=1000)`` is ``sample(2000)[1000:]``.

        Returns
        -------
        array of float

        Raises
        ------
        ArgumentError
        MemoryLimitError
            There is no room for so many.
        """
        seed, number = seed_and_stream(self.name, 0 if self.seed is None else self.seed, stream)
        draws = Draws(seed, DISTRIBUTIONS + number)
        sizes = tuple(whole(self.name, "shape", n) for n in (shape if isinstance(shape, tuple | list) else (shape,)))
        total, first = math.prod(sizes), whole(self.name, "first", first, 0, 2**62)
        check_room(f"{self.name}: {total:,} numbers", 8 * total)
        values = np.empty(total)
        for begin in range(0, total, _CHUNK):
            part = values[begin : begin + _CHUNK]
            part[:] = self._values(draws, first + begin, len(part))
        return values.reshape(sizes)

    def of_variable(self, variable: str, n: int, *, stream: int = 0) -> np.ndarray:
        """The numbers of a variable ``E.I``; without a seed they are independent of those of all others."""
        return self.sample(n, stream=stream_of(variable) if self.seed is None else stream)

    def _refuse_infinite(self, *extremes: Callable[[], float]) -> None:
        for extreme in extremes:
            try:
                is_finite = math.isfinite(extreme())
            except OverflowError:
                is_finite = False
            if not is_finite:
                raise ArgumentError(f"{self!r} has numbers too large for float64.")


@dataclass(frozen=True, repr=False)
class normal(Distribution):  # noqa: N801 - called like a function
    """Normal distribution.

    Parameters
    ----------
    mean, std : float
        Mean and standard deviation.
    seed : int, optional

    Examples
    --------
    >>> normal(-55, 5, seed=1)
    normal(mean=-55.0, std=5.0, seed=1)
    >>> normal(-55, 5, seed=1).sample(1000).shape
    (1000,)
    """

    name = "normal"
    mean: float
    std: float

    def _check(self) -> None:
        self._set(mean=real("normal", "mean", self.mean), std=real("normal", "std", self.std, 0.0))
        self._refuse_infinite(lambda: abs(self.mean) + _FARTHEST * self.std)

    def _values(self, draws: Draws, first: int, n: int) -> np.ndarray:
        return self.mean + self.std * draws.normal(0, first, n)


@dataclass(frozen=True, repr=False)
class uniform(Distribution):  # noqa: N801
    """Uniform distribution from ``low`` to ``high``.

    Parameters
    ----------
    low, high : float
    seed : int, optional

    Examples
    --------
    >>> bool(1.0 <= uniform(1, 2).sample(10).min())
    True
    """

    name = "uniform"
    low: float
    high: float

    def _check(self) -> None:
        self._set(low=real("uniform", "low", self.low), high=real("uniform", "high", self.high))
        if self.low > self.high:
            raise ArgumentError(f"uniform: low is at most high; got low={self.low:g}, high={self.high:g}.")
        self._refuse_infinite(lambda: self.high - self.low)

    def _values(self, draws: Draws, first: int, n: int) -> np.ndarray:
        return np.minimum(self.low + (self.high - self.low) * (1.0 - draws.uniform(0, first, n)), self.high)


@dataclass(frozen=True, repr=False)
class lognormal(Distribution):  # noqa: N801
    """Lognormal distribution: the exponential of a normal number.

    Parameters
    ----------
    mu, sigma : float
        Mean and standard deviation of the logarithm.
    seed : int, optional

    Examples
    --------
    >>> bool(lognormal(0, 1).sample(10).min() > 0)
    True
    """

    name = "lognormal"
    mu: float
    sigma: float

    def _check(self) -> None:
        self._set(mu=real("lognormal", "mu", self.mu), sigma=real("lognormal", "sigma", self.sigma, 0.0))
        self._refuse_infinite(lambda: math.exp(self.mu + _FARTHEST * self.sigma))

    def _values(self, draws: Draws, first: int, n: int) -> np.ndarray:
        values: np.ndarray = np.exp(self.mu + self.sigma * draws.normal(0, first, n))
        return values


@dataclass(frozen=True, repr=False)
class gamma(Distribution):  # noqa: N801
    """Gamma distribution, of mean ``shape*scale`` and variance ``shape*scale**2``.

    Parameters
    ----------
    shape, scale : float
        Both above 0.
    seed : int, optional

    Examples
    --------
    >>> gamma(2, 0.5, seed=3)
    gamma(shape=2.0, scale=0.5, seed=3)
    """

    name = "gamma"
    shape: float
    scale: float

    def _check(self) -> None:
        self._set(shape=above_zero("gamma", "shape", self.shape), scale=above_zero("gamma", "scale", self.scale))
        self._refuse_infinite(lambda: float(self._quantiles(np.array([_LEAST]))[0]))

    def _quantiles(self, survival: np.ndarray) -> np.ndarray:
        from scipy.special import gammainccinv

        with np.errstate(over="ignore"):
            return np.asarray(self.scale * gammainccinv(self.shape, survival))

    def _values(self, draws: Draws, first: int, n: int) -> np.ndarray:
        return self._quantiles(draws.uniform(0, first, n))


@dataclass(frozen=True, repr=False)
class constant(Distribution):  # noqa: N801
    """The same number for all.

    Parameters
    ----------
    value : float
    seed : int, optional
        Of no effect: any distribution takes one.

    Examples
    --------
    >>> constant(0.6).sample((2, 2))
    array([[0.6, 0.6],
           [0.6, 0.6]])
    """

    name = "constant"
    value: float

    def _check(self) -> None:
        self._set(value=real("constant", "value", self.value))

    def _values(self, draws: Draws, first: int, n: int) -> np.ndarray:
        return np.full(n, self.value)


def __getattr__(name: str) -> Any:
    if not name.startswith("_"):
        raise not_in("distribution", name, (n for n in __all__ if n != "Distribution"), "Distributions")
    raise AttributeError(name)
