"""Bifurcation diagrams beside AUTO-07p and peers in Python: equilibria and cycles of three models, in one run.

``--auto FOLDER`` has AUTO's ``lib`` in it (Debian's packages auto-07p and gfortran). Both begin with 60 intervals of
degree 4 and have one thread; times are of the processor, warm for ours, without the compiler and with the program's
start for AUTO. AUTO's labels and ours are printed, since the fastest diagram is the one that lacks points.

``--peer-python`` names an interpreter with JaxCont, PyCont-Lite or BrainPy, and may be given several times. Each peer
runs every diagram twice in one process, between two of ours; the second run counts, and how far its labels are from
ours is told.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is loaded

from diagram_peers import answers, differences  # noqa: E402

import brainpy_lab as bp  # noqa: E402

#: Of AUTO's equilibria and cycles; what stands in braces is filled in.
CONSTANTS = """NDIM={n}, IPS={ips}, IRS={irs}, ILP=1
ICP={icp}
NTST=60, NCOL=4, IAD=3, ISP=2, ISW=1, IPLT=0, NBC=0, NINT=0
NMX={most}, RL0={low}, RL1={high}, A0=-1e6, A1=1e6
NPR=0, MXBF=10, IID=0, ITMX=8, ITNW=7, NWTN=3, JAC=0
EPSL=1e-9, EPSU=1e-9, EPSS=1e-7
DS={step}, DSMIN=1e-7, DSMAX={longest}, IADS=1
THL={{{thl}}}, THU={{}}, UZR={{}}
"""

PROGRAM = """      SUBROUTINE FUNC(NDIM,U,ICP,PAR,IJAC,F,DFDU,DFDP)
      IMPLICIT NONE
      INTEGER, INTENT(IN) :: NDIM, ICP(*), IJAC
      DOUBLE PRECISION, INTENT(IN) :: U(NDIM), PAR(*)
      DOUBLE PRECISION, INTENT(OUT) :: F(NDIM)
      DOUBLE PRECISION, INTENT(INOUT) :: DFDU(NDIM,NDIM), DFDP(NDIM,*)
{equations}
      END SUBROUTINE FUNC
      SUBROUTINE STPNT(NDIM,U,PAR,T)
      IMPLICIT NONE
      INTEGER, INTENT(IN) :: NDIM
      DOUBLE PRECISION, INTENT(INOUT) :: U(NDIM), PAR(*)
      DOUBLE PRECISION, INTENT(IN) :: T
      PAR(1) = {value!r}
{start}
      END SUBROUTINE STPNT
      SUBROUTINE BCND
      END SUBROUTINE BCND
      SUBROUTINE ICND
      END SUBROUTINE ICND
      SUBROUTINE FOPT
      END SUBROUTINE FOPT
      SUBROUTINE PVLS
      END SUBROUTINE PVLS
"""

#: Types of AUTO's labels.
KINDS = {2: "fold", 3: "hopf", 5: "fold of cycles", 6: "branch point of cycles", 7: "period doubling", 8: "torus"}


@dataclass(frozen=True)
class Task:
    """A model, the range of its current, its equations for AUTO, and AUTO's longest steps."""

    model: str
    range: tuple[float, float]
    equations: str
    longest: float
    longest_of_cycles: float


TASKS = (
    Task(
        "fitzhugh_nagumo", (0.0, 2.0),
        """      F(1) = U(1) - U(1)**3/3 - U(2) + PAR(1)
      F(2) = (U(1) + 0.7d0 - 0.8d0*U(2))/12.5d0""",
        0.05, 0.5,
    ),
    Task(
        "hodgkin_huxley", (0.0, 200.0),
        """      DOUBLE PRECISION V, AM, BM, AH, BH, AN, BN
      V = U(1)
      AM = 0.1d0*(V + 40)/(1 - EXP(-(V + 40)/10))
      BM = 4*EXP(-(V + 65)/18)
      AH = 0.07d0*EXP(-(V + 65)/20)
      BH = 1/(1 + EXP(-(V + 35)/10))
      AN = 0.01d0*(V + 55)/(1 - EXP(-(V + 55)/10))
      BN = 0.125d0*EXP(-(V + 65)/80)
      F(1) = PAR(1) - 120*U(2)**3*U(3)*(V - 50) - 36*U(4)**4*(V + 77) - 0.3d0*(V + 54.387d0)
      F(2) = AM*(1 - U(2)) - BM*U(2)
      F(3) = AH*(1 - U(3)) - BH*U(3)
      F(4) = AN*(1 - U(4)) - BN*U(4)""",
        2.0, 5.0,
    ),
    Task(
        "morris_lecar", (0.0, 300.0),
        """      DOUBLE PRECISION V, M, W
      V = U(1)
      M = (1 + TANH((V + 1.2d0)/18))/2
      W = (1 + TANH((V - 2)/30))/2
      F(1) = (PAR(1) - 4.4d0*M*(V - 120) - 8*U(2)*(V + 84) - 2*(V + 60))/20
      F(2) = 0.04d0*(W - U(2))*COSH((V - 2)/60)""",
        2.0, 5.0,
    ),
)  # fmt: skip


def ours(task: Task, cycles: bool) -> tuple[float, dict[str, list[float]]]:
    """Seconds of the processor, and the points by kind."""
    model = getattr(bp.models, task.model)()
    begin = time.process_time()
    diagram = bp.analysis.bifurcation(model, "I", task.range, cycles=cycles, doublings=0)
    taken = time.process_time() - begin
    found: dict[str, list[float]] = {}
    for point in diagram.points:
        found.setdefault(point.kind, []).append(point.parameter)
    return taken, found


class Auto:
    """AUTO on one task, in a folder of its own."""

    def __init__(self, auto: Path, task: Task, folder: Path) -> None:
        self.task, self.folder = task, folder
        low = task.range[0]
        diagram = bp.analysis.bifurcation(getattr(bp.models, task.model)(), "I", task.range, cycles=False)
        rest = diagram.at(low)[0]
        self.n = len(rest.values)
        values = rest.values.values()
        start = "\n".join(f"      U({k}) = {v:.17e}".replace("e", "d") for k, v in enumerate(values, 1))
        text = PROGRAM.format(equations=task.equations, value=low, start=start)
        folder.mkdir()
        (folder / "model.f90").write_text(text.replace("      ", "  "))
        objects = [str(p) for p in sorted((auto / "lib").glob("*.o"))]
        command = ["gfortran", "-O2", "-fopenmp", "-std=legacy", "model.f90", *objects, "-o", "model.exe"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    def run(self, cycles: bool) -> tuple[float, dict[str, list[float]]]:
        """Seconds of the processor, and the labels by kind."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        (self.folder / "fort.3").write_text("")
        rows = found = self._one(1, 0, "[1]", self.task.longest)
        if cycles:
            equilibria = (self.folder / "fort.8").read_text()
            for label in [int(lab) for kind, lab, _ in rows if kind == 3]:
                (self.folder / "fort.3").write_text(equilibria)
                found = found + self._one(2, label, "[1, 11]", self.task.longest_of_cycles)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        labels: dict[str, list[float]] = {}
        for kind, _, value in found:
            if kind in KINDS:
                labels.setdefault(KINDS[kind], []).append(value)
        taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return taken, {kind: sorted(values) for kind, values in labels.items()}

    def _one(self, ips: int, irs: int, icp: str, longest: float) -> list[tuple[int, int, float]]:
        low, high = self.task.range
        text = CONSTANTS.format(
            n=self.n, ips=ips, irs=irs, icp=icp, most=300, low=low, high=high, step=longest / 10, longest=longest,
            thl="11: 0.0" if ips == 2 else "",
        )  # fmt: skip
        (self.folder / "fort.2").write_text(text)
        subprocess.run(["./model.exe"], cwd=self.folder, check=True, capture_output=True)
        rows = [line.split() for line in (self.folder / "fort.7").read_text().splitlines()]
        return [(abs(int(r[2])) % 10, int(r[3]), float(r[4])) for r in rows if len(r) > 4 and r[0] != "0"]


def main() -> None:
    """Print a table: task, seconds of ours and of AUTO, ratio, labels of both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--auto", type=Path, help="folder of AUTO-07p, with lib/ in it")
    parser.add_argument("--peer-python", action="append", default=[], metavar="PATH")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--tasks", nargs="*", default=[t.model for t in TASKS])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for task in (t for t in TASKS if t.model in given.tasks):
            auto = None if given.auto is None else Auto(given.auto, task, Path(folder) / task.model)
            for cycles in (False, True):
                ours(task, cycles)
                pairs = [(ours(task, cycles), auto.run(cycles) if auto else None) for _ in range(given.repeats)]
                _say(f"{task.model}, {'with cycles' if cycles else 'equilibria'}", pairs)
                if given.peer_python:
                    _say_peers(task, cycles, given.peer_python)


def _say(what: str, pairs: list) -> None:  # type: ignore[type-arg]
    mine = statistics.median(ours[0] for ours, _ in pairs)
    line = f"{what}: {mine:.3f} s"
    if pairs[0][1] is not None:
        theirs = statistics.median(auto[0] for _, auto in pairs)
        ratio = statistics.median(ours[0] / auto[0] for ours, auto in pairs)
        line += f", AUTO {theirs:.3f} s, ratio {ratio:.2f}"
    print(line)
    for name, found in zip(("ours", "AUTO"), pairs[0], strict=True):
        if found is not None:
            labels = "; ".join(f"{k} {', '.join(f'{v:.8g}' for v in values)}" for k, values in found[1].items())
            print(f"  {name}: {labels or 'no points'}")


def _say_peers(task: Task, cycles: bool, pythons: list[str]) -> None:
    """What each peer needs and finds; its ratio is to the mean of our runs before and after it."""
    rest = bp.analysis.bifurcation(getattr(bp.models, task.model)(), "I", task.range, cycles=False).at(task.range[0])[0]
    span = task.range[1] - task.range[0]
    before, labels = ours(task, cycles)
    for answer in answers(pythons, task.model, cycles, list(rest.values.values())):
        if isinstance(answer, str):
            print(f"  {answer}", flush=True)
            continue
        after, _ = ours(task, cycles)
        ratio, before = answer.second / ((before + after) / 2), after
        unasked = ("hopf", "fold") if cycles and "hopf" not in answer.labels else ()
        reached = "" if answer.reached is None else f", from {answer.reached[0]:.5g} to {answer.reached[1]:.5g}"
        print(
            f"  {answer.name}: first {answer.first:.2f} s, then {answer.second:.2f} s, {ratio:.1f} of ours{reached}; "
            f"{differences(labels, answer.labels, span, unasked)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
