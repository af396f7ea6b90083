"""The part of a StepBuilder that writes noise: amplitudes, random draws, and increments of Wiener processes."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping

from brainpy_lab.codegen.draws import Draw, Kind, is_drawn
from brainpy_lab.codegen.printing import rename
from brainpy_lab.equations.system import Event, State, System

Names = dict[str, str | ast.expr]


class NoiseLines(ABC):
    """What stochastic methods call, on top of the lines and stages that a StepBuilder has."""

    system: System
    held: dict[str, str]

    def __init__(self) -> None:
        self._draws: dict[tuple[str, Kind], Draw] = {}
        self._increments: dict[str, str] = {}
        #: Names of derivatives of amplitudes, by what they are called before names are kept from clashing.
        self.amplitude_slopes: dict[str, str] = {}
        self._doubles: dict[tuple[str, str], str] = {}
        self._start_amplitudes: dict[str, dict[str, str]] | None = None

    @property
    @abstractmethod
    def moving(self) -> tuple[State, ...]:
        """States that have a derivative."""

    @abstractmethod
    def line(self, name: str, expr: ast.expr | str, comment: str = "", cell_line: int | None = None) -> str:
        """Add ``name = expr`` under a fresh name; returns the name given."""

    @abstractmethod
    def stage(self, text: str) -> None:
        """Begin a stage with a comment."""

    @abstractmethod
    def fresh(self, name: str) -> str:
        """``name``, or with underscores added while the model uses it already."""

    @abstractmethod
    def _holds(self) -> None:
        """Write which states are held."""

    @abstractmethod
    def _is_fixed(self, expr: ast.expr) -> bool:
        """Whether an expression is a number or a parameter."""

    @abstractmethod
    def _at_stage(self, wanted: Iterable[ast.expr], suffix: str, values: Mapping[str, str] | None, time: str) -> Names:
        """How model names are to be renamed at a stage, what is needed computed before it."""

    def diffusion(
        self,
        suffix: str,
        values: Mapping[str, str] | None = None,
        time: str = "t",
        only: str | None = None,
    ) -> dict[str, dict[str, str]]:
        """Evaluate the amplitudes of all noise, as `drift` does the derivatives; state -> source -> its name or number.

        ``only`` limits them to one source. What stays the same through the step (a number, a parameter) is given as it
        is.
        """
        self._holds()
        at_start = not values and time == "t" and only is None
        if at_start and self._start_amplitudes is not None:
            return self._start_amplitudes
        terms = {s: [n for n in s.noise if only in (None, n.source)] for s in self.moving}
        names = self._at_stage([n.amplitude for noise in terms.values() for n in noise], suffix, values, time)
        several = len(self.system.noise_sources) > 1
        found: dict[str, dict[str, str]] = {}
        for state, noise in terms.items():
            line = state.span.line if state.span else None
            for term in noise:
                expr = rename(term.amplitude, names)
                if state.name not in self.held and self._is_fixed(expr):
                    amplitude = ast.unparse(expr)
                else:
                    if state.name in self.held:
                        expr = ast.IfExp(ast.Name(self.held[state.name], ast.Load()), ast.Constant(0.0), expr)
                    own = f"g_{state.name}_{term.source}" if several else f"g_{state.name}"
                    amplitude = self.line(f"{own}{suffix}", expr, f"amplitude of {term.source} in d{state.name}", line)
                found.setdefault(state.name, {})[term.source] = amplitude
        if at_start:
            self._start_amplitudes = found
        return found

    def normal(self, source: str, kind: Kind = "increment") -> str:
        """Name of a random draw of the step, see `Draw`: standard normal for white noise ``source``."""
        if (source, kind) not in self._draws:
            name = self.fresh(source if kind == "increment" else f"{source}_{kind}")
            self._draws[source, kind] = Draw(name, source, kind, self.system.noise_sources.index(source))
        return self._draws[source, kind].name

    def double(self, inner: str, outer: str) -> str:
        """Name of the double integral over the step of the process of ``inner`` in that of ``outer``.

        Half the product of the increments, and plus or minus the Levy area of the two.
        """
        if (inner, outer) not in self._doubles:
            sources = self.system.noise_sources
            first, second = sorted((inner, outer), key=sources.index)
            both = f"0.5*{self.increment(inner)}*{self.increment(outer)}"  # draws that stand before that of the area
            key: tuple[str, Kind] = (f"{first} {second}", "area")
            if key not in self._draws:
                name = self.fresh(f"area_{first}_{second}")
                self._draws[key] = Draw(name, first, "area", sources.index(first), sources.index(second))
            sign = "+" if inner == first else "-"
            text = f"{both} {sign} dt*{self._draws[key].name}"
            self._doubles[inner, outer] = self.line(f"I_{inner}_{outer}", text, "double integral, by their Levy area")
        return self._doubles[inner, outer]

    def uniform(self, event: Event) -> str:
        """Name of a random draw of the step that is uniform on (0, 1], for the crossings of an event's border."""
        key: tuple[str, Kind] = (event.name, "crossing")
        if key not in self._draws:
            number = self.system.events.index(event)
            self._draws[key] = Draw(self.fresh(f"{event.name}_draw"), event.name, "crossing", number)
        return self._draws[key].name

    def drawn(self, expr: ast.expr, event: Event, *, by_event: bool) -> ast.expr:
        """``expr`` of a reset with the names of random draws in place of its calls rand() and randn().

        They are those of the step, or with ``by_event`` those of the event.
        """
        return _Drawn(self._reset_draw, event, by_event).visit(expr) if is_drawn(expr) else expr

    def _reset_draw(self, event: Event, kind: Kind, number: int) -> str:
        key: tuple[str, Kind] = (f"{event.name} {number}", kind)
        if key not in self._draws:
            name = self.fresh(f"{event.name}_{kind.split()[0]}")
            self._draws[key] = Draw(name, event.name, kind, number)
        return self._draws[key].name

    def increment(self, source: str) -> str:
        """Name of the increment of the Wiener process of ``source`` over the step: sqrt(dt) times its normal draw."""
        if source not in self._increments:
            if not self._increments:
                self.stage("increments of the Wiener processes")
                self._root = self.line("sqrt_dt", "sqrt(dt)")
            name = "dW" if len(self.system.noise_sources) == 1 else f"dW_{source}"
            self._increments[source] = self.line(name, f"{self._root}*{self.normal(source)}")
        return self._increments[source]

    @property
    def root(self) -> str:
        """Name of the square root of dt; there after the first `increment`."""
        return self._root

    @property
    def draws(self) -> tuple[Draw, ...]:
        """The random draws that the step takes, in the order of its arguments."""
        return tuple(self._draws.values())


class _Drawn(ast.NodeTransformer):
    """Puts names of random draws in place of calls."""

    def __init__(self, name_of: Callable[[Event, Kind, int], str], event: Event, by_event: bool) -> None:
        self.name_of, self.event = name_of, event
        self.kinds: dict[str, Kind] = {"rand": "rand", "randn": "randn"}
        if by_event:
            self.kinds = {"rand": "rand of event", "randn": "randn of event"}

    def visit_Call(self, node: ast.Call) -> ast.expr:
        match node:
            case ast.Call(func=ast.Name(id="rand" | "randn" as kind), args=[ast.Constant(value=int() as number)]):
                return ast.Name(self.name_of(self.event, self.kinds[kind], number), ast.Load())
        self.generic_visit(node)
        return node
