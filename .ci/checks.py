"""Runs every check of the project and ends with one summary: what `make test` does.

    python .ci/checks.py [--slow] [name ...]

A failing check does not stop the others. Those that use one core run side by side, each shown whole when it ends; then
pytest has all cores, and its lines are shown as they come. The last line is pytest's closing one.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Check:
    """One check: its name in the summary, its command, and whether it uses all cores."""

    name: str
    command: tuple[str, ...]
    uses_all_cores: bool = False


@dataclass(frozen=True)
class Result:
    """How a check ended."""

    check: Check
    passed: bool
    seconds: float
    closing_line: str


#: The line with which pytest closes: "==== 812 passed in 300.12s (0:05:00) ====".
CLOSING_LINE = re.compile(r"=+ .*\b(passed|failed|errors?|no tests ran)\b.* in [\d.]+s.* =+")


def checks(slow: bool) -> list[Check]:
    """All checks: the longest of those for one core first, pytest last."""
    python = sys.executable
    workers = (f"--numprocesses={os.cpu_count() or 2}", "--dist=worksteal")
    pytest = (python, "-m", "pytest", "--durations=15", *workers, *(() if slow else ("-m", "not slow")))
    return [
        Check("mypy (strict)", (python, "-m", "mypy")),
        Check("ESLint, Prettier", ("npm", "run", "--silent", "lint:check")),
        Check("TypeScript units", ("npm", "run", "--silent", "test")),
        Check("TypeScript types", ("npm", "run", "--silent", "check:types")),
        Check("ruff lint", (python, "-m", "ruff", "check", ".")),
        Check("ruff format", (python, "-m", "ruff", "format", "--check", ".")),
        Check("pytest", pytest, uses_all_cores=True),
    ]


def run(check: Check) -> Result:
    """Run a check and show what it prints: line by line if it runs alone, else at its end."""
    title = f"\n== {check.name}: {' '.join(Path(word).name for word in check.command)}\n"
    start = time.monotonic()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "CI": os.environ.get("CI", "true")}
    process = subprocess.Popen(
        check.command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    closing_line = ""
    if check.uses_all_cores:
        print(title, end="", flush=True)
        for line in process.stdout:
            print(line, end="", flush=True)
            if CLOSING_LINE.fullmatch(line.strip()):
                closing_line = line.strip()
    else:
        said = process.stdout.read()
        print(title + said, end="", flush=True)
    return Result(check, process.wait() == 0, time.monotonic() - start, closing_line)


def run_all(chosen: list[Check]) -> list[Result]:
    """Run checks, those for one core side by side; results in the order of the checks."""
    with ThreadPoolExecutor(os.cpu_count() or 2) as cores:
        beside = {check: cores.submit(run, check) for check in chosen if not check.uses_all_cores}
    return [beside[check].result() if check in beside else run(check) for check in chosen]


def main() -> int:
    """Run the checks asked for, print the summary, and say whether all passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slow", action="store_true", help="with the slow sweeps")
    parser.add_argument("names", nargs="*", help="only the checks whose name starts with one of these")
    options = parser.parse_args()
    chosen = [c for c in checks(options.slow) if not options.names or c.name.startswith(tuple(options.names))]
    if not chosen:
        parser.error("no check of that name")
    results = run_all(chosen)

    print("\n== summary")
    for result in results:
        print(f"{'ok' if result.passed else 'FAILED':8}{result.check.name:20}{result.seconds:7.1f} s")
    if results[-1].closing_line:
        print(results[-1].closing_line)
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
