"""The Rosenbrock method RODAS of order four."""

from brainpy_lab.solvers.rosenbrock import Rosenbrock, RosenbrockTableau


class Rodas4(Rosenbrock):
    """RODAS 4(3): adaptive, for stiff equations; order 4 with an embedded order 3, six stages, L-stable.

    Stiffly accurate. Each step factors one matrix made of the exact Jacobian; there is no iteration. Equations that
    depend on t are followed with their exact derivative by t. The dense output is its own, of order 3.

    E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., 1996, section IV.10 and the code RODAS.
    doi:10.1007/978-3-642-05221-7
    """

    name = "rodas4"
    title = "Rosenbrock 4(3) for stiff equations, adaptive"
    order = 4
    stages = 6
    reference = "Hairer & Wanner 1996"
    tableau = RosenbrockTableau(
        gamma=0.25,
        a=(
            (1.544,),
            (0.9466785280815826, 0.2557011698983284),
            (3.314825187068521, 2.896124015972201, 0.9986419139977817),
            (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895),
            (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895, 1.0),
        ),
        c=(
            (-5.6688,),
            (-2.430093356833875, -0.2063599157091915),
            (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
            (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616),
            (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
        ),
        nodes=(0.0, 0.386, 0.21, 0.63, 1.0, 1.0),
        d=(0.25, -0.1043, 0.1035, -0.03620000000000023, 0.0, 0.0),
        dense=(
            (10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662),
            (-0.6762803392806898, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872),
        ),
    )


RODAS4 = Rodas4()
