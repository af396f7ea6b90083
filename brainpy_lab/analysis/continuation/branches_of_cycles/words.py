"""What is said of branches of cycles that are not followed, or not known for certain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

#: What is said where several multipliers cross, or pairs.
TOGETHER = "{} multipliers or pairs cross together, as symmetries make them; what begins here is not followed"

#: What is said of a fold beside which the parameter hardly moves.
FLAT = "where the parameter turns, which it does among rounding errors"

#: What a branch comes to.
ENDS = {
    "hopf": "a Hopf point",
    "doubling": "a period doubling",
    "crossing": "a branch point of cycles",
    "border": "the border of the range",
}

#: What a branch comes to as its period grows.
LONG = {
    "snic": "a saddle-node on an invariant circle",
    "homoclinic": "a homoclinic orbit",
    "heteroclinic": "orbits from saddle to saddle",
}

#: How the remark begins on crossings that were not found out, and how many of their values it names.
HIDDEN, NAMED = "Multipliers leave or enter the unit circle", 6

#: Why a branch has no cycle but the first.
NOT_BEGUN = {
    "border": "they leave the range at once",
    "steps": "none is found beside the first, as where infinitely many have one value of the parameter",
}


def not_begun(what: str, place: str, end: str) -> str:
    """Of a special point with no cycle but its own."""
    return f"The cycles from the {what} at {place} were not followed: {NOT_BEGUN.get(end, end)}."


def followed_so_far(place: str, period: float, reason: str) -> str:
    """Of a branch that ends for want of a next cycle."""
    return (
        f"A branch of cycles is followed as far as {place}, period {period:.4g}: {reason}. A smaller range "
        "or another max_period may show what lies there."
    )


def without_end(place: str) -> str:
    """Of a homoclinic orbit of a focus."""
    return (
        f"Beside the homoclinic orbit at {place}, of a saddle with a focus, branches of cycles begin without "
        "end: those from special points within a thousandth of the range are not followed."
    )


def with_hidden(remarks: Iterable[str], name: str, values: Sequence[float]) -> list[str]:
    """Remarks with one, instead of that before, on where multipliers have crossed the unit circle unseen."""
    places = _listed(values[:NAMED]) + (f" and {len(values) - NAMED} more values" if len(values) > NAMED else "")
    said = (
        f"{HIDDEN} near {name} = {places}, on a branch of cycles, where it was not found out how: a smaller step=, or "
        "a smaller range around it, may show that."
    )
    return [*(text for text in remarks if not text.startswith(HIDDEN)), said]


def unsettled_at(name: str, values: Mapping[float, bool]) -> list[str]:
    """What is said of values at which orbits did not settle, and of whether a cycle was found that they pass by."""
    if not values:
        return []
    said = (
        f"Orbits from some starts at {name} = {_listed(values)} neither came to rest nor repeated themselves: they may "
        "be chaotic, fill a torus, or settle slowly."
    )
    passed, not_passed = ([v for v in values if values[v] is is_so] for is_so in (True, False))
    if passed:
        said += (
            f" Of the cycles that they pass by at {_listed(passed)} the shortest found is followed; chaotic orbits "
            "have infinitely many more."
        )
    if not_passed:
        said += f" No cycle was found beside those at {_listed(not_passed)}."
    return [said]


def _listed(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.6g}" for value in sorted(values))
