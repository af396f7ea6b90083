"""One step of delayed_neuron: Dormand-Prince 5(4), adaptive, driver jax.

dV/dt = (1.5 - V - g * x_delayed * late) / tau
dx/dt = -x / 2
dw/dt = (x_delayed - w) / tau
"""
from brainpy_lab.drivers.jax.math import before, past, where


def derivative(t, V, x, w, tau, delay, g, V_past, x_past):
    V_delayed = past(V_past, t - delay / (1 + w))  # V(t - delay / (1 + w))
    x_delayed = past(x_past, t - delay)  # x(t - delay)
    late = V_delayed
    dV = (1.5 - V - g * x_delayed * late) / tau  # dV/dt
    dx = -x / 2  # dx/dt
    dw = (x_delayed - w) / tau  # dw/dt
    return dV, dx, dw


def step(t, dt, V, x, w, dV_1, dx_1, dw_1, tau, delay, g, V_past, x_past):
    # stage 2, at t + 0.2*dt
    V_2 = V + 0.2 * dt * dV_1
    x_2 = x + 0.2 * dt * dx_1
    w_2 = w + 0.2 * dt * dw_1
    V_delayed_2 = past(V_past, t + 0.2 * dt - delay / (1 + w_2))  # V(t - delay / (1 + w))
    x_delayed_2 = past(x_past, t + 0.2 * dt - delay)  # x(t - delay)
    late_2 = V_delayed_2
    dV_2 = (1.5 - V_2 - g * x_delayed_2 * late_2) / tau  # dV/dt
    dx_2 = -x_2 / 2  # dx/dt
    dw_2 = (x_delayed_2 - w_2) / tau  # dw/dt
    # stage 3, at t + 0.3*dt
    V_3 = V + dt / 40 * (3 * dV_1 + 9 * dV_2)
    x_3 = x + dt / 40 * (3 * dx_1 + 9 * dx_2)
    w_3 = w + dt / 40 * (3 * dw_1 + 9 * dw_2)
    V_delayed_3 = past(V_past, t + 0.3 * dt - delay / (1 + w_3))  # V(t - delay / (1 + w))
    x_delayed_3 = past(x_past, t + 0.3 * dt - delay)  # x(t - delay)
    late_3 = V_delayed_3
    dV_3 = (1.5 - V_3 - g * x_delayed_3 * late_3) / tau  # dV/dt
    dx_3 = -x_3 / 2  # dx/dt
    dw_3 = (x_delayed_3 - w_3) / tau  # dw/dt
    # stage 4, at t + 0.8*dt
    V_4 = V + dt / 45 * (44 * dV_1 - 168 * dV_2 + 160 * dV_3)
    x_4 = x + dt / 45 * (44 * dx_1 - 168 * dx_2 + 160 * dx_3)
    w_4 = w + dt / 45 * (44 * dw_1 - 168 * dw_2 + 160 * dw_3)
    V_delayed_4 = past(V_past, t + 0.8 * dt - delay / (1 + w_4))  # V(t - delay / (1 + w))
    x_delayed_4 = past(x_past, t + 0.8 * dt - delay)  # x(t - delay)
    late_4 = V_delayed_4
    dV_4 = (1.5 - V_4 - g * x_delayed_4 * late_4) / tau  # dV/dt
    dx_4 = -x_4 / 2  # dx/dt
    dw_4 = (x_delayed_4 - w_4) / tau  # dw/dt
    # stage 5, at t + 8/9*dt
    V_5 = V + dt * (19372 / 6561 * dV_1 - 25360 / 2187 * dV_2 + 64448 / 6561 * dV_3 - 212 / 729 * dV_4)
    x_5 = x + dt * (19372 / 6561 * dx_1 - 25360 / 2187 * dx_2 + 64448 / 6561 * dx_3 - 212 / 729 * dx_4)
    w_5 = w + dt * (19372 / 6561 * dw_1 - 25360 / 2187 * dw_2 + 64448 / 6561 * dw_3 - 212 / 729 * dw_4)
    V_delayed_5 = past(V_past, t + 8 / 9 * dt - delay / (1 + w_5))  # V(t - delay / (1 + w))
    x_delayed_5 = past(x_past, t + 8 / 9 * dt - delay)  # x(t - delay)
    late_5 = V_delayed_5
    dV_5 = (1.5 - V_5 - g * x_delayed_5 * late_5) / tau  # dV/dt
    dx_5 = -x_5 / 2  # dx/dt
    dw_5 = (x_delayed_5 - w_5) / tau  # dw/dt
    # stage 6, at t + dt
    V_6 = V + dt * (9017 / 3168 * dV_1 - 355 / 33 * dV_2 + 46732 / 5247 * dV_3 + 49 / 176 * dV_4 - 5103 / 18656 * dV_5)
    x_6 = x + dt * (9017 / 3168 * dx_1 - 355 / 33 * dx_2 + 46732 / 5247 * dx_3 + 49 / 176 * dx_4 - 5103 / 18656 * dx_5)
    w_6 = w + dt * (9017 / 3168 * dw_1 - 355 / 33 * dw_2 + 46732 / 5247 * dw_3 + 49 / 176 * dw_4 - 5103 / 18656 * dw_5)
    V_delayed_6 = before(V_past, t + dt - delay / (1 + w_6))  # V(t - delay / (1 + w))
    x_delayed_6 = before(x_past, t + dt - delay)  # x(t - delay)
    late_6 = V_delayed_6
    dV_6 = (1.5 - V_6 - g * x_delayed_6 * late_6) / tau  # dV/dt
    dx_6 = -x_6 / 2  # dx/dt
    dw_6 = (x_delayed_6 - w_6) / tau  # dw/dt
    # new state and its slope, stage 7
    V_new = V + dt * (35 / 384 * dV_1 + 500 / 1113 * dV_3 + 125 / 192 * dV_4 - 2187 / 6784 * dV_5 + 11 / 84 * dV_6)
    x_new = x + dt * (35 / 384 * dx_1 + 500 / 1113 * dx_3 + 125 / 192 * dx_4 - 2187 / 6784 * dx_5 + 11 / 84 * dx_6)
    w_new = w + dt * (35 / 384 * dw_1 + 500 / 1113 * dw_3 + 125 / 192 * dw_4 - 2187 / 6784 * dw_5 + 11 / 84 * dw_6)
    V_delayed_7 = before(V_past, t + dt - delay / (1 + w_new))  # V(t - delay / (1 + w))
    late_7 = V_delayed_7
    dV_7 = (1.5 - V_new - g * x_delayed_6 * late_7) / tau  # dV/dt
    dx_7 = -x_new / 2  # dx/dt
    dw_7 = (x_delayed_6 - w_new) / tau  # dw/dt
    # error estimate
    V_error = dt * (71 / 57600 * dV_1 - 71 / 16695 * dV_3 + 71 / 1920 * dV_4 - 17253 / 339200 * dV_5 + 22 / 525 * dV_6 - 1 / 40 * dV_7)
    x_error = dt * (71 / 57600 * dx_1 - 71 / 16695 * dx_3 + 71 / 1920 * dx_4 - 17253 / 339200 * dx_5 + 22 / 525 * dx_6 - 1 / 40 * dx_7)
    w_error = dt * (71 / 57600 * dw_1 - 71 / 16695 * dw_3 + 71 / 1920 * dw_4 - 17253 / 339200 * dw_5 + 22 / 525 * dw_6 - 1 / 40 * dw_7)
    return V_new, x_new, w_new, V_error, x_error, w_error, dV_7, dx_7, dw_7, dV_3, dx_3, dw_3, dV_4, dx_4, dw_4, dV_5, dx_5, dw_5, dV_6, dx_6, dw_6


def dense(t, dt, V, x, w, dV_1, dx_1, dw_1, V_new, x_new, w_new, dV_7, dx_7, dw_7, dV_3, dx_3, dw_3, dV_4, dx_4, dw_4, dV_5, dx_5, dw_5, dV_6, dx_6, dw_6, tau, delay, g, V_past, x_past):
    # dense output: y(t + s*dt) = y + dt*(s*dy_1 + s**2*y_q2 + s**3*y_q3 + s**4*y_q4)
    V_q2 = -8048581381 / 2820520608 * dV_1 + 131558114200 / 32700410799 * dV_3 - 1754552775 / 470086768 * dV_4 + 127303824393 / 49829197408 * dV_5 - 282668133 / 205662961 * dV_6 + 40617522 / 29380423 * dV_7
    x_q2 = -8048581381 / 2820520608 * dx_1 + 131558114200 / 32700410799 * dx_3 - 1754552775 / 470086768 * dx_4 + 127303824393 / 49829197408 * dx_5 - 282668133 / 205662961 * dx_6 + 40617522 / 29380423 * dx_7
    w_q2 = -8048581381 / 2820520608 * dw_1 + 131558114200 / 32700410799 * dw_3 - 1754552775 / 470086768 * dw_4 + 127303824393 / 49829197408 * dw_5 - 282668133 / 205662961 * dw_6 + 40617522 / 29380423 * dw_7
    V_q3 = 8663915743 / 2820520608 * dV_1 - 68118460800 / 10900136933 * dV_3 + 14199869525 / 1410260304 * dV_4 - 318862633887 / 49829197408 * dV_5 + 2019193451 / 616988883 * dV_6 - 110615467 / 29380423 * dV_7
    x_q3 = 8663915743 / 2820520608 * dx_1 - 68118460800 / 10900136933 * dx_3 + 14199869525 / 1410260304 * dx_4 - 318862633887 / 49829197408 * dx_5 + 2019193451 / 616988883 * dx_6 - 110615467 / 29380423 * dx_7
    w_q3 = 8663915743 / 2820520608 * dw_1 - 68118460800 / 10900136933 * dw_3 + 14199869525 / 1410260304 * dw_4 - 318862633887 / 49829197408 * dw_5 + 2019193451 / 616988883 * dw_6 - 110615467 / 29380423 * dw_7
    V_q4 = -12715105075 / 11282082432 * dV_1 + 87487479700 / 32700410799 * dV_3 - 10690763975 / 1880347072 * dV_4 + 701980252875 / 199316789632 * dV_5 - 1453857185 / 822651844 * dV_6 + 69997945 / 29380423 * dV_7
    x_q4 = -12715105075 / 11282082432 * dx_1 + 87487479700 / 32700410799 * dx_3 - 10690763975 / 1880347072 * dx_4 + 701980252875 / 199316789632 * dx_5 - 1453857185 / 822651844 * dx_6 + 69997945 / 29380423 * dx_7
    w_q4 = -12715105075 / 11282082432 * dw_1 + 87487479700 / 32700410799 * dw_3 - 10690763975 / 1880347072 * dw_4 + 701980252875 / 199316789632 * dw_5 - 1453857185 / 822651844 * dw_6 + 69997945 / 29380423 * dw_7
    return dV_1, dx_1, dw_1, V_q2, x_q2, w_q2, V_q3, x_q3, w_q3, V_q4, x_q4, w_q4


def crossing(t, V, x, w, tau, delay, g, V_past, x_past):
    # event spike: V >= 1, its borders where these are zero
    spike_border = V - 1
    spike_depth = V - 1  # positive where it holds
    spike_true = where(V >= 1, 1.0, 0.0)
    return spike_border, spike_depth, spike_true, 0.0


def at_spike(t, V, x, w, tau, delay, g, V_past, x_past):
    V_new = 0
    x_new = x + 1
    return V_new, x_new, w


def lagged(t, V, x, w, tau, delay, g, V_past, x_past):
    V_delayed_time = t - delay / (1 + w)
    x_delayed_time = t - delay
    return V_delayed_time, x_delayed_time
