"""COBA in NEST, one thread, built anew for every run.

    python nest_balanced.py coba FOLDER DURATION DT

FOLDER has network.npz, with connections and states, and takes the spikes. ``iaf_cond_exp`` is advanced by a solver that
chooses its own steps (Runge-Kutta-Fehlberg 4(5)) within each DT, so that its spikes are not those of a fixed step of
exponential Euler; its number of spikes is like theirs. A spike arrives after one DT, NEST's least delay. Reads one JSON
request a line, and answers with seconds and seconds of processor time of the run alone, and the file of the spikes.
"""

import json
import sys
import time

import nest
import numpy as np

folder, duration, dt = sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
made = np.load(f"{folder}/network.npz")
size, leak = len(made["V"]), 10.0  # nS
CELL = {
    "C_m": 200.0, "g_L": leak, "E_L": -60.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0, "E_ex": 0.0, "E_in": -80.0,
    "tau_syn_ex": 5.0, "tau_syn_in": 10.0,
}  # fmt: skip


def build():
    nest.ResetKernel()
    nest.set(resolution=dt, local_num_threads=1, print_time=False, overwrite_files=True)
    cells = nest.Create("iaf_cond_exp", size, params=CELL)
    cells.set({"V_m": made["V"], "g_ex": leak * made["ge"], "g_in": leak * made["gi"]})
    weights = leak * np.where(made["pre"] < size * 4 // 5, 0.6, -6.7)
    synapses = {"weight": weights, "delay": np.full(len(weights), dt)}
    nest.Connect(made["pre"] + 1, made["post"].astype(np.int64) + 1, "one_to_one", syn_spec=synapses)
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    return recorder


nest.verbosity = nest.VerbosityLevel.ERROR
print(json.dumps({"versions": {"nest": nest.__version__, "numpy": np.__version__}}), flush=True)
path = f"{folder}/nest.npy"
for _line in sys.stdin:
    recorder = build()
    nest.Prepare()
    start, cpu = time.perf_counter(), time.process_time()
    nest.Run(duration)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    nest.Cleanup()
    events = recorder.get("events")
    steps = np.rint(events["times"] / dt).astype(np.int64) - 1
    np.save(path, steps * size + events["senders"] - 1)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "spikes": path}), flush=True)
