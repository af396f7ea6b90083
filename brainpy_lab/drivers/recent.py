"""What was compiled in this process: the latest of it stays at hand, the rest is left to the disk cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

#: Compiled programs, and as many adaptive loops, that a driver keeps. One of Numba takes 0.4 to 2.4 MB.
MOST_PROGRAMS = 100

T = TypeVar("T")


class Recent(Generic[T]):
    """The ``most`` recently used values by key; one that is in use elsewhere is found again as long as it is."""

    def __init__(self, most: int = MOST_PROGRAMS) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._alive: WeakValueDictionary[Hashable, T] = WeakValueDictionary()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of ``key``, made where there is none."""
        value = self._kept.pop(key, None) or self._alive.get(key)
        if value is None:
            value = make()
        self._alive[key] = self._kept[key] = value
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forget all, also what is in use elsewhere."""
        self._kept.clear()
        self._alive.clear()

    def __len__(self) -> int:
        return len(self._kept)
