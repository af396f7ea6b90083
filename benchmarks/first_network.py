"""The first result of networks in new processes, with an empty and with a filled cache folder: processor time.

python benchmarks/first_network.py
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from harness import emit, fresh_process, installed, options

_START = """
import time
import brainpy_lab as bp
lif = bp.model('''
tau = 20; I = 0
dV/dt = (-60 - V + I) / tau
V(0) = -60
when V > -50:
    V = -60
    hold(V, 5)
''', name="LIF")
excite = bp.model('''
E = 0; tau = 5; weight = 0.6
dg/dt = -g/tau
post.I += -g*(post.V - E)
when pre.spike:
    g += weight
''', name="AMPA", synapse=True)
depress = bp.model('''
E = -80; tau = 10; tau_d = 200; U = 0.2; weight = 6.7
x(0) = 1
dg/dt = -g/tau
dx/dt = (1 - x)/tau_d
post.I += -g*(post.V - E)
when pre.spike:
    g += weight*U*x
    x -= U*x
''', name="GABA", synapse=True)
"""
_NETWORKS = {
    "COBA": """
E = bp.NeuGroup(lif, 4000, name="E", method="exponential_euler", I=20.0)
parts = [E]
for model, pre, name in ((excite, E[:3200], "exc"), (depress, E[3200:], "inh")):
    connect = bp.connect.fixed_probability(0.02, seed=1)
    parts.append(bp.Synapses(pre=pre, post=E, model=model, connect=connect, name=name))
""",
    "ten groups, twenty synapses": """
parts = [bp.NeuGroup(lif, 100, name=f"G{i}", method="exponential_euler", I=20.0) for i in range(10)]
for i in range(20):
    connect = bp.connect.fixed_probability(0.1, seed=i)
    model, pre, post = depress if i % 4 == 0 else excite, parts[i % 10], parts[(3 * i + 1) % 10]
    parts.append(bp.Synapses(pre=pre, post=post, model=model, connect=connect, delay=1 + 0.1 * i, name=f"s{i}"))
""",
}
_END = """
bp.Network(*parts).run(1.0, dt=0.1, backend="numba")
print(time.process_time())
"""


def main() -> None:
    arguments = options(__doc__, repeats=3).parse_args()
    for name, parts in _NETWORKS.items():
        seconds: dict[str, list[float]] = {"empty": [], "filled": []}
        for _ in range(arguments.repeats):
            with tempfile.TemporaryDirectory() as folder:
                for found in seconds.values():
                    found.append(float(fresh_process(_START + parts + _END, cache=Path(folder))[1]))
        for cache, found in seconds.items():
            emit(
                {
                    "task": f"first_network {name}, {cache} cache",
                    "contender": "brainpy_lab numba",
                    "median_cpu_s": round(statistics.median(found), 2),
                    "least_cpu_s": round(min(found), 2),
                    "repeats": len(found),
                    "versions": installed("brainpy-lab", "numba", "numpy"),
                }
            )


if __name__ == "__main__":
    main()
