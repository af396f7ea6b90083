"""Options of the cell lines: one table for parsing, help and Tab completion."""

from __future__ import annotations

import argparse
import keyword
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from brainpy_lab.errors import ArgumentError, did_you_mean


def _no_values() -> list[str]:
    return []


def drivers() -> list[str]:
    """Names of the known drivers."""
    from brainpy_lab import drivers as known

    return list(known.registry())


def methods() -> list[str]:
    """Names of the known methods, and auto."""
    from brainpy_lab import solvers as known

    return ["auto", *known.registry()]


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value


@dataclass(frozen=True)
class Option:
    """One option: ``values`` lists what it can be, for checking and completion; ``type`` None is a switch."""

    flag: str
    help: str
    type: Callable[[str], Any] | None = str
    metavar: str = ""
    values: Callable[[], list[str]] = _no_values


BACKEND = Option("--backend", "driver that runs the model", str, "NAME", drivers)
METHOD = Option("--method", "numerical method", str, "NAME", methods)
DT = Option("--dt", "time step", _positive, "NUMBER")
SEED = Option("--seed", "seed of the random numbers", int, "INTEGER")

MODEL_OPTIONS = (
    BACKEND,
    METHOD,
    DT,
    Option("--duration", "length of a run", _positive, "NUMBER"),
    Option("--calculus", "how noise is read", str, "NAME", lambda: ["ito", "stratonovich"]),
    SEED,
    Option("--dtype", "precision of the states", str, "NAME", lambda: ["float64", "float32"]),
    Option("--synapse", "the cell describes a synapse (pre, post), for bp.Synapses", None),
    Option("--no-display", "define the model and show nothing", None),
    Option("--show-code", "print the generated step code", None),
)
RUN_OPTIONS = (BACKEND, DT, SEED)


@dataclass(frozen=True)
class Command:
    """A magic's line: its name, its positional argument, its options, and a text for --help."""

    name: str
    options: tuple[Option, ...]
    text: str
    example: str
    argument: str = ""
    words: dict[str, str] = field(default_factory=dict)  # sub-commands and what they do

    def parse(self, line: str) -> argparse.Namespace:
        """The options of ``line``; ``help`` is True when they ask for help.

        Raises
        ------
        ArgumentError
            An option is unknown or has a wrong value.
        """
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise ArgumentError(f"{self.name}: {error} in its line.", advice="Close the quotation mark.") from None
        result, rest = _parser(self).parse_known_args(words)
        if result.help:
            return result
        if rest:
            raise self._unknown(rest[0])
        if self.argument:
            self._check_name(result)
        for option in self.options:
            self._check_value(option, getattr(result, option.flag[2:].replace("-", "_")))
        return result

    def help(self) -> str:
        """What --help prints."""
        rows = [(f"{o.flag} {o.metavar}".strip(), o.help, o.values()) for o in self.options]
        rows.append(("--help", "show this text", []))
        lines = [f"{h}: {', '.join(values)}" if values else h for _, h, values in rows]
        width = max(len(left) for left, _, _ in rows)
        table = "\n".join(f"  {left:<{width}}  {line}" for (left, _, _), line in zip(rows, lines, strict=True))
        usage = " ".join(part for part in (self.name, self.argument, "[options]") if part)
        commands = "".join(f"  {self.name} {word}: {text}\n" for word, text in self.words.items())
        known = f"Commands\n{commands}\n" if commands else ""
        return f"{usage}\n\n{self.text}\n\n{known}Options\n{table}\n\nExample\n{self.example}\n"

    def complete(self, line: str, symbol: str) -> list[str]:
        """What may stand at the end of ``line``, whose last word begins with ``symbol``."""
        words = line.split()
        before = words[:-1] if symbol and words and words[-1].endswith(symbol) else words
        option = self._option(words[-1].split("=")[0]) if words and "=" in words[-1] and symbol in words[-1] else None
        option = option or (self._option(before[-1]) if before else None)
        if option is not None and option.type is not None:
            return [v for v in option.values() if v.startswith(symbol)]
        flags = [o.flag for o in self.options if o.flag not in before] + ["--help"]
        first = list(self.words) if len(before) <= 1 else []
        return [word for word in [*first, *flags] if word.startswith(symbol)]

    def _option(self, flag: str) -> Option | None:
        return next((o for o in self.options if o.flag == flag), None)

    def _unknown(self, word: str) -> ArgumentError:
        if word.startswith("-"):
            flags = [*(o.flag for o in self.options), "--help"]
            flag = word.split("=")[0]
            advice = did_you_mean(flag, flags) or f"Options: {', '.join(flags)}."
            return ArgumentError(f"{self.name} has no option '{flag}'.", advice=advice)
        return ArgumentError(
            f"{self.name} does not take '{word}'.", advice=f"`{self.name} --help` shows what it takes."
        )

    def _check_name(self, result: argparse.Namespace) -> None:
        name = result.argument
        if name is None:
            raise ArgumentError(f"{self.name} needs a name for the model.", advice=f"Write `{self.name} MyModel`.")
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ArgumentError(f"'{name}' cannot be a variable's name.", advice="Use letters, digits and underscores.")

    def _check_value(self, option: Option, value: Any) -> None:
        known = option.values()
        base = str(value).partition("(")[0]  # of a method with options: rk2(beta=0.6)
        if value is not None and known and base not in known:
            advice = did_you_mean(value, known) or f"Known: {', '.join(known)}."
            raise ArgumentError(f"{option.flag} cannot be '{value}'.", advice=advice)


class _Parser(argparse.ArgumentParser):
    """argparse whose complaints are `ArgumentError`."""

    def error(self, message: str) -> NoReturn:
        raise ArgumentError(f"{self.prog}: {message}.", advice=f"`{self.prog} --help` shows what it takes.")


def _parser(command: Command) -> argparse.ArgumentParser:
    parser = _Parser(prog=command.name, add_help=False, allow_abbrev=False)
    parser.add_argument("--help", "-h", action="store_true")
    if command.argument:
        parser.add_argument("argument", nargs="?")
    for option in command.options:
        if option.type is None:
            parser.add_argument(option.flag, action="store_true")
        else:
            parser.add_argument(option.flag, type=option.type, metavar=option.metavar)
    return parser


MODEL = Command(
    "%%brainpy_model",
    MODEL_OPTIONS,
    "Define a dynamical system from the equations of the cell and bind it to the variable NAME.\n"
    "The output shows the equations, a slider per parameter, the time courses and the phase plane.\n"
    "A `;` at the end of the cell keeps it quiet.\n\n"
    "Lines of the cell\n"
    "  I = 0.5 in [0, 2]        a parameter, with the range of its slider\n"
    "  dV/dt = ...              the derivative of a state; noise: + sigma*xi; delay: x(t - tau)\n"
    "  V(0) = -65               an initial value; x(t <= 0) = ... a history\n"
    "  I_K = g*n**4*(V - E_K)   an intermediate\n"
    "  when V >= V_th:          an event, with what happens then in the lines below\n"
    "  order(V) = 0.8           a fractional order\n"
    "  def alpha(V): ...        a helper function\n"
    "docs/language.md of the project has them all.",
    "  %%brainpy_model FitzHughNagumo --method rk4 --duration 200\n"
    "  I = 0.5 in [0, 2]\n"
    "  dV/dt = V - V**3/3 - w + I\n"
    "  dw/dt = (V + 0.7 - 0.8*w) / 12.5\n"
    "  V(0) = -1",
    argument="NAME",
)
CELL = Command(
    "%%brainpy",
    RUN_OPTIONS,
    "Run the cell as ordinary Python with `bp` (brainpy_lab) at hand, under the chosen driver, time step and seed.",
    "  %%brainpy --backend numpy\n  m = bp.model('dx/dt = -x', name='Decay')\n  m.run(10).plot()",
)
LINE = Command(
    "%brainpy",
    (Option("--inline", "show the panel's views in the output", None),),
    "Overview and housekeeping.",
    "  %brainpy backend numba",
    words={
        "list": "the models of this notebook",
        "backend": "the driver in force; `backend NAME` chooses one",
        "panel": "open the panel beside the notebook, or its views in the output",
        "clear-cache": "delete generated and compiled code from the cache folder",
    },
)
