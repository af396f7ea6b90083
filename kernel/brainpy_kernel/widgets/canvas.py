"""A matplotlib canvas that another thread than the user's may draw on.

matplotlib reads all formulas of a process, and the numbers at logarithmic axes are formulas, with one parser, which
keeps its place within the text in itself. Two threads that draw at once take each other's place away; one of them then
fails with "Expected end of text, found '$'". So what is drawn beside the user's own figures has a parser of its own.
"""

from __future__ import annotations

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.mathtext import MathTextParser


class OwnMathText(MathTextParser):  # type: ignore[type-arg]  # generic in its stubs only
    """Reads formulas with a parser that it shares with no other class: matplotlib keeps one per class."""

    _parser = None


class OwnCanvas(FigureCanvasAgg):
    """A canvas for one thread."""

    def get_renderer(self) -> RendererAgg:
        """matplotlib's renderer, with a parser of its own."""
        renderer: RendererAgg = super().get_renderer()
        # what it makes of a formula, pixels or glyphs, differs between versions of matplotlib and stays as it is
        renderer.mathtext_parser.__class__ = OwnMathText
        return renderer
