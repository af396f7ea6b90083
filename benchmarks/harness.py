"""Measuring contenders side by side: interleaved repeats, medians, ratios pair by pair, and agreement before speed.

A contender is a function of the repeat's number (so that a parameter can change from repeat to repeat) that returns
what is compared. The first contender is the reference. Every contender gives one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

#: Name -> package, script under peers/, and the script's last argument.
HODGKIN_HUXLEY_PEERS = {
    "brian2 C++ standalone": ("brian2", "brian2_hh.py"),
    "brainpy DSRunner": ("brainpy", "brainpy_hh.py", "runner"),
    "brainpy one jitted loop": ("brainpy", "brainpy_hh.py", "loop"),
}


@dataclass
class Timed:
    """A result whose time the contender took itself: that of another process; ``cpu`` is 0 where it did not tell."""

    seconds: float
    result: Any
    cpu: float = 0.0


@dataclass
class Contender:
    """``run(repeat)`` gives a result; ``versions`` name what it stands on; ``tolerance`` is its own, if any."""

    name: str
    run: Callable[[int], Any]
    versions: dict[str, str]
    tolerance: float | None = None


def installed(*packages: str) -> dict[str, str]:
    """Versions of the packages that are installed here."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def options(description: str, repeats: int = 7) -> argparse.ArgumentParser:
    """The options all benchmarks have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--repeats", type=int, default=repeats, help="timed repeats after one warm-up")
    parser.add_argument(
        "--peer-python",
        action="append",
        default=[],
        metavar="PATH",
        help="Python interpreter of an environment with brian2, brainpy or nest; may be given more than once",
    )
    return parser


def compare(
    task: str,
    contenders: Sequence[Contender],
    *,
    repeats: int,
    difference: Callable[[Any, Any], float],
    tolerance: float,
    note: Callable[[Any], dict[str, Any]] = lambda result: {},
) -> list[dict[str, Any]]:
    """Run the contenders in turn ``repeats`` times after a warm-up, and print one line of JSON for each.

    ``difference(result, reference)`` must be at most ``tolerance`` in every repeat: a contender that computes something
    else is reported as wrong, without a time. ``note(result)`` of the last repeat is told with each.
    """
    notes: dict[str, dict[str, Any]] = {}
    seconds: dict[str, list[float]] = {c.name: [] for c in contenders}
    busy: dict[str, list[float]] = {c.name: [] for c in contenders}
    worst: dict[str, float] = {c.name: 0.0 for c in contenders}
    for repeat in range(-1, repeats):
        reference = None
        for contender in contenders:
            elapsed, cpu, result = _timed(contender, repeat)
            reference = result if reference is None else reference
            notes[contender.name] = note(result)
            worst[contender.name] = max(worst[contender.name], difference(result, reference))
            if repeat >= 0:
                seconds[contender.name].append(elapsed)
                busy[contender.name].append(cpu)
    told = [{"task": task, "contender": c.name} | notes[c.name] for c in contenders]
    return [
        _report(line, c, contenders[0], seconds, busy, worst[c.name], tolerance)
        for line, c in zip(told, contenders, strict=True)
    ]


def _timed(contender: Contender, repeat: int) -> tuple[float, float, Any]:
    """Seconds on the clock, seconds of processor time (0 where another process tells none), and the result."""
    start, start_cpu = time.perf_counter(), time.process_time()
    result = contender.run(repeat)
    cpu, elapsed = time.process_time() - start_cpu, time.perf_counter() - start
    return (result.seconds, result.cpu, result.result) if isinstance(result, Timed) else (elapsed, cpu, result)


def _report(
    line: dict[str, Any],
    contender: Contender,
    reference: Contender,
    seconds: dict[str, list[float]],
    busy: dict[str, list[float]],
    difference: float,
    tolerance: float,
) -> dict[str, Any]:
    own = seconds[contender.name]
    agrees = difference <= (tolerance if contender.tolerance is None else contender.tolerance)
    line |= {"agrees": agrees, "difference": difference}
    if agrees:
        ratios = [a / b for a, b in zip(own, seconds[reference.name], strict=True)]
        line |= {
            "median_ms": round(1e3 * statistics.median(own), 3),
            "least_ms": round(1e3 * min(own), 3),
            "ratio": round(statistics.median(ratios), 3),
            "reference": reference.name,
            "repeats": len(own),
        }
        if all(busy[contender.name]):
            cpu = [a / b for a, b in zip(busy[contender.name], busy[reference.name], strict=True)]
            line |= {"cpu_ratio": round(statistics.median(cpu), 3)}
            line |= {"cpu_ms": round(1e3 * statistics.median(busy[contender.name]), 3)}
    return emit(line | {"versions": contender.versions})


def emit(line: dict[str, Any]) -> dict[str, Any]:
    """Print a line of JSON with the machine's description."""
    print(json.dumps(line | {"machine": machine()}), flush=True)
    return line


def machine() -> dict[str, Any]:
    """Processor and number of usable cores."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [row.split(":", 1)[1].strip() for row in info.read_text().splitlines() if row.startswith("model name")]
        name = names[0] if names else name
    affinity = getattr(os, "sched_getaffinity", None)
    return {"cpu": name, "cores": len(affinity(0)) if affinity else os.cpu_count()}


class Peer:
    """A peer simulator in a process of its own, fed one JSON request a line, answering with seconds and spikes."""

    def __init__(self, python: str, script: str, *args: object) -> None:
        command = [python, str(HERE / "peers" / script), *map(str, args)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.versions: dict[str, str] = self._answer()["versions"]

    def __call__(self, request: dict[str, Any]) -> Timed:
        """One timed run."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        return Timed(answer.pop("seconds"), answer, answer.pop("cpu", 0.0))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                return dict(json.loads(line))
        raise RuntimeError(f"the peer ended: {' '.join(map(str, self._process.args))}")


def hodgkin_huxley_peers(pythons: Sequence[str], *args: object) -> dict[str, Peer]:
    """The peers that the given interpreters can import, each running with ``args``."""
    found = {}
    for python in pythons:
        for name, (package, script, *style) in HODGKIN_HUXLEY_PEERS.items():
            probe = subprocess.run([python, "-c", f"import {package}"], capture_output=True, check=False)
            if probe.returncode == 0:
                found[name] = Peer(python, script, *args, *style)
            else:
                print(f"{package} cannot be imported by {python}", file=sys.stderr)
    return found


def fresh_process(program: str, *, cache: Path) -> tuple[float, str]:
    """Seconds that a new Python process takes for ``program``, start included, and its last line of output."""
    environment = os.environ | {"BRAINPY_LAB_CACHE": str(cache)}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr)
    return seconds, done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
