"""One step of FitzHughNagumo: Rosenbrock 4(3) for stiff equations, adaptive, driver numba.

dV/dt = V - V ** 3 / 3 - w + I
dw/dt = (V + a - b * w) / tau
"""
from brainpy_lab.drivers.numba.math import factor, solve


def derivative(t, V, w, I, a, b, tau):
    dV = V - V ** 3 / 3 - w + I  # dV/dt
    dw = (V + a - b * w) / tau  # dw/dt
    return dV, dw


def step(t, dt, V, w, dV_1, dw_1, I, a, b, tau):
    # Jacobian and matrix at the start of the step
    J_V_V = 1 - V ** 2  # d(dV/dt)/dV
    J_V_w = -1  # d(dV/dt)/dw
    J_w_V = 1 / tau  # d(dw/dt)/dV
    J_w_w = -b / tau  # d(dw/dt)/dw
    matrix = factor(4.0 / dt - J_V_V, -J_V_w, -J_w_V, 4.0 / dt - J_w_w)
    # stage 1, at t
    V_u1, w_u1 = solve(matrix, dV_1, dw_1)
    # stage 2, at t + 0.386*dt
    V_2 = V + 1.544 * V_u1
    w_2 = w + 1.544 * w_u1
    dV_2 = V_2 - V_2 ** 3 / 3 - w_2 + I  # dV/dt
    dw_2 = (V_2 + a - b * w_2) / tau  # dw/dt
    V_r2 = dV_2 + -5.6688 * V_u1 / dt
    w_r2 = dw_2 + -5.6688 * w_u1 / dt
    V_u2, w_u2 = solve(matrix, V_r2, w_r2)
    # stage 3, at t + 0.21*dt
    V_3 = V + 0.9466785280815826 * V_u1 + 0.2557011698983284 * V_u2
    w_3 = w + 0.9466785280815826 * w_u1 + 0.2557011698983284 * w_u2
    dV_3 = V_3 - V_3 ** 3 / 3 - w_3 + I  # dV/dt
    dw_3 = (V_3 + a - b * w_3) / tau  # dw/dt
    V_r3 = dV_3 + (-2.430093356833875 * V_u1 - 0.2063599157091915 * V_u2) / dt
    w_r3 = dw_3 + (-2.430093356833875 * w_u1 - 0.2063599157091915 * w_u2) / dt
    V_u3, w_u3 = solve(matrix, V_r3, w_r3)
    # stage 4, at t + 0.63*dt
    V_4 = V + 3.314825187068521 * V_u1 + 2.896124015972201 * V_u2 + 0.9986419139977817 * V_u3
    w_4 = w + 3.314825187068521 * w_u1 + 2.896124015972201 * w_u2 + 0.9986419139977817 * w_u3
    dV_4 = V_4 - V_4 ** 3 / 3 - w_4 + I  # dV/dt
    dw_4 = (V_4 + a - b * w_4) / tau  # dw/dt
    V_r4 = dV_4 + (-0.1073529058151375 * V_u1 - 9.594562251023355 * V_u2 - 20.47028614809616 * V_u3) / dt
    w_r4 = dw_4 + (-0.1073529058151375 * w_u1 - 9.594562251023355 * w_u2 - 20.47028614809616 * w_u3) / dt
    V_u4, w_u4 = solve(matrix, V_r4, w_r4)
    # stage 5, at t + dt
    V_5 = V + 1.221224509226641 * V_u1 + 6.019134481288629 * V_u2 + 12.53708332932087 * V_u3 - 0.687886036105895 * V_u4
    w_5 = w + 1.221224509226641 * w_u1 + 6.019134481288629 * w_u2 + 12.53708332932087 * w_u3 - 0.687886036105895 * w_u4
    dV_5 = V_5 - V_5 ** 3 / 3 - w_5 + I  # dV/dt
    dw_5 = (V_5 + a - b * w_5) / tau  # dw/dt
    V_r5 = dV_5 + (7.496443313967647 * V_u1 - 10.24680431464352 * V_u2 - 33.99990352819905 * V_u3 + 11.7089089320616 * V_u4) / dt
    w_r5 = dw_5 + (7.496443313967647 * w_u1 - 10.24680431464352 * w_u2 - 33.99990352819905 * w_u3 + 11.7089089320616 * w_u4) / dt
    V_u5, w_u5 = solve(matrix, V_r5, w_r5)
    # stage 6, at t + dt
    V_6 = V + 1.221224509226641 * V_u1 + 6.019134481288629 * V_u2 + 12.53708332932087 * V_u3 - 0.687886036105895 * V_u4 + V_u5
    w_6 = w + 1.221224509226641 * w_u1 + 6.019134481288629 * w_u2 + 12.53708332932087 * w_u3 - 0.687886036105895 * w_u4 + w_u5
    dV_6 = V_6 - V_6 ** 3 / 3 - w_6 + I  # dV/dt
    dw_6 = (V_6 + a - b * w_6) / tau  # dw/dt
    V_r6 = dV_6 + (8.083246795921522 * V_u1 - 7.981132988064893 * V_u2 - 31.52159432874371 * V_u3 + 16.31930543123136 * V_u4 - 6.058818238834054 * V_u5) / dt
    w_r6 = dw_6 + (8.083246795921522 * w_u1 - 7.981132988064893 * w_u2 - 31.52159432874371 * w_u3 + 16.31930543123136 * w_u4 - 6.058818238834054 * w_u5) / dt
    V_u6, w_u6 = solve(matrix, V_r6, w_r6)
    # new state: the last stage corrects its own argument; it is the error, too
    V_new = V_6 + V_u6
    w_new = w_6 + w_u6
    # slopes at the new state: the next step's first
    dV_new = V_new - V_new ** 3 / 3 - w_new + I  # dV/dt
    dw_new = (V_new + a - b * w_new) / tau  # dw/dt
    return V_new, w_new, V_u6, w_u6, dV_new, dw_new, V_u1, w_u1, V_u2, w_u2, V_u3, w_u3, V_u4, w_u4, V_u5, w_u5


def dense(t, dt, V, w, dV_1, dw_1, V_new, w_new, dV_new, dw_new, V_u1, w_u1, V_u2, w_u2, V_u3, w_u3, V_u4, w_u4, V_u5, w_u5, I, a, b, tau):
    # dense output: y(t + s*dt) = (1 - s)*y + s*(y_new + (1 - s)*(y_b1 + s*y_b2))
    V_b1 = 10.12623508344586 * V_u1 - 7.487995877610167 * V_u2 - 34.80091861555747 * V_u3 - 7.992771707568823 * V_u4 + 1.025137723295662 * V_u5
    w_b1 = 10.12623508344586 * w_u1 - 7.487995877610167 * w_u2 - 34.80091861555747 * w_u3 - 7.992771707568823 * w_u4 + 1.025137723295662 * w_u5
    V_b2 = -0.6762803392806898 * V_u1 + 6.087714651680015 * V_u2 + 16.43084320892478 * V_u3 + 24.76722511418386 * V_u4 - 6.594389125716872 * V_u5
    w_b2 = -0.6762803392806898 * w_u1 + 6.087714651680015 * w_u2 + 16.43084320892478 * w_u3 + 24.76722511418386 * w_u4 - 6.594389125716872 * w_u5
    # the same by powers: y + dt*(s*y_q1 + s**2*y_q2 + s**3*y_q3)
    V_q1 = (V_new - V + V_b1) / dt
    w_q1 = (w_new - w + w_b1) / dt
    V_q2 = (V_b2 - V_b1) / dt
    w_q2 = (w_b2 - w_b1) / dt
    V_q3 = -V_b2 / dt
    w_q3 = -w_b2 / dt
    return V_q1, w_q1, V_q2, w_q2, V_q3, w_q3
