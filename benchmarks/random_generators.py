"""Counter-based random generators in lanes: nanoseconds a normal number, beside a sequential generator.

Each variant is written as text, one round a line, and makes two normals by Box and Muller from one counter, in blocks
of 64 lanes. What differs between them is the generator alone; "words alone" is one without the normals.

python benchmarks/random_generators.py
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable

import numpy as np
from harness import emit, installed, options
from kernels.ornstein_uhlenbeck import advanced, fraction, log, rotated, sine_and_cosine
from numba import njit

BLOCKS, LANES = 20_000, 64
U = np.uint64
LOW = U(0xFFFFFFFF)

HEAD = "def numbers(c0, c1, c2, c3, k0, k1):"
LOOP = """
@njit(error_model='numpy', fastmath={'contract'})
def normals(blocks, seed, finish):
    out, total = np.empty(2 * LANES), 0.0
    for k in range(blocks):
        for j in range(LANES):
            first, second = numbers(U(j), U(1), U(k) & LOW, U(k) >> U(32), seed & LOW, seed >> U(32))
            out[j], out[LANES + j] = fraction(first), fraction(second)
        if finish:
            to_normals(out)
        total += out[k % (2 * LANES)]
    return total
"""


@njit(error_model="numpy", fastmath={"contract"})
def to_normals(out):
    """Box and Muller's transform, in loops short enough for a processor to work on several turns at once."""
    for j in range(LANES):
        out[j] = math.sqrt(-2.0 * log(1.0 - out[j]))
    for j in range(LANES):
        sine, cosine = sine_and_cosine(out[LANES + j] - 0.5)
        out[LANES + j] = out[j] * cosine
        out[j] = out[j] * sine


def philox_4x32(rounds: int) -> str:
    """Salmon et al. 2011: words of 32 bits in lanes of 64; products drop what is in the upper half."""
    lines = [HEAD]
    for r in range(rounds):
        keys = (0x9E3779B9 * r) & 0xFFFFFFFF, (0xBB67AE85 * r) & 0xFFFFFFFF
        lines += [
            "    p0, p1 = U(0xD2511F53) * (c0 & LOW), U(0xCD9E8D57) * (c2 & LOW)",
            f"    c0, c1 = (p1 >> U(32)) ^ c1 ^ ((k0 + U({keys[0]})) & LOW), p1",
            f"    c2, c3 = (p0 >> U(32)) ^ c3 ^ ((k1 + U({keys[1]})) & LOW), p0",
        ]
    return "\n".join([*lines, "    return (c0 << U(32)) | (c1 & LOW), (c2 << U(32)) | (c3 & LOW)"])


def threefry_2x64(rounds: int) -> str:
    """Salmon et al. 2011: additions, rotations and exclusive ors of words of 64 bits."""
    turns, keys = (16, 42, 12, 31, 16, 32, 24, 21), ("k0", "k1", "k2")
    lines = [
        HEAD,
        "    k2 = U(0x1BD11BDAA9FC1A22) ^ k0 ^ k1",
        "    a, b = (c0 | c1 << U(32)) + k0, (c2 | c3 << U(32)) + k1",
    ]
    for r in range(rounds):
        lines += ["    a = a + b", f"    b = rotated(b, {turns[r % 8]}) ^ a"]
        if r % 4 == 3:
            d = (r + 1) // 4
            lines.append(f"    a, b = a + {keys[d % 3]}, b + {keys[(d + 1) % 3]} + U({d})")
    return "\n".join([*lines, "    return a, b"])


def counter_based(text: str) -> Callable[..., float]:
    """The timed loop around one generator."""
    names = {"njit": njit, "np": np, "U": U, "LOW": LOW, "LANES": LANES, "rotated": rotated}
    names |= {"fraction": fraction, "to_normals": to_normals}
    exec(f"@njit(inline='always')\n{text}\n{LOOP}", names)
    return names["normals"]


@njit(error_model="numpy", fastmath={"contract"})
def sequential(blocks: int, seed: int, finish: bool) -> float:
    """The same from xoshiro256++, whose state stays in the lanes."""
    s = np.empty((4, LANES), np.uint64)
    for i in range(4):
        for j in range(LANES):
            s[i, j] = U(i * LANES + j + 1) * U(0x9E3779B97F4A7C15) + seed
    out, total = np.empty(2 * LANES), 0.0
    s0s, s1s, s2s, s3s = s[0], s[1], s[2], s[3]
    for k in range(blocks):
        for j in range(LANES):
            s0, s1, s2, s3 = s0s[j], s1s[j], s2s[j], s3s[j]
            first, s0, s1, s2, s3 = advanced(s0, s1, s2, s3)
            second, s0, s1, s2, s3 = advanced(s0, s1, s2, s3)
            s0s[j], s1s[j], s2s[j], s3s[j] = s0, s1, s2, s3
            out[j], out[LANES + j] = fraction(first), fraction(second)
        if finish:
            to_normals(out)
        total += out[k % (2 * LANES)]
    return total


def main() -> None:
    arguments = options(__doc__).parse_args()
    variants = {
        "xoshiro256++ (sequential)": sequential,
        "Philox4x32-7": counter_based(philox_4x32(7)),
        "Philox4x32-7, words alone": counter_based(philox_4x32(7)),
        "Philox4x32-10": counter_based(philox_4x32(10)),
        "Threefry2x64-13": counter_based(threefry_2x64(13)),
        "Threefry2x64-20": counter_based(threefry_2x64(20)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for repeat in range(-1, arguments.repeats):
        for name, normals in variants.items():
            start = time.process_time()
            normals(BLOCKS, U(5), not name.endswith("words alone"))
            if repeat >= 0:
                seconds[name].append(time.process_time() - start)
    for name, own in seconds.items():
        nanoseconds = 1e9 * statistics.median(own) / (2 * LANES * BLOCKS)
        line = {"task": "normal numbers in lanes", "contender": name, "ns": round(nanoseconds, 2)}
        emit(line | {"versions": installed("numba", "numpy")})


if __name__ == "__main__":
    main()
