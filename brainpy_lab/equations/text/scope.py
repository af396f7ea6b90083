"""What the names of a cell mean: its states, parameters, intermediates and functions, then the notebook around it."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import numpy as np

from brainpy_lab.equations.expressions import Normaliser, unknown_name
from brainpy_lab.equations.names import RESERVED, is_noise
from brainpy_lab.equations.python.capture import Capture
from brainpy_lab.equations.python.helpers import Helper, lift, read_head, read_helper
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import FUNCTIONS, RANDOM, Parameter
from brainpy_lab.equations.text.delays import DelayTable
from brainpy_lab.equations.text.foreign_words import state_of
from brainpy_lab.equations.text.synapses import CONNECTION, NO_NETWORKS
from brainpy_lab.equations.text.tables import lookup
from brainpy_lab.errors import UnknownNameError


class CellScope:
    """Names where an expression of the cell stands.

    Parameters
    ----------
    source : Source
        The cell.
    states, definitions : set of str
        Names of states and of named expressions.
    parameters : dict
        Parameters of the cell; captured numbers and arrays join them.
    capture : Capture
        The notebook around the cell.
    synapse : bool
        Whether `pre` and `post` may be read.
    """

    def __init__(
        self,
        source: Source,
        states: set[str],
        definitions: set[str],
        parameters: dict[str, Parameter],
        capture: Capture,
        *,
        synapse: bool,
    ) -> None:
        self.source = source
        self.states = states
        self.definitions = definitions
        self.parameters = parameters
        self.capture = capture
        self.synapse = synapse
        self.helpers: dict[str, Helper] = {}
        self.delays = DelayTable(source, lambda name: name in self.known())
        self.sides: dict[str, None] = {}
        self.random: int | None = None  # random numbers so far, where an action of an event is read
        self.at_start = False  # reading initial values, where V(0) stands for the initial value of V
        self.normalise = Normaliser(source, self, capture.prefixes)

    def add_functions(self, nodes: Mapping[str, ast.FunctionDef]) -> None:
        """Read the cell's helper functions, and hand in what they read from the cell."""
        self.helpers = {name: read_head(self.source, node) for name, node in nodes.items()}
        heads = _Heads(self.helpers, self)
        read = {
            name: read_helper(self.source, node, heads, self.around, prefixes=self.capture.prefixes, states=self.states)
            for name, node in nodes.items()
        }
        lift(read)
        self.helpers = read

    def name(self, node: ast.Name) -> ast.expr:
        """The state, parameter, intermediate or noise of that name, or what the notebook has under it."""
        name = node.id
        if name == "t" or is_noise(name) or name in self.states or name in self.definitions or name in self.parameters:
            return ast.Name(name, ast.Load())
        if name == "dt":
            raise self.source.error(
                "Equations do not know the time step 'dt'.", node, "It is chosen where the model is run."
            )
        if name in ("pre", "post"):
            raise self.source.error(f"'{name}' is a side of a synapse, not a value.", node, f"Write {name}.V.")
        if name in RESERVED:
            raise self.source.error(f"'{name}' {RESERVED[name]}; it is no value.", node)
        if self.synapse and name in CONNECTION:
            self.parameters[name] = Parameter(name, CONNECTION[name])
            return ast.Name(name, ast.Load())
        parameter = self.capture.parameter(name)
        if parameter is not None:
            self.parameters[name] = parameter
            return ast.Name(name, ast.Load())
        why = self.capture.unusable(name)
        if why is not None:
            raise self.source.error(f"'{name}' {why}; a model reads numbers, arrays and functions.", node)
        if name[:1] == "d" and name[1:] in self.states:
            message = f"An equation cannot read a derivative; '{name}' at another time would make it neutral."
            raise self.source.error(message, node, f"It can read the state, {name[1:]}, and earlier values of it.")
        for other in self.definitions:
            if state_of(other) == name and name not in self.capture.names():
                advice = f"If '{other}' is its derivative, write d{name}/dt = ... instead of {other} = ..."
                raise self.source.error(f"The name '{name}' is defined nowhere.", node, advice, UnknownNameError)
        raise unknown_name(self.source, node, [*self.known(), *self.capture.names()])

    def around(self, node: ast.Name) -> ast.expr:
        """A name that a function of the cell reads from the cell."""
        if is_noise(node.id):
            message = f"White noise '{node.id}' cannot stand inside a function."
            raise self.source.error(message, node, "Noise belongs to the right side of dV/dt = f + g*xi.")
        return self.name(node)

    def call(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> ast.expr | None:
        """A delayed state, or a call of a helper function with every argument by position."""
        if name in self.states:
            return self._delayed(node, name, arguments)
        if name[:1] == "d" and name[1:] in self.states and name not in self.helpers:
            raise self.delays.neutral(node, name)
        if name in self.definitions or name in self.parameters or name == "t":
            advice = "Only states can be delayed." if name in self.definitions else f"For a product write {name}*(...)."
            raise self.source.error(f"'{name}' is a value, not a function.", node, advice)
        if is_noise(name):
            raise self.source.error("White noise has no value at a time.", node, f"Write {name}.")
        if name == "hold":
            raise self.source.error("'hold' stands on a line of its own in a 'when' block.", node)
        if name in FUNCTIONS:
            return None
        if name in RANDOM and self.random is not None and name not in self.helpers:
            return self._random(node, name)
        helper = self.helpers.get(name) or self.capture.function(name)
        if helper is None:
            return self.renamed(node, name)
        keywords = {k.arg: self.normalise(k.value) for k in node.keywords if k.arg}
        return helper.bind(self.source, node, arguments, keywords)

    def renamed(self, node: ast.Call, name: str) -> ast.expr | None:
        """A NumPy function under a name that the notebook gave it."""
        other = self.capture.alias(name)
        if other is None:
            self.capture.check_readable(self.source, node, name)
            return None
        func = ast.copy_location(ast.Name(other, ast.Load()), node.func)
        return self.normalise(ast.copy_location(ast.Call(func, node.args, node.keywords), node))

    def side(self, node: ast.Attribute, side: str) -> ast.expr:
        """The name for ``pre.V`` or ``post.V``."""
        if not self.synapse:
            raise self.source.error(
                f"'{side}' is a side of a synapse, and this model is none.",
                node,
                NO_NETWORKS,
            )
        name = f"{side}_{node.attr}"
        if name in self.states or name in self.definitions or name in self.parameters:
            raise self.source.error(
                f"'{side}.{node.attr}' and '{name}' cannot both be names.", node, f"Give '{name}' another name."
            )
        self.sides[name] = None
        return ast.Name(name, ast.Load())

    def lookup(self, node: ast.Call, normalise: Normaliser) -> ast.expr:
        """A table of the cell."""
        return lookup(normalise, node, self.array, self.capture.helpers)

    def array(self, name: str) -> np.ndarray | float | None:
        """The points of a table by their name: an array of the cell or of the notebook."""
        return self.capture.points(name, self.parameters)

    def functions(self) -> set[str]:
        """Helper functions of the cell."""
        return set(self.helpers)

    def known(self) -> list[str]:
        """Names that the cell defines or the language has."""
        return [*self.states, *self.definitions, *self.parameters, *self.helpers, *FUNCTIONS, "t", "pi"]

    def _random(self, node: ast.Call, name: str) -> ast.expr:
        """A random number of an action; its number gives it numbers of its own."""
        if node.args or node.keywords:
            advice = "A range is made of it: a + (b - a)*rand(), mean + sigma*randn()."
            raise self.source.error(f"'{name}' takes no arguments.", node, advice)
        assert self.random is not None
        number, self.random = ast.Constant(self.random), self.random + 1
        return ast.Call(ast.copy_location(ast.Name(name, ast.Load()), node.func), [number], [])

    def _delayed(self, node: ast.Call, state: str, arguments: list[ast.expr]) -> ast.expr:
        match arguments:
            case [ast.Constant(value=0)] if self.at_start and not node.keywords:
                return ast.Name(state, ast.Load())
        return self.delays.read(node, state, self.delays.check(node, state, arguments))


class _Heads(dict[str, Helper]):
    """The cell's functions, and those of the notebook when they are asked for."""

    def __init__(self, helpers: Mapping[str, Helper], scope: CellScope) -> None:
        super().__init__(helpers)
        self.capture = scope.capture
        self.array = scope.array

    def lookup(self, node: ast.Call, normalise: Normaliser) -> ast.expr:
        """A table in a function of the cell."""
        return lookup(normalise, node, self.array, self.capture.helpers)

    def get(self, name: str, default: Helper | None = None) -> Helper | None:  # type: ignore[override]
        return super().get(name) or (None if name in FUNCTIONS else self.capture.function(name)) or default
