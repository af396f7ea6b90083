"""The points that searches start from: evenly spread, and cheap to have."""

import subprocess
import sys

import numpy as np
import pytest

from brainpy_lab.analysis.sampling import spread


@pytest.mark.parametrize("dimension", [1, 2, 3, 6])
def test_every_half_of_every_axis_has_its_share(dimension):
    points = spread(dimension, 512)
    assert points.shape == (dimension, 512)
    assert points.min() > 0
    assert points.max() < 1
    assert np.abs((points < 0.5).sum(axis=1) - 256).max() <= 16
    assert len(np.unique(points[0])) == 512


def test_analyses_start_without_statistics():
    text = "import sys, brainpy_lab.analysis as a; a.PhasePlane; print('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout == "False\n"
