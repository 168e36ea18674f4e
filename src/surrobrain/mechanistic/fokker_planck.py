"""How a population of noisy neurons answers its input: rate, potential and how fast it follows."""

import functools
import hashlib
import inspect
import math
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from jaxtyping import Complex, Float

from surrobrain.checks import finite
from surrobrain.files import write_npy
from surrobrain.mechanistic.spiking.neurons.exponential import Exponential
from surrobrain.mechanistic.spiking.neurons.leaky import Leaky
from surrobrain.mechanistic.table import Table
from surrobrain.progress import progress

__all__ = ["Cascade", "cascade", "cascade_tables"]

_STEP = 0.05  # mV at a noise of 1 mV per sqrt(ms); finer where there is less
_DEPTH = 8.0  # standard deviations below which no neuron is looked for
_FASTEST, _SLOWEST, _N_WAVES = 1.0, 2.5e-4, 48  # kHz
_SHORTEST = 0.1  # ms: one step of the usual size
_MEANS, _NOISES = (-1.0, 0.05, 161), (0.5, 0.1, 46)  # start, step, number


@dataclass(frozen=True, eq=False)
class Cascade:
    """A linear filter and a nonlinearity that stand for a population, at many inputs.

    Parameters
    ----------
    rate : array, shape (n_means, n_noises)
        Stationary rate in 1/ms.
    voltage : array, shape (n_means, n_noises)
        Mean potential in mV of the neurons that are not refractory.
    tau_mean, tau_noise : array, shape (n_means, n_noises)
        Time constants in ms with which the rate follows the mean and the size of the noise; at
        least 0.1, which also stands for a rate that falls as the noise grows.
    """

    rate: Float[np.ndarray, "means noises"]
    voltage: Float[np.ndarray, "means noises"]
    tau_mean: Float[np.ndarray, "means noises"]
    tau_noise: Float[np.ndarray, "means noises"]


def cascade(
    neuron: Exponential | Leaky,
    means: Float[np.ndarray, "means"],
    noises: Float[np.ndarray, "noises"],
) -> Cascade:
    """Return the linear-nonlinear cascade of neurons in white noise.

    Parameters
    ----------
    neuron : Exponential or Leaky
        Equations and parameters.
    means : array, shape (n_means,)
        Mean input in mV/ms, added to the drift of the potential.
    noises : array, shape (n_noises,)
        sigma in mV per sqrt(ms), ``dv = ... + sigma dW``.

    Returns
    -------
    Cascade
        For every mean and every noise.

    Raises
    ------
    ValueError
        An input is not finite, a noise is not positive, or neurons as good as never fire.

    Notes
    -----
    The stationary density p and flux J solve ``J = f(v) p - sigma^2 / 2 dp/dv`` with p = 0 at the
    threshold, where J is the rate; it enters again at the reset after the refractory time. Both
    are summed from the threshold down, exact for a drift f that is constant within an interval
    [1]_. The same for small waves of the input gives the response R of the rate at every
    frequency; the time constant is that of the filter ``1 / (1 + i omega tau)`` which is nearest
    to ``R / R(0)`` in the mean square from 0 to 1 kHz [2]_.

    References
    ----------
    .. [1] Richardson (2007), Firing-rate response of linear and nonlinear integrate-and-fire
       neurons to modulated current-based and conductance-based synaptic drive. Phys Rev E
       76:021919.
    .. [2] Augustin, Ladenbauer, Baumann & Obermayer (2017), Low-dimensional spike rate models
       derived from networks of adaptive integrate-and-fire neurons. PLoS Comput Biol 13:e1005545.

    Examples
    --------
    >>> found = cascade(Leaky(), np.array([0.75]), np.array([5.0 / 20**0.5]))
    >>> print(f"{1000 * found.rate[0, 0]:.2f} Hz")
    9.46 Hz
    """
    finite(means, "means")
    if (finite(noises, "noises") <= 0).any():
        raise ValueError(
            f"noises must be positive, but {noises.min():g} mV per sqrt(ms) arrived; without noise "
            "there is no density"
        )
    found = np.empty((4, len(means), len(noises)))
    title = f"responses of {type(neuron).__name__} neurons"
    with ThreadPoolExecutor() as pool, progress(len(noises), label=title) as report:
        tasks = {
            pool.submit(_column, neuron, means, noise): k for k, noise in enumerate(noises.tolist())
        }
        for done, task in enumerate(as_completed(tasks), start=1):
            found[:, :, tasks[task]] = task.result()
            report(done, "")
    return Cascade(*found)


@functools.cache
def cascade_tables(neuron: Exponential | Leaky) -> dict[str, Table]:
    """Return the cascade of a neuron as tables by mean input and noise, computed once for all.

    Parameters
    ----------
    neuron : Exponential or Leaky
        Equations and parameters.

    Returns
    -------
    dict of str to Table
        "rate", "voltage", "tau_mean" and "tau_noise", see ``Cascade``, from -1 to 7 mV/ms and from
        0.5 to 5 mV per sqrt(ms). They lie beside the compiled loops (``SURROBRAIN_CACHE``).
    """
    names, file = [field.name for field in fields(Cascade)], _kept_file(neuron)
    if not file.exists():
        axes = (start + step * np.arange(n) for start, step, n in (_MEANS, _NOISES))
        found = cascade(neuron, *axes)
        write_npy(file, np.stack([getattr(found, name) for name in names]))
    values = np.load(file, allow_pickle=False)
    return {
        name: Table(part, *_MEANS[:2], *_NOISES[:2], name)
        for name, part in zip(names, values, strict=True)
    }


def _kept_file(neuron: Exponential | Leaky) -> Path:
    """Return where the tables of a neuron lie: other numbers or equations, another name."""
    from surrobrain.mechanistic.kernels import threshold_integration
    from surrobrain.mechanistic.kernels.cache import cache_folder

    sources = (Path(__file__), Path(threshold_integration.__file__), inspect.getfile(type(neuron)))
    content = repr(neuron) + "".join(Path(source).read_text() for source in sources)
    key = hashlib.sha256(content.encode()).hexdigest()[:20]
    return cache_folder() / f"{type(neuron).__name__}_responses_{key}.npy"


def _column(
    neuron: Exponential | Leaky, means: Float[np.ndarray, "means"], noise: float
) -> Float[np.ndarray, "4 means"]:
    """Return rate, potential and both time constants at one noise."""
    return np.array([_point(neuron, mean, noise) for mean in means.tolist()]).T


def _point(
    neuron: Exponential | Leaky, mean: float, noise: float
) -> tuple[float, float, float, float]:
    from surrobrain.mechanistic.kernels.threshold_integration import modulated, stationary

    drift, reset, step = _intervals(neuron, mean, noise)
    where = (drift, reset, step, noise**2 / 2, neuron.refractory)
    rate, height, density = stationary(*where)
    if rate == 0.0:
        raise ValueError(
            f"{type(neuron).__name__} neurons need input to fire, but a mean of {mean:g} mV/ms "
            f"with a noise of {noise:g} mV per sqrt(ms) arrived; use more of either"
        )
    omegas, weights = _waves()
    by_mean, by_noise = modulated(*where, density, omegas)
    voltage = neuron.reset_v - reset * step + height
    return rate, voltage, _time(by_mean, omegas, weights), _time(by_noise, omegas, weights)


def _intervals(
    neuron: Exponential | Leaky, mean: float, noise: float
) -> tuple[Float[np.ndarray, "intervals"], int, float]:
    """Return the drift in the middle of every interval, the number below the reset, their width."""
    top = float(neuron.threshold(np, (), neuron))
    n_above = math.ceil((top - neuron.reset_v) / (_STEP * min(1.0, noise)))
    step = (top - neuron.reset_v) / n_above
    sd = noise * math.sqrt(neuron.tau / 2)
    depth = max(0.0, neuron.reset_v - neuron.rest - neuron.tau * mean) + _DEPTH * sd
    reset = math.ceil(depth / step)
    middle = neuron.reset_v + step * (np.arange(-reset, n_above) + 0.5)
    (free,) = neuron.drift(np, (middle,), 0.0, neuron)
    return free + mean, reset, step


@functools.cache
def _waves() -> tuple[Float[np.ndarray, "waves"], Float[np.ndarray, "waves"]]:
    """Return angular frequencies in 1/ms, the slowest first, and their weights in an integral.

    They are dense where slow filters bend.
    """
    x, weights = np.polynomial.legendre.leggauss(_N_WAVES)
    x, weights = (x + 1) / 2, weights / 2
    frequencies = np.concatenate([[_SLOWEST], _FASTEST * x**2])
    return 2 * np.pi * frequencies, np.concatenate([[0.0], 2 * x * weights])


def _time(
    response: Complex[np.ndarray, "waves"],
    omegas: Float[np.ndarray, "waves"],
    weights: Float[np.ndarray, "waves"],
) -> float:
    from surrobrain.mechanistic.kernels.threshold_integration import exponential_time

    slowest = response[0].real
    if slowest <= 0:
        return _SHORTEST
    return max(_SHORTEST, exponential_time(response / slowest, omegas, weights))
