"""The text of a cell -> System: lines collected, names given their meaning, every check made."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import numpy as np

from brainpy_lab.equations import constants
from brainpy_lab.equations.identifiers import check_model_name
from brainpy_lab.equations.names import names_in
from brainpy_lab.equations.python.capture import Capture
from brainpy_lab.equations.python.unrolled import with_rows
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import Calculus, Coupling, Parameter, State, System
from brainpy_lab.equations.text.actions import read_actions
from brainpy_lab.equations.text.checks import check_delays, check_no_noise, check_orders
from brainpy_lab.equations.text.definitions import Definitions, order_definitions
from brainpy_lab.equations.text.dialects import explained
from brainpy_lab.equations.text.draft import Draft, check_subjects, draft
from brainpy_lab.equations.text.element_equations import whole_equation
from brainpy_lab.equations.text.elements_set import ElementSetter
from brainpy_lab.equations.text.foreign_words import state_of
from brainpy_lab.equations.text.initial import read_initials
from brainpy_lab.equations.text.lines import TextLine
from brainpy_lab.equations.text.matrices import with_products
from brainpy_lab.equations.text.noise import NoiseSplitter, Split
from brainpy_lab.equations.text.scope import CellScope
from brainpy_lab.equations.text.synapses import NO_NETWORKS
from brainpy_lab.equations.text.tables import without_tables
from brainpy_lab.errors import ArgumentError, ModelError, ModelSyntaxError


def read_text(
    text: str,
    *,
    name: str = "Model",
    namespace: Mapping[str, object] | None = None,
    calculus: Calculus = "ito",
    synapse: bool = False,
    origin: str = "cell",
) -> System:
    """Read a model written in the model language.

    Parameters
    ----------
    text : str
        The lines of the model.
    name : str
        Name of the System.
    namespace : mapping, optional
        The notebook's variables: names that the text does not define are looked up here.
    calculus : {"ito", "stratonovich"}
        How ``f + g*xi`` is meant.
    synapse : bool
        Whether the text may read ``pre.V`` and ``post.V`` and add to them.
    origin : str
        How errors name the text.

    Returns
    -------
    System
        The checked description, with positions in ``text``.

    Raises
    ------
    ModelError
        At the first thing that is wrong, with line and column.

    Examples
    --------
    >>> from brainpy_lab.equations import read_text
    >>> system = read_text('''
    ... tau = 10 in [1, 100]     # membrane time constant
    ... dV/dt = -V / tau
    ... V(0) = 1
    ... ''')
    >>> system.state_names, system.parameters[0].bounds
    (('V',), (1.0, 100.0))
    """
    if calculus not in ("ito", "stratonovich"):
        raise ArgumentError(f"There is no calculus '{calculus}'.", advice="It is 'ito' or 'stratonovich'.")
    if not isinstance(text, str):
        raise ArgumentError(f"A model is read from a text, not from {type(text).__name__}.")
    if not isinstance(origin, str):
        raise ArgumentError(f"origin is how messages call the text, not {type(origin).__name__}.")
    check_model_name(name)
    try:
        source = Source.of(text, origin)
        return _Reader(source, Capture(namespace), name, calculus, synapse=synapse).system()
    except ModelError as error:
        raise explained(error) from None
    except RecursionError:
        raise ModelSyntaxError(
            "An expression is nested too deeply to read.", advice="Give parts of it names of their own."
        ) from None


class _Reader:
    """Reads one cell; each method fills one part of the System."""

    def __init__(self, source: Source, capture: Capture, name: str, calculus: Calculus, *, synapse: bool) -> None:
        self.source = source
        self.name = name
        self.calculus = calculus
        self.capture = capture
        self.draft = draft(source)
        self.notes: list[str] = []
        check_subjects(source, self.draft)
        self.check_not_empty(synapse=synapse)
        self.parameters = self.read_parameters(self.draft)
        named = {n for n in self.draft.definitions if n not in self.parameters}
        self.scope = CellScope(source, set(self.draft.states), named, self.parameters, capture, synapse=synapse)

    def system(self) -> System:
        """The System, its parts read in the order in which what they need is known.

        Functions before the expressions that call them; definitions before equations, whose noise may stand in them;
        delays and the list of parameters last, for every expression read may add to them.
        """
        self.scope.add_functions(self.draft.functions)
        raw = {
            n: self.scope.normalise(self.draft.definitions[n].value)
            for n in self.draft.definitions
            if n in self.scope.definitions
        }
        definitions = order_definitions(self.source, self.draft, raw, self.scope)
        elements = ElementSetter(self.source, self.draft, self.scope, definitions)
        drifts = {n: self.drift(line, elements) for n, line in self.draft.derivatives.items()}
        split = NoiseSplitter(self.source, definitions.noisy)
        splits = {n: split(drift) for n, drift in drifts.items()}
        states = self.read_states(definitions, splits)
        events = read_actions(self.source, self.draft, self.scope, definitions, elements)
        couplings = tuple(self.coupling(line, definitions) for line in self.draft.couplings)
        delays = self.scope.delays.settle(definitions.inline)
        check_delays(self.source, delays, self.parameters, definitions)
        check_orders(self.source, self.draft, states, self.parameters, definitions)
        functions = {**self.scope.helpers, **self.capture.helpers}
        system = System(
            name=self.name,
            states=states,
            parameters=tuple(self.parameters.values()),
            derived=definitions.derived,
            intermediates=definitions.intermediates,
            delays=delays,
            events=events,
            functions=tuple(helper.finished() for helper in functions.values()),
            couplings=couplings,
            calculus=self.calculus,
            doc=self.draft.doc,
            text=self.source.text,
            origin=self.source.origin,
            notes=(*self.notes, *definitions.notes, *self.capture.notes),
        )
        system = with_products(system, self.source)
        return without_tables(with_rows(system), self.capture.tables)

    def drift(self, line: TextLine, elements: ElementSetter) -> ast.expr:
        """The right side of an equation, or of all equations of a state's elements."""
        if line.part is None:
            return self.scope.normalise(line.value)
        return whole_equation(self.source, elements, self.draft.parts[line.name])

    def check_not_empty(self, *, synapse: bool) -> None:
        """Refuse a text without states, with what its lines were probably meant to say."""
        draft = self.draft
        if draft.states or (synapse and (draft.couplings or draft.events)):
            return
        if not synapse:
            self.check_no_sides()
        advice = "Every model has a line such as dV/dt = -V"
        if draft.events and draft.ruled:
            name, span = next(iter(draft.ruled.items()))
            raise self.source.error(
                f"'{name}' is set here, but it is no state.", span, f"Write d{name}/dt = ..., or {name}(0) = ..."
            )
        lines = list(draft.definitions.values())
        for line in lines:
            state = state_of(line.name)
            if state is not None:
                advice = f"The derivative of a state '{state}' is written d{state}/dt = ..."
                raise self.source.error("The model has no state.", line.name_span, advice)
        raise self.source.error("The model has no state.", lines[-1].span if lines else None, advice)

    def check_no_sides(self) -> None:
        """Say of a text without states that it is a synapse, where it is one."""
        draft = self.draft
        spans = [line.span for line in draft.couplings]
        spans += [a.target_span for event in draft.events for a in event.actions if a.side]
        spans += [event.span for event in draft.events if {"pre", "post"} & names_in(event.condition)]
        for span in sorted(spans, key=lambda s: s.line)[:1]:
            raise self.source.error("This belongs to a synapse, and this model is none.", span, NO_NETWORKS)

    def read_parameters(self, draft: Draft) -> dict[str, Parameter]:
        """Names equal to a number or an array."""
        found: dict[str, Parameter] = {}
        for name, line in draft.definitions.items():
            value = self.constant(line)
            if value is not None:
                bounds, step = self.limits(line, value)
                found[name] = Parameter(name, value, bounds, step, line.description, line.span)
            elif line.bounds is not None:
                raise self.source.error(
                    "Only a number has a range.", line.bounds, "Delete 'in ...', or write a number before it."
                )
        return found

    def constant(self, line: TextLine) -> float | np.ndarray | None:
        """The value of a line that is made of numbers alone; None where it reads a name."""
        try:
            return constants.evaluate(line.value)
        except constants.NotConstant:
            return None
        except constants.BadConstant as error:
            raise self.source.error(f"The value of '{line.name}' cannot be computed: {error}.", line.value) from None

    def limits(self, line: TextLine, value: float | np.ndarray) -> tuple[tuple[float, float] | None, float | None]:
        """Range and step of a parameter's slider."""
        if line.bounds is None:
            return None, None
        form = f"Write {line.name} = {ast.unparse(line.value)} in [lowest, highest] or in [lowest, highest, step]"
        if isinstance(value, np.ndarray):
            raise self.source.error("An array has no range.", line.bounds, "Delete 'in ...'.")
        items = line.bounds.elts if isinstance(line.bounds, (ast.List, ast.Tuple)) else []
        if len(items) not in (2, 3):
            raise self.source.error("A range has two limits.", line.bounds, form)
        numbers: list[float] = []
        for item in items:
            try:
                numbers.append(float(constants.evaluate(item)))
            except (constants.NotConstant, constants.BadConstant, TypeError):
                raise self.source.error("The limits of a range are numbers.", item, form) from None
        low, high = numbers[0], numbers[1]
        if low >= high:
            raise self.source.error(
                f"The range begins at {low:g} and ends at {high:g}.", line.bounds, "Write the lower limit first."
            )
        if not low <= value <= high:
            raise self.source.error(
                f"The value {value:g} lies outside its range [{low:g}, {high:g}].", line.value, "Widen the range."
            )
        if len(numbers) == 3 and not 0 < numbers[2] <= high - low:
            raise self.source.error("The step is not positive, or larger than the range.", items[2], form)
        return (low, high), numbers[2] if len(numbers) == 3 else None

    def read_states(self, definitions: Definitions, splits: Mapping[str, Split]) -> tuple[State, ...]:
        initials = read_initials(self.source, self.draft, self.scope, definitions)
        self.notes += initials.notes
        states = []
        for name in self.draft.states:
            line = self.draft.derivatives.get(name)
            order = self.draft.orders.get(name)
            split = splits.get(name)
            drift = None
            if line is not None and split is not None:
                drift = split.drift or ast.copy_location(ast.Constant(0.0), line.value)
            start = self.draft.initials.get(name)
            states.append(
                State(
                    name=name,
                    drift=drift,
                    initial=initials.values.get(name),
                    initial_slope=initials.slopes.get(name),
                    history=initials.histories.get(name),
                    order=None if order is None else self.scope.normalise(order.value),
                    noise=() if split is None else split.terms(),
                    description=(line.description if line else "") or (start.description if start else ""),
                    span=line.span if line else (start.span if start else None),
                )
            )
        return tuple(states)

    def coupling(self, line: TextLine, definitions: Definitions) -> Coupling:
        """``post.I += value``: added to the target in every step."""
        if not self.scope.synapse:
            raise self.source.error(
                f"'{line.side}.{line.name}' belongs to a synapse, and this model is none.",
                line.span,
                NO_NETWORKS,
            )
        value = self.scope.normalise(line.value)
        check_no_noise(self.source, value, "what a synapse adds", definitions.noisy)
        if line.sign == "-=":
            value = ast.copy_location(ast.UnaryOp(ast.USub(), value), value)
        return Coupling("pre" if line.side == "pre" else "post", line.name, value, line.span)
