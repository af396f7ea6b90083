"""Model: what a user holds. A System with defaults, a chosen method and driver, and all that can be done with it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from brainpy_lab import drivers, solvers
from brainpy_lab.codegen.generate import Crossing
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.equations.system import System
from brainpy_lab.equations.text.synapses import check_runs_alone
from brainpy_lab.errors import ArgumentError, ByName, CodeError, RunError
from brainpy_lab.simulation import ambient
from brainpy_lab.simulation.by_name import options_of, takes_parameters
from brainpy_lab.simulation.displays import display_of
from brainpy_lab.simulation.model_code import ModelCode, method_name
from brainpy_lab.simulation.run_defaults import positive
from brainpy_lab.simulation.runs.auto_method import choice
from brainpy_lab.simulation.runs.control import Progress
from brainpy_lab.simulation.runs.following import Following
from brainpy_lab.simulation.runs.request import OnInterrupt, Records, Request
from brainpy_lab.simulation.runs.simulate import simulate
from brainpy_lab.simulation.solution.record import notes_on_variables
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.values.brownian import BrownianPath
from brainpy_lab.simulation.values.problem import as_numbers, resolve
from brainpy_lab.solvers.auto import AUTO


class Model(ModelCode):
    """A dynamical system that can be run, read, edited and analysed.

    Made by `brainpy_lab.model` from text, by `brainpy_lab.odeint` from a function, or by a ``%%brainpy_model`` cell.

    Parameters
    ----------
    system : System
        The equations.
    method : str
        Numerical method that runs use when none is named; "auto" chooses one for each run.
    dt : float
        Time step, in the model's unit of time.
    backend : str, optional
        Driver that runs use when none is named; by default the session's, see `brainpy_lab.backend`.
    duration : float
        Length of a run that names none.
    seed : int, optional
        Seed of runs that name none.
    history : mapping, optional
        Courses of delayed states before the start, for runs that name none; see `run`.

    Examples
    --------
    >>> import brainpy_lab as bp
    >>> decay = bp.model("tau = 2\\ndx/dt = -x/tau\\nx(0) = 1", name="Decay")
    >>> sol = decay.run(2.0, dt=0.001, backend="numpy", tau=1.0)
    >>> round(float(sol.x[-1]), 6)
    0.135335
    """

    def __init__(
        self,
        system: System,
        *,
        method: str | None = None,
        dt: float | None = None,
        backend: str | None = None,
        duration: float | None = None,
        seed: int | None = None,
        history: Mapping[str, Any] | None = None,
    ) -> None:
        if not isinstance(system, System):
            raise ArgumentError(
                f"A Model is made of a System, not of {type(system).__name__}.", advice="From a text: bp.model(text)."
            )
        check_runs_alone(system)
        super().__init__(system, method, backend)
        if dt is not None:
            self.dt = dt
        if duration is not None:
            self.duration = duration
        self.seed = seed
        self.history = history

    # --- what it is ----------------------------------------------------------------------------------------------

    @property
    def parameters(self) -> dict[str, Any]:
        """Default value of every parameter."""
        return ByName({p.name: p.value for p in self._system.parameters}, "parameter", f"of {self.name}")

    @property
    def initial(self) -> dict[str, Any]:
        """Default initial value of every state."""
        found = resolve(self._system, {}, {}, {}, lambda value: False).states
        return ByName(found, "state", f"of {self.name}")

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader of the text assumed, and names that are reached in one way alone."""
        return (*self._system.notes, *notes_on_names(self._system))

    def __repr__(self) -> str:
        states, parameters = ", ".join(self._system.state_names), ", ".join(self._system.parameter_names)
        edited = ", edited" if self.is_edited else ""
        return (
            f"<Model {self.name}: states {states}; parameters {parameters or 'none'}; "
            f"{self.method} on {self.backend}{edited}>"
        )

    def _repr_html_(self) -> str:
        from brainpy_lab.simulation.model_report import model_html

        return model_html(self, self.parameters, self.initial, self.notes)

    @property
    def chosen_method(self) -> str:
        """The method that ``method="auto"`` means for the model's own values and duration."""
        values = {"start": 0.0, "duration": self.duration, "dt": self.dt}
        return choice(self._system, {}, {}, lambda value: False, **values).method

    def _try_step(self, code: StepCode, backend: str, method: str) -> None:
        try:
            self._simulate(code, backend, method, duration=self.dt, dt=self.dt)
        except RunError as error:
            message = f"The edited code fails in its first step. {error.message}"
            raise CodeError(message, location=error.location) from error

    # --- running it ----------------------------------------------------------------------------------------------

    @takes_parameters(0)
    def run(
        self,
        /,
        duration: float | None = None,
        *,
        dt: float | None = None,
        method: str | solvers.Method | None = None,
        backend: str | None = None,
        initial: Mapping[str, Any] | None = None,
        seed: int | None = None,
        record: Records | None = None,
        record_every: float | None = None,
        record_at: Sequence[float] | None = None,
        progress: bool | Progress = False,
        rtol: float | None = None,
        atol: float | Mapping[str, float] | None = None,
        max_step: float | None = None,
        threads: int = 1,
        start: float | Solution | None = None,
        history: Mapping[str, Any] | None = None,
        max_delay: float | None = None,
        stop: threading.Event | None = None,
        noise: BrownianPath | None = None,
        grading: float | None = None,
        memory: float | None = None,
        crossing: Crossing | None = None,
        on_interrupt: OnInterrupt = "raise",
        parameters: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> Solution:
        """Run the model.

        Parameters
        ----------
        duration : float, optional
            Length of the run in the model's unit of time; by default the model's ``duration``.
        dt : float, optional
            Time step of fixed-step methods (first step of adaptive ones); by default the model's. The run ends at the
            end that was asked for: where dt does not divide the duration, the last step is shorter. Delayed and
            fractional runs, and runs through which a derivative is taken, have steps of one length: theirs is the
            longest up to dt that divides the duration, and stands in ``sol.stats["dt"]``; delayed runs are most exact
            where dt divides duration and delays.
        method, backend : str, optional
            Numerical method and driver; by default the model's. ``method="auto"`` takes one that suits the equations
            and the run's values; ``sol.stats["why"]`` says why.
        initial : mapping, optional
            Initial values by state: numbers, or arrays that span an ensemble.
        seed : int, optional
            Seed of the random numbers: the same seed gives the same path on every driver, whatever the number of
            threads. By default the model's, or that of the Solution that is continued, else 0.
        record : list of str, or mapping of str to float, optional
            States and intermediates to record; by default all states. An empty list records nothing. ``"x[:5]"`` and
            ``"x[3]"`` are elements of an array state, or members of an ensemble where the state is one number; only
            they are kept. ``{"V": 0.1, "w": 1.0}`` gives each an interval, None being the run's; ``sol.times("w")``
            are the times of one, and ``sol.t`` those of ``record_every``, else of the shortest interval.
        record_every : float, optional
            Time between records; by default every step (adaptive methods: their own steps for a single cell). An end
            that lies between two records stands in ``sol.final`` alone.
        record_at : sequence of float, shape (n_times,), optional
            Ascending times to record at, in place of ``record_every``. Fixed steps record at their ends, so that these
            are whole multiples of dt from the start; adaptive methods, and ``crossing="exact"``, at any time.
        progress : bool or callable
            True shows a bar with the time left; a function is called with the fraction done.
        rtol, atol, max_step : float, optional
            Tolerances (atol also by state) and largest step of adaptive methods. Their steps end where inputs jump and
            where conditions in t switch; a short pulse of an input whose source cannot be read needs a max_step: the
            run warns, and ``sol.stats["unread_inputs"]`` names such inputs.
        threads : int
            Threads that share an ensemble, on drivers that can.
        start : float, Solution or Checkpoint, optional
            Time to start at, or the run to continue from its end, with its seed and all that it remembers. With the
            same model, values, method, tolerances and driver the two runs are, to the last bit, one run without the
            stop. Adaptive methods know two exceptions, inputs that they follow by polynomials fitted to the length of
            a run: functions that cannot be read as equations, and other Solutions. There a run goes on from the states
            at the end, as it does where something is not the same.
        history : mapping, optional
            What delayed states were before the start, by state: a function of t (t at most the start), a number, or a
            Solution, whose end is put at the start. Where neither this nor the model says, it is the initial value; and
            where ``initial`` says nothing, the initial value is the history's at the start.
        max_delay : float, optional
            Largest delay, where delays depend on states: the run then remembers no more than that. Without it such a
            run remembers all of its course, and reads its histories as far back as they are known. Also the largest
            delay of runs that will go on from this one, where they have longer ones.
        stop : threading.Event, optional
            Setting it stops the run within about 50 ms.
        noise : BrownianPath, optional
            The path that the noise takes, in place of random draws of its own.
        grading : float, optional
            Fractional models: r of the graded mesh t_j = T (j/N)^r of N = duration/dt steps, whose first steps are
            short, where solutions start like t^a; the sums over the past then cost O(N²). By default steps are uniform.
        memory : float, optional
            Fractional models with grunwald_letnikov: the time after which the past is forgotten;
            ``sol.stats["short_memory"]`` bounds the error.
        crossing : {"step", "bridge", "exact"}, optional
            Where the events of a run with fixed steps lie. "step": at the ends of steps, so that a period is off by up
            to dt. "exact", for ordinary differential equations: at the crossing; the step ends there, the block runs,
            and the rest of the step is computed from there, which keeps the method's order through resets. "bridge",
            for noisy models: also where the path between two ends crossed the border and came back, by the crossing
            probability of a Brownian bridge; at ends alone, firing rates are too low by a part that falls only like
            the square root of dt. Adaptive methods always place events at the crossing.
        on_interrupt : {"raise", "return"}
            What an interrupt (Ctrl-C, the stop button) does besides ending the run. "raise": what the run had computed
            is kept in ``m.last``, and KeyboardInterrupt goes on, so that a loop over runs or a cell ends too.
            "return": the run returns what it had computed, and the code after it goes on.
        parameters, **named
            Parameters by name, as keywords or in a mapping, which also reaches those that are called like an option of
            the run: a number; an array, which spans an ensemble; a `brainpy_lab.inputs.Input`, a function of t or a
            Solution, which drive the parameter in time.

        Returns
        -------
        Solution
            Also after a stop or a blow-up: ``sol.outcome`` says how the run ended.

        Raises
        ------
        ArgumentError, MethodError, DriverError, MemoryLimitError, CodeError
        KeyboardInterrupt
            The user interrupted the run.
        """
        if duration is None:
            duration = self.duration
        with Following(self, duration, stop, progress) as run:
            return run.gave(
                self._simulate(
                    None,
                    drivers.get(self.backend if backend is None else backend).name,
                    method_name(self.method if method is None else method),
                    duration=duration,
                    dt=ambient.dt_or(self.dt) if dt is None else dt,
                    initial=initial,
                    seed=ambient.seed_or(self.seed) if seed is None else seed,
                    record=record,
                    record_every=record_every,
                    record_at=record_at,
                    progress=run.progress,
                    rtol=rtol,
                    atol=atol,
                    max_step=max_step,
                    threads=threads,
                    start=start,
                    history=history,
                    max_delay=max_delay,
                    stop=run.stop,
                    noise=noise,
                    grading=grading,
                    memory=memory,
                    crossing=crossing,
                    on_interrupt=on_interrupt,
                    parameters={**(parameters or {}), **named},
                )
            )

    def _simulate(self, code: StepCode | None, backend: str, method: str, **options: Any) -> Solution:
        return simulate(Request(model=self, code=code, backend=backend, method=method, **options))

    @takes_parameters(0)
    def step(
        self, /, *states: Any, dt: float | None = None, parameters: Mapping[str, Any] | None = None, **named: Any
    ) -> tuple[Any, ...] | Any:
        """Take one step of a fixed-step method: ``V1, w1 = m.step(V0, w0, t, dt=0.05, I=0.8)``.

        Parameters
        ----------
        *states : float or array
            The states in the model's order, then, optionally, the time (default 0).
        dt : float, optional
            By default the model's.
        parameters, **named
            Parameters that differ from the model's own, in a mapping or as keywords.

        Returns
        -------
        The states after the step, a tuple when there are several.
        """
        names = self._system.state_names
        if len(states) not in (len(names), len(names) + 1):
            raise ArgumentError(
                f"step takes the {len(names)} states {', '.join(names)} and, optionally, the time; "
                f"it got {len(states)} values."
            )
        time = as_numbers("t", states[len(names)]) if len(states) > len(names) else 0.0
        if self.method == AUTO or solvers.get(self.method).is_adaptive:
            advice = "Set m.method to a fixed-step method."
            raise ArgumentError(f"'{self.method}' chooses its own steps.", advice=advice)
        size = ambient.dt_or(self.dt) if dt is None else positive("dt", dt)
        start = dict(zip(names, states, strict=False))
        given = {**(parameters or {}), **named}
        sol = self._simulate(
            None, self.backend, self.method, duration=size, dt=size, initial=start,
            seed=ambient.seed_or(self.seed), record=[], start=time, parameters=given,
        )  # fmt: skip
        values = tuple(sol.final[n] for n in names)
        return values if len(values) > 1 else values[0]

    # --- showing it ----------------------------------------------------------------------------------------------

    @takes_parameters(0)
    def interact(self, /, *, parameters: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Show the model with sliders, time courses and phase plane, in a notebook.

        The display comes from the entry point ``interact`` of the group ``brainpy_lab.displays``.

        Parameters
        ----------
        **options
            Those of the display, see `brainpy_kernel.interact`; parameters by name among them.
        parameters : mapping, optional
            The same for parameters and states that are called like an option of the display.
        """
        return display_of("interact")(self, parameters=parameters, **options)


@cache
def run_options() -> tuple[str, ...]:
    """Names that `Model.run` has for itself."""
    return options_of(Model.run)


def notes_on_names(system: System) -> tuple[str, ...]:
    """What to say of names that are reached in one way alone: parameters beside options, states beside attributes."""
    hidden = [n for n in system.parameter_names if n in run_options()]
    recorded = (*system.state_names, *(d.name for d in system.intermediates))
    options = (f"{n} is also an option of run: parameters={{'{n}': ...}} sets the parameter" for n in hidden)
    return (*options, *notes_on_variables(recorded, Solution))
