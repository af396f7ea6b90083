"""The step code of a model: generated for a method and a driver, read, edited, brought back."""

from __future__ import annotations

from abc import ABC, abstractmethod

from brainpy_lab import backend as default_backend
from brainpy_lab import drivers, solvers
from brainpy_lab.codegen.generate import Crossing
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.edited import check_heading, written_for
from brainpy_lab.simulation.generated import check_crossing, generated
from brainpy_lab.simulation.run_defaults import RunDefaults
from brainpy_lab.simulation.runs.ready import Ready
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.solvers.auto import AUTO


class ModelCode(RunDefaults, ABC):
    """A System with a default method and driver, and the step code that these give."""

    def __init__(self, system: System, method: str | None, backend: str | None) -> None:
        super().__init__(system)
        self._method = method_name(solvers.default_method(system) if method is None else method)
        #: Whether a method was named, by the model's text or its user; else it is the default of such equations.
        self.names_method = method is not None
        self._backend = None if backend is None else drivers.get(backend).name
        #: Write exponentials with commensurate arguments as powers of one (visible in the code; a few ulp).
        self.share_exponentials = True
        #: What the run that was interrupted last had computed; None before the first interrupt.
        self.last: Solution | None = None
        #: What runs that differ in their numbers alone have in common.
        self.ready = Ready()
        self._edits: dict[tuple[str, str], StepCode] = {}

    @property
    def name(self) -> str:
        """The model's name."""
        return self._system.name

    @property
    def system(self) -> System:
        """The equations, checked and immutable."""
        return self._system

    @property
    def method(self) -> str:
        """Name of the numerical method; set it to change the default of this model's runs."""
        return self._method

    @method.setter
    def method(self, name: str) -> None:
        self._method, self.names_method = method_name(name), True

    @property
    def backend(self) -> str:
        """Name of the driver; set it to change the default of this model's runs, or to None to follow the session."""
        return self._backend or default_backend.get()

    @backend.setter
    def backend(self, name: str | None) -> None:
        self._backend = None if name is None else drivers.get(name).name

    @property
    @abstractmethod
    def chosen_method(self) -> str:
        """The method that ``method="auto"`` means for the model's own values and duration."""

    def code(self, backend: str | None = None, method: str | None = None, crossing: Crossing | None = None) -> StepCode:
        """The step code that a run with this driver and method uses: the edited text, where there is one.

        Parameters
        ----------
        backend, method, crossing : str, optional
            By default the model's; see `Model.run`.

        Returns
        -------
        StepCode
            ``str(code)`` or ``code.text`` is the text, ``code.file`` the file that holds it.
        """
        key = self._key(backend, method)
        if crossing is not None and crossing != self.crossing:
            check_crossing(crossing, self._system)
            return generated(self._system, key[1], key[0], self.share_exponentials, crossing)
        return self._edits.get(key) or self._generated(*key)

    def generated_code(self, backend: str | None = None, method: str | None = None) -> StepCode:
        """The step code as generated, whether or not it was edited."""
        return self._generated(*self._key(backend, method))

    def _generated(self, backend: str, method: str) -> StepCode:
        return generated(self._system, method, backend, self.share_exponentials, self.crossing)

    def edit(self, text: str, *, backend: str | None = None, method: str | None = None) -> StepCode:
        """Put ``text`` in the place of the generated step code; later runs with its driver and method use it.

        The text is checked and compiled first: when it is refused, the code that was in force stays.
        Its first line, ``One step of ...``, says which driver and method it was written for, and is followed.

        Parameters
        ----------
        text : str
            The whole of the new code.
        backend, method : str, optional
            The driver and method whose code it is; by default those that the text says.

        Raises
        ------
        CodeError
            With line and column: it does not parse or compile, has lost a function, an argument or a result, or was
            written for another driver, method or model than it is given for.
        """
        if not isinstance(text, str):
            raise ArgumentError(f"Step code is a text, not {type(text).__name__}.", advice="For example m.code().text.")
        written = written_for(text)
        key = self._key(backend or written[0], method or written[1])
        code = self.generated_code(*key)
        if text.strip() == code.text.strip():
            self._edits.pop(key, None)
            return code
        check_heading(text, code, is_said=backend is not None and method is not None)
        edited = code.edit(text)
        self._try_step(edited, *key)
        self._edits[key] = edited
        return edited

    @abstractmethod
    def _try_step(self, code: StepCode, backend: str, method: str) -> None:
        """Raise CodeError when edited code fails in its first step."""

    def revert(self, *, backend: str | None = None, method: str | None = None) -> StepCode:
        """Bring the generated step code back.

        Parameters
        ----------
        backend, method : str, optional
            The driver and method whose code it is; by default the model's.
        """
        self._edits.pop(self._key(backend, method), None)
        return self.generated_code(backend, method)

    @property
    def is_edited(self) -> bool:
        """Whether the code in force for the model's own driver and method was edited."""
        return self._key(None, None) in self._edits

    @property
    def has_edits(self) -> bool:
        """Whether the code of any driver and method was edited."""
        return bool(self._edits)

    def has_edit(self, backend: str, method: str) -> bool:
        """Whether the code in force for this driver and method was edited."""
        return (backend, method) in self._edits

    def edit_of(self, backend: str, method: str) -> StepCode | None:
        """The edited code for this driver and method, where there is one."""
        return self._edits.get((backend, method))

    def _key(self, backend: str | None, method: str | solvers.Method | None) -> tuple[str, str]:
        name = method_name(self.method if method is None else method)
        return drivers.get(
            self.backend if backend is None else backend
        ).name, self.chosen_method if name == AUTO else name


def method_name(name: str | solvers.Method) -> str:
    """The name of a method that there is, or "auto"."""
    return AUTO if isinstance(name, str) and name == AUTO else solvers.get(name).name
