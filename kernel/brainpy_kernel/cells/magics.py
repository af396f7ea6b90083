"""The magics: `%%brainpy_model`, `%%brainpy`, and their line forms."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from IPython.core.displayhook import DisplayHook
from IPython.core.magic import Magics, line_cell_magic, magics_class, output_can_be_silenced

from brainpy_kernel.cells import body, quiet
from brainpy_kernel.cells.options import CELL, LINE, MODEL
from brainpy_kernel.widgets import typeset
from brainpy_lab.errors import ArgumentError, did_you_mean

if TYPE_CHECKING:
    from brainpy_kernel.panel.channel import Channel
    from brainpy_kernel.workspace import Workspace
    from brainpy_lab import Model, System


@magics_class
class BrainPyMagics(Magics):
    """Magics of BrainPy Lab.

    Parameters
    ----------
    shell : InteractiveShell
    space : Workspace
    channel : Channel, optional
        To the panel in the browser, where there may be one.
    bp_panel : callable
        Makes the panel's views as a widget.
    """

    def __init__(self, shell: Any, space: Workspace, channel: Channel | None, bp_panel: Callable[[], Any]) -> None:
        super().__init__(shell)
        self._shell, self._space, self._channel, self._bp_panel = shell, space, channel, bp_panel

    @line_cell_magic
    def brainpy_model(self, line: str, cell: str | None = None) -> None:
        """Define a model from the equations in the cell: `%%brainpy_model NAME [options]`."""
        if cell is None:
            self._describe(line.strip())
            return
        options = MODEL.parse(line)
        if options.help:
            print(MODEL.help())
            return
        if options.synapse:
            self._define_synapse(options, cell)
            return
        model = self._make(options, cell)
        before = self._shell.user_ns.get(options.argument)
        if isinstance(before, type(model)) and before.has_edits:
            print(f"The edits to the step code of the {options.argument} that stood here are gone with it.")
        self._space.define(options.argument, model)
        if options.show_code:
            print(model.code())
        if not options.no_display and not DisplayHook.semicolon_at_end_of_expression(cell):
            self._display(options.argument, model)

    @output_can_be_silenced
    @line_cell_magic
    def brainpy(self, line: str, cell: str | None = None) -> Any:
        """Run the cell as ordinary Python with `bp` at hand; as a line: overview, list, backend, panel, clear-cache."""
        __tracebackhide__ = True
        if cell is None:
            self._command(line)
            return None
        options = CELL.parse(line)
        if options.help:
            print(CELL.help())
            return None
        import brainpy_lab as bp

        self._shell.user_ns.setdefault("bp", bp)
        with self._conditions(options):
            value = body.run(self._shell, CELL.name, line, cell)
        quiet.show_picture(value, cell)
        return value

    def _read(self, options: Any, cell: str) -> System:
        """The equations of a cell. The magic's line counts as the first, so that positions are those the user sees."""
        from brainpy_lab.equations import read_text

        if options.dtype == "float32":
            raise ArgumentError("The drivers compute in float64 alone.", advice="Leave --dtype out.")
        return read_text(
            "\n" + cell.rstrip().rstrip(";"), name=options.argument, namespace=self._shell.user_ns,
            calculus=options.calculus or "ito", synapse=options.synapse,
            origin=f"cell In[{self._shell.displayhook.prompt_count}]",
        )  # fmt: skip

    def _define_synapse(self, options: Any, cell: str) -> None:
        """Bind the synapse of a cell to its name, and show its equations."""
        from brainpy_lab.simulation.synapse_model import SynapseModel

        for name in ("method", "dt", "backend", "duration", "seed"):
            if getattr(options, name) is not None:
                raise ArgumentError(
                    f"--{name} belongs to what is run; a synapse runs in a network.",
                    advice=f"Leave it out here, and give {name}=... to the group or to the run of the network.",
                )
        model = SynapseModel(self._read(options, cell))
        self._shell.user_ns[options.argument] = model
        if options.no_display or DisplayHook.semicolon_at_end_of_expression(cell):
            return
        if getattr(self._shell, "kernel", None) is None:
            print(typeset.plain(model.system))
            return
        from IPython.display import HTML, display

        system = model.system
        display(HTML(typeset.heading(system) + typeset.equations(system) + typeset.notes(system)))

    def _make(self, options: Any, cell: str) -> Model:
        """The model of a cell."""
        from brainpy_lab.simulation.model import Model

        system = self._read(options, cell)
        model = Model(
            system, method=options.method, dt=options.dt, backend=options.backend, duration=options.duration,
            seed=options.seed,
        )  # fmt: skip
        if options.backend or options.method:
            model.code()  # refuses a driver and method that do not go together, before the name is bound
        return model

    def _display(self, name: str, model: Model) -> None:
        if getattr(self._shell, "kernel", None) is None:
            print(typeset.plain(model.system))
            return
        from IPython.display import display

        from brainpy_kernel.interact_model import show_model

        display(show_model(self._space, name, model))

    def _describe(self, name: str) -> None:
        """`%brainpy_model`: help and list; with a model's name, the model."""
        self._space.scan()
        if name in ("", "--help", "-h"):
            print(MODEL.help())
            self._list()
            return
        if name not in self._space.models:
            advice = did_you_mean(name, self._space.models) or "`%brainpy list` shows the models there are."
            raise ArgumentError(f"There is no model '{name}'.", advice=advice)
        print(typeset.plain(self._space.models[name].system))

    def _command(self, line: str) -> None:
        """`%brainpy [list | backend [NAME] | panel | clear-cache]`."""
        words = line.split()
        if not words:
            self._overview()
            return
        if words[0] in ("--help", "-h"):
            print(f"{LINE.help()}\n{CELL.help()}")
            return
        actions = {
            "list": self._list, "backend": self._backend, "panel": self._panel, "clear-cache": self._clear_cache,
        }  # fmt: skip
        action = actions.get(words[0])
        if action is None:
            advice = did_you_mean(words[0], actions) or f"Known: {', '.join(actions)}."
            raise ArgumentError(f"%brainpy does not know '{words[0]}'.", advice=advice)
        action(*words[1:])

    def _overview(self) -> None:
        import brainpy_lab as bp

        print(f"BrainPy Lab {bp.__version__}; driver in force: {bp.backend.get()}\n")
        rows = {
            "%%brainpy_model NAME": "define a model from the equations of the cell",
            "%%brainpy": "run the cell under a chosen driver, time step and seed",
            **{f"%brainpy {word}": text for word, text in LINE.words.items()},
        }
        width = max(map(len, rows))
        print("\n".join(f"  {left:<{width}}  {text}" for left, text in rows.items()))
        print("\n--help after a cell magic shows its options; Tab completes them.\n")
        self._list()

    def _list(self, *words: str) -> None:
        _refuse("list", words, 0)
        self._space.scan()
        if not self._space.models:
            print("There is no model yet: a `%%brainpy_model NAME` cell makes one.")
        for name, model in self._space.models.items():
            states = ", ".join(model.system.state_names)
            edited = ", edited" if model.is_edited else ""
            print(f"  {name}: states {states}; {model.method} on {model.backend}{edited}")

    def _backend(self, *words: str) -> None:
        import brainpy_lab as bp

        _refuse("backend", words, 1)
        if words:
            bp.backend.set(words[0])
        print(f"driver in force: {bp.backend.get()}")

    def _panel(self, *words: str) -> None:
        inline = words == ("--inline",)
        _refuse("panel", () if inline else words, 0)
        channel = self._channel
        if channel is None:
            print("The panel needs Jupyter; here, use `%brainpy list` and the model's own methods.")
            return
        from IPython.display import display
        from ipywidgets import VBox

        place = VBox()
        display(place)

        def show_inline() -> None:
            place.children = [self._bp_panel()]

        if inline:
            show_inline()
        else:
            channel.ask_open(otherwise=show_inline)

    def _clear_cache(self, *words: str) -> None:
        import brainpy_lab as bp

        _refuse("clear-cache", words, 0)
        print(f"The cache folder is empty; {bp.clear_cache() / 1e6:.1f} MB were freed.")

    @contextlib.contextmanager
    def _conditions(self, options: Any) -> Iterator[None]:
        """Driver, time step and seed that hold for the cell."""
        import brainpy_lab as bp
        from brainpy_lab.simulation import ambient

        with contextlib.ExitStack() as stack:
            if options.backend:
                stack.enter_context(bp.backend.use(options.backend))
            stack.enter_context(ambient.use(dt=options.dt, seed=options.seed))
            yield


def _refuse(command: str, words: tuple[str, ...], most: int) -> None:
    if len(words) > most:
        raise ArgumentError(
            f"%brainpy {command} does not take '{words[most]}'.", advice="`%brainpy` shows what there is."
        )
