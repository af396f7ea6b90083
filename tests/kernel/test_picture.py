"""The picture that stands for a view without its kernel, and the output that holds both."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from matplotlib.image import imread
from matplotlib.mathtext import MathTextParser

from brainpy_kernel.widgets import picture
from brainpy_kernel.widgets.output import VIEW_TYPE
from brainpy_lab import models
from brainpy_lab.equations import read_text
from brainpy_lab.equations.latex import system_latex
from brainpy_lab.models.published import PublishedModel


def near(pixels, colour):
    """How many pixels of a picture have a colour, anti-aliasing aside."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return int((np.abs(pixels[..., :3] - rgb).max(axis=-1) < 0.05).sum())


@pytest.fixture
def view(jupyter, cell, monkeypatch):
    monkeypatch.setattr(picture.Keeper, "_wait", lambda self, seconds: None)
    jupyter(cell)
    jupyter.settle()
    return jupyter.view


def test_the_picture_holds_equations_time_courses_and_phase_plane(view):
    from brainpy_kernel.widgets import look

    pixels = imread(io.BytesIO(view.png()), format="png")
    height, width = pixels.shape[:2]
    rows = 1 + len(system_latex(view.session.model.system))
    head = int(height * rows * picture._ROW / (rows * picture._ROW + picture._HEIGHT))
    equations, courses, plane = pixels[:head], pixels[head:, : width // 2], pixels[head:, int(0.55 * width) :]
    assert (equations[..., :3] < 0.3).all(axis=-1).sum() > 500
    assert near(courses, look.colour(0)) > 100
    assert near(courses, look.colour(1)) > 100
    for colour in (*look.NULLCLINES, look.TRAJECTORY, look.UNSTABLE):
        assert near(plane, colour) > 10, colour


def test_the_output_gets_the_picture_and_keeps_its_widgets(view, monkeypatch):
    sent = []

    class Publisher:
        def publish(self, data, metadata, *, transient, update=False):
            sent.append((data, transient["display_id"], update))

    view._publisher = Publisher()
    before = view._repr_mimebundle_()
    assert set(before) == {"text/plain", "text/latex", VIEW_TYPE, "application/vnd.jupyter.widget-view+json"}
    view._publish(view.png())
    ((bundle, shown, update),) = sent
    assert set(bundle) == {"text/plain", "image/png", VIEW_TYPE, "application/vnd.jupyter.widget-view+json"}
    assert base64.b64decode(bundle["image/png"])[:4] == b"\x89PNG"
    assert bundle[VIEW_TYPE] == {"model_id": view.widget.model_id}
    assert (shown, update) == (view._display_id, True)
    view.close()
    view._publish(b"")
    assert len(sent) == 1


def test_the_picture_waits_until_the_view_rests(monkeypatch):
    waits, jobs = [], []

    class Runtime:
        def put(self, key, work):
            jobs.append(work)

        def drop(self, key):
            jobs.clear()

    clock = [10.0]
    monkeypatch.setattr(picture.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(picture.Keeper, "_wait", lambda self, s: (waits.append(s), setattr(self, "_timer", Timer())))

    class Timer:
        def cancel(self):
            waits.clear()

    made = []
    keeper = picture.Keeper(Runtime(), lambda: b"png", made.append)
    keeper.changed()
    clock[0] = 11.0
    keeper.changed()
    assert waits == [picture.REST]
    clock[0] = 11.5
    keeper._due()
    assert waits == [picture.REST, pytest.approx(1.0)]
    clock[0] = 12.5
    keeper._due()
    (work,) = jobs
    work(None)
    assert made == [b"png"]


@pytest.mark.parametrize("name", [n for n in dir(models) if isinstance(getattr(models, n), PublishedModel)])
def test_the_equations_of_every_model_can_be_set(name):
    system = read_text(getattr(models, name).text, name=name)
    assert all(picture.mathtext(line).startswith("$") for line in system_latex(system))


def test_latex_that_cannot_be_set_stands_as_text():
    assert picture.mathtext(r"\begin{array} x $ \end{array}") == "  array  x \\$   array "


def test_the_user_may_draw_formulas_while_the_picture_is_drawn(view, monkeypatch):
    """matplotlib's own parser has a formula of the user's under way: nothing of the picture may go through it."""

    class Busy:
        def parse(self, text, *rest):
            raise AssertionError(f"the user's parser was asked for {text}")

    monkeypatch.setattr(MathTextParser, "_parser", Busy())
    assert view.png().startswith(b"\x89PNG")
    assert picture.mathtext(r"\frac{dV}{dt} = I") == r"$\frac{dV}{dt} = I$"
