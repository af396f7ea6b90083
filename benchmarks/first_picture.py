"""From ``%%brainpy_model`` to the first picture, in a new kernel, with an empty and with a filled cache folder.

    python benchmarks/first_picture.py

A Jupyter kernel is started and loads the extension; the clock runs from the request that carries the cell to the
kernel's last message about it: by then equations, sliders, time courses and phase plane are on their way to the
browser.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from typing import Any

from harness import emit, installed, options
from jupyter_client.manager import start_new_kernel

CELL = """%%brainpy_model FitzHughNagumo
I = 0.5 in [0, 2]        # input current
a = 0.7
b = 0.8
tau = 12.5
dV/dt = V - V**3/3 - w + I
dw/dt = (V + a - b*w) / tau
V(0) = -1
w(0) = 1
"""


def execute(client: Any, code: str) -> tuple[float, list[dict[str, Any]]]:
    """Seconds from the request to the kernel's idle message, and the messages between."""
    start = time.perf_counter()
    request = client.execute(code)
    messages = []
    while True:
        message = client.get_iopub_msg(timeout=120)
        if message["parent_header"].get("msg_id") != request:
            continue
        messages.append(message)
        if message["msg_type"] == "error":
            raise RuntimeError("\n".join(message["content"]["traceback"]))
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return time.perf_counter() - start, messages


def new_kernel(cache: str) -> dict[str, float]:
    """Seconds to load the extension, to the first display, and to the end of the cell; then of the same cell again."""
    environment = os.environ | {"BRAINPY_LAB_CACHE": cache}
    manager, client = start_new_kernel(kernel_name="python3", env=environment)
    try:
        load, _ = execute(client, "%load_ext brainpy_lab")
        cell, messages = execute(client, CELL)
        displays = [m for m in messages if m["msg_type"] in ("display_data", "execute_result")]
        if not displays:
            raise RuntimeError("the cell displayed nothing")
        again, _ = execute(client, CELL)
        return {"load_ext": load, "cell": cell, "load_ext and cell": load + cell, "cell again": again}
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main() -> None:
    arguments = options(__doc__, repeats=3).parse_args()
    measured: dict[str, list[dict[str, float]]] = {"cold cache": [], "warm cache": []}
    for _ in range(arguments.repeats):
        with tempfile.TemporaryDirectory() as folder:
            measured["cold cache"].append(new_kernel(folder))
            measured["warm cache"].append(new_kernel(folder))
    for name, rounds in measured.items():
        parts = {part: round(1e3 * statistics.median(r[part] for r in rounds), 1) for part in rounds[0]}
        emit(
            {
                "task": "first_picture",
                "contender": f"brainpy_lab, {name}",
                "median_ms": parts["load_ext and cell"],
                "parts_ms": parts,
                "repeats": arguments.repeats,
                "versions": installed("brainpy-lab", "ipykernel", "numba", "bqplot"),
            }
        )


if __name__ == "__main__":
    main()
