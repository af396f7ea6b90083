"""The Hodgkin-Huxley squid axon (1952, in today's signs), written by hand for speed.

Techniques: vector exp; five of the six exponentials as powers of one, q = exp(-V/80); time outside, lanes inside, in
blocks that stay in the first-level cache.
"""

import math

from numba import njit, prange

from .exponential import exp_estrin, exp_horner

G_NA, G_K, G_L = 120.0, 36.0, 0.3
E_NA, E_K, E_L = 50.0, -77.0, -54.387
INITIAL = (-65.0, 0.0529, 0.5961, 0.3177)  # V, m, h, n
BLOCK = 64  # lanes: five values each, 2.5 KiB

# exp(-(V + shift)/scale) = q**(80/scale) * exp(-shift/scale)
AM_FACTOR, BM_FACTOR, AH_FACTOR = math.exp(-40 / 10), 4 * math.exp(-65 / 18), 0.07 * math.exp(-65 / 20)
BH_FACTOR, AN_FACTOR, BN_FACTOR = math.exp(-35 / 10), math.exp(-55 / 10), 0.125 * math.exp(-65 / 80)

#: The same model in the product's language.
TEXT = """
I = 10.0
g_Na = 120.0
g_K = 36.0
g_L = 0.3
E_Na = 50.0
E_K = -77.0
E_L = -54.387
a_m = 0.1*(V + 40)/(1 - exp(-(V + 40)/10))
b_m = 4*exp(-(V + 65)/18)
a_h = 0.07*exp(-(V + 65)/20)
b_h = 1/(1 + exp(-(V + 35)/10))
a_n = 0.01*(V + 55)/(1 - exp(-(V + 55)/10))
b_n = 0.125*exp(-(V + 65)/80)
dV/dt = I - g_Na*m**3*h*(V - E_Na) - g_K*n**4*(V - E_K) - g_L*(V - E_L)
dm/dt = a_m*(1 - m) - b_m*m
dh/dt = a_h*(1 - h) - b_h*h
dn/dt = a_n*(1 - n) - b_n*n
V(0) = -65
m(0) = 0.0529
h(0) = 0.5961
n(0) = 0.3177
"""


@njit(inline="always")
def ratio(x, exp_minus_x):
    """x/(1 - exp(-x)), 1 at x = 0."""
    d = 1.0 - exp_minus_x
    return 1.0 + 0.5 * x if abs(x) < 1e-6 else x / d


def _kernels(exp):
    """The loops with one form of exp."""

    @njit(inline="always")
    def rates(V):
        q = exp(V * (-1 / 80))
        b_m = exp(V * (-1 / 18))  # beside the other, so that LLVM computes both in one vector
        q2 = q * q
        q4 = q2 * q2
        q8 = q4 * q4
        return (
            ratio((V + 40) * 0.1, q8 * AM_FACTOR),
            BM_FACTOR * b_m,
            AH_FACTOR * q4,
            1 / (1 + q8 * BH_FACTOR),
            0.1 * ratio((V + 55) * 0.1, q8 * AN_FACTOR),
            BN_FACTOR * q,
        )

    @njit(inline="always")
    def drift(V, m, h, n, I):
        a_m, b_m, a_h, b_h, a_n, b_n = rates(V)
        dV = I - G_NA * m * m * m * h * (V - E_NA) - G_K * n * n * n * n * (V - E_K) - G_L * (V - E_L)
        return dV, a_m * (1 - m) - b_m * m, a_h * (1 - h) - b_h * h, a_n * (1 - n) - b_n * n

    @njit(inline="always")
    def rk4_step(V, m, h, n, I, dt):
        e, s = 0.5 * dt, dt / 6
        V1, m1, h1, n1 = drift(V, m, h, n, I)
        V2, m2, h2, n2 = drift(V + e * V1, m + e * m1, h + e * h1, n + e * n1, I)
        V3, m3, h3, n3 = drift(V + e * V2, m + e * m2, h + e * h2, n + e * n2, I)
        V4, m4, h4, n4 = drift(V + dt * V3, m + dt * m3, h + dt * h3, n + dt * n3, I)
        return (
            V + s * (V1 + 2 * V2 + 2 * V3 + V4),
            m + s * (m1 + 2 * m2 + 2 * m3 + m4),
            h + s * (h1 + 2 * h2 + 2 * h3 + h4),
            n + s * (n1 + 2 * n2 + 2 * n3 + n4),
        )

    @njit(inline="always")
    def exponential_euler_step(V, m, h, n, I, dt):
        a_m, b_m, a_h, b_h, a_n, b_n = rates(V)
        g_na, g_k = G_NA * m * m * m * h, G_K * n * n * n * n
        g = g_na + g_k + G_L
        V_inf = (g_na * E_NA + g_k * E_K + G_L * E_L + I) / g
        r_m, r_h, r_n = a_m + b_m, a_h + b_h, a_n + b_n
        return (
            V_inf + (V - V_inf) * exp(-dt * g),
            a_m / r_m + (m - a_m / r_m) * exp(-dt * r_m),
            a_h / r_h + (h - a_h / r_h) * exp(-dt * r_h),
            a_n / r_n + (n - a_n / r_n) * exp(-dt * r_n),
        )

    loops = {}
    for method, step in (("rk4", rk4_step), ("exponential_euler", exponential_euler_step)):
        loops[method] = _loops(step)
    return loops


def _loops(step):
    """One cell with its voltage recorded, and many cells on one thread or on all."""

    @njit(error_model="numpy")
    def single(I, dt, n_steps, voltage):
        V, m, h, n = INITIAL
        for k in range(n_steps):
            voltage[k] = V
            V, m, h, n = step(V, m, h, n, I, dt)
        voltage[n_steps] = V

    @njit(error_model="numpy")
    def block(I, dt, n_steps, V, m, h, n):
        for _ in range(n_steps):
            for j in range(V.size):
                V[j], m[j], h[j], n[j] = step(V[j], m[j], h[j], n[j], I[j], dt)

    @njit(error_model="numpy")
    def population(I, dt, n_steps, V, m, h, n):
        for start in range(0, V.size, BLOCK):
            s = slice(start, min(V.size, start + BLOCK))
            block(I[s], dt, n_steps, V[s], m[s], h[s], n[s])

    @njit(error_model="numpy", parallel=True)
    def population_threads(I, dt, n_steps, V, m, h, n):
        for b in prange((V.size + BLOCK - 1) // BLOCK):
            s = slice(b * BLOCK, min(V.size, b * BLOCK + BLOCK))
            block(I[s], dt, n_steps, V[s], m[s], h[s], n[s])

    return {"single": single, "population": population, "population_threads": population_threads}


#: SINGLE[method]["single"](I, dt, n_steps, voltage): the form with the short dependency chain.
SINGLE = _kernels(exp_estrin)
#: POPULATION[method]["population"](I, dt, n_steps, V, m, h, n): the form with the fewest instructions.
POPULATION = _kernels(exp_horner)
