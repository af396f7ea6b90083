"""One step of fractional_neuron: fractional Adams-Bashforth-Moulton (PECE), driver jax.

Caputo derivative of V of order alpha = (I - V - w) / tau ** alpha
dw/dt = -w / 100
"""
from brainpy_lab.drivers.jax.math import logical_and, where


def step(t, dt, V, w, V_release, spike_on, V_shift, alpha, tau, I, b, t_ref, V_rectangle, V_trapezoid, V_rectangle_now, V_trapezoid_now, V_trapezoid_next):
    # slopes at t
    V_held = t + 0.5 * dt < V_release  # V keeps its value
    dV_1 = where(V_held, 0.0, (I - V - w) / tau ** alpha)  # dV/dt
    dw_1 = -w / 100  # dw/dt
    # predictor at t + dt: product rectangle rule over the past
    V_2 = where(V_held, V, V_rectangle + V_shift + V_rectangle_now * dV_1)
    w_2 = w + dt * dw_1
    # slopes at the predictor
    dV_2 = where(V_held, 0.0, (I - V_2 - w_2) / tau ** alpha)  # dV/dt
    dw_2 = -w_2 / 100  # dw/dt
    # corrector at t + dt: product trapezoid rule over the past
    V_path = V_trapezoid + V_shift + V_trapezoid_now * dV_1 + V_trapezoid_next * dV_2
    V_new = where(V_held, V, V_path)
    w_new = w + dt / 2 * (dw_1 + dw_2)
    # event spike: V >= 15
    spike_true = V_new >= 15
    spike = logical_and(spike_true, spike_on == 0.0)  # the condition has become true
    spike_stuck = logical_and(logical_and(spike_true, spike_on > 0.0), 1.0 + (V_new - 15) > spike_on)  # its block left it true, and it moved further beyond
    V_new = where(spike, 0, V_new)
    w_new = where(spike, w_new + b, w_new)
    V_release_new = where(spike, t + dt + t_ref, V_release)
    spike_left = where(V_new >= 15, 1.0 + (V_new - 15), 0.0)  # 0: the block has made the condition false
    spike_on_new = where(spike, spike_left, where(spike_true, spike_on, 0.0))
    # shifts: what events and holds have moved
    V_shift_new = V_shift + (V_new - V_path)
    return V_new, w_new, V_release_new, spike_on_new, V_shift_new, spike, spike_stuck, dV_1
