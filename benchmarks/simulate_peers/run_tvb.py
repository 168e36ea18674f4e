"""The Virtual Brain: NumPy in double precision, Euler, white noise, delays; means over 1 ms kept.

Points are shared among one process per core.
"""

import warnings

import numpy as np
import timing


def wc(job: dict, points: int, seconds: float, cores: int):
    """Wilson-Cowan with delays."""
    warnings.simplefilter("ignore")
    from tvb.simulator.lab import connectivity, coupling, integrators, models, monitors, noise
    from tvb.simulator.simulator import Simulator

    values = {
        "c_ee": 16.0, "c_ei": 12.0, "c_ie": 15.0, "c_ii": 3.0, "tau_e": 2.5, "tau_i": 3.75,
        "a_e": 1.5, "a_i": 1.5, "b_e": 3.0, "b_i": 3.0, "P": 0.5,
    }  # fmt: skip
    node = {name: np.array([value]) for name, value in values.items()}
    n = len(job["weights"])
    wiring = connectivity.Connectivity(
        weights=job["weights"], tract_lengths=job["lengths"], speed=np.array([float(job["speed"])]),
        region_labels=np.array([f"{k}" for k in range(n)]), centres=np.zeros((n, 3)),
    )  # fmt: skip

    def one(k: int) -> np.ndarray:
        simulator = Simulator(
            model=models.WilsonCowan(shift_sigmoid=np.array([False]), **node),
            connectivity=wiring,
            coupling=coupling.Linear(a=np.array([float(job["coupling"][k])])),
            integrator=integrators.EulerStochastic(
                dt=0.1, noise=noise.Additive(nsig=np.array([5e-7]), noise_seed=k)
            ),
            monitors=(monitors.TemporalAverage(period=1.0),),
            simulation_length=1000 * seconds,
        )
        return simulator.configure().run()[0][1]

    return lambda: timing.each(one, points, cores)


if __name__ == "__main__":
    timing.main({"wc": wc})
