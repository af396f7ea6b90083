"""What figures and captions have in common."""

from __future__ import annotations

import re

from brainpy_kernel.widgets.look import legend


def test_a_legend_breaks_between_its_entries():
    text = legend([("dV/dt = 0", "red"), ("stable", "green")], ("a remark",))
    assert re.findall(r"</span>( )<(?:span style|em)", text) == [" ", " "]
    assert re.sub("<[^>]*>", "", text).replace("&#9644;", "-") == "- dV/dt = 0 - stable a remark"
