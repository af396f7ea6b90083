"""One step of LIF: Dormand-Prince 5(4), adaptive, driver torch.

dV/dt = (V_rest - V + I) / tau
"""
from brainpy_lab.drivers.torch.math import where


def derivative(t, V, V_release, I, tau, V_rest, V_th, V_reset, t_ref):
    V_held = t < V_release  # V keeps its value
    dV = where(V_held, 0.0, (V_rest - V + I) / tau)  # dV/dt
    return dV


def step(t, dt, V, V_release, dV_1, I, tau, V_rest, V_th, V_reset, t_ref):
    # stage 2, at t + 0.2*dt
    V_2 = V + 0.2 * dt * dV_1
    V_held = t + 0.5 * dt < V_release  # V keeps its value
    dV_2 = where(V_held, 0.0, (V_rest - V_2 + I) / tau)  # dV/dt
    # stage 3, at t + 0.3*dt
    V_3 = V + dt / 40 * (3 * dV_1 + 9 * dV_2)
    dV_3 = where(V_held, 0.0, (V_rest - V_3 + I) / tau)  # dV/dt
    # stage 4, at t + 0.8*dt
    V_4 = V + dt / 45 * (44 * dV_1 - 168 * dV_2 + 160 * dV_3)
    dV_4 = where(V_held, 0.0, (V_rest - V_4 + I) / tau)  # dV/dt
    # stage 5, at t + 8/9*dt
    V_5 = V + dt * (19372 / 6561 * dV_1 - 25360 / 2187 * dV_2 + 64448 / 6561 * dV_3 - 212 / 729 * dV_4)
    dV_5 = where(V_held, 0.0, (V_rest - V_5 + I) / tau)  # dV/dt
    # stage 6, at t + dt
    V_6 = V + dt * (9017 / 3168 * dV_1 - 355 / 33 * dV_2 + 46732 / 5247 * dV_3 + 49 / 176 * dV_4 - 5103 / 18656 * dV_5)
    dV_6 = where(V_held, 0.0, (V_rest - V_6 + I) / tau)  # dV/dt
    # new state and its slope, stage 7
    V_new = V + dt * (35 / 384 * dV_1 + 500 / 1113 * dV_3 + 125 / 192 * dV_4 - 2187 / 6784 * dV_5 + 11 / 84 * dV_6)
    dV_7 = where(V_held, 0.0, (V_rest - V_new + I) / tau)  # dV/dt
    # error estimate
    V_error = dt * (71 / 57600 * dV_1 - 71 / 16695 * dV_3 + 71 / 1920 * dV_4 - 17253 / 339200 * dV_5 + 22 / 525 * dV_6 - 1 / 40 * dV_7)
    return V_new, V_error, dV_7, dV_3, dV_4, dV_5, dV_6


def dense(t, dt, V, V_release, dV_1, V_new, dV_7, dV_3, dV_4, dV_5, dV_6, I, tau, V_rest, V_th, V_reset, t_ref):
    # dense output: y(t + s*dt) = y + dt*(s*dy_1 + s**2*y_q2 + s**3*y_q3 + s**4*y_q4)
    V_q2 = -8048581381 / 2820520608 * dV_1 + 131558114200 / 32700410799 * dV_3 - 1754552775 / 470086768 * dV_4 + 127303824393 / 49829197408 * dV_5 - 282668133 / 205662961 * dV_6 + 40617522 / 29380423 * dV_7
    V_q3 = 8663915743 / 2820520608 * dV_1 - 68118460800 / 10900136933 * dV_3 + 14199869525 / 1410260304 * dV_4 - 318862633887 / 49829197408 * dV_5 + 2019193451 / 616988883 * dV_6 - 110615467 / 29380423 * dV_7
    V_q4 = -12715105075 / 11282082432 * dV_1 + 87487479700 / 32700410799 * dV_3 - 10690763975 / 1880347072 * dV_4 + 701980252875 / 199316789632 * dV_5 - 1453857185 / 822651844 * dV_6 + 69997945 / 29380423 * dV_7
    return dV_1, V_q2, V_q3, V_q4


def crossing(t, V, V_release, I, tau, V_rest, V_th, V_reset, t_ref):
    # event spike: V >= V_th, its borders where these are zero
    spike_border = V - V_th
    spike_depth = V - V_th  # positive where it holds
    spike_true = where(V >= V_th, 1.0, 0.0)
    return spike_border, spike_depth, spike_true, 0.0


def at_spike(t, V, V_release, I, tau, V_rest, V_th, V_reset, t_ref):
    V_new = V_reset
    V_release_new = t + t_ref
    return V_new, V_release_new
