"""Density of a noisy integrate-and-fire neuron, summed from its threshold down: compiled.

The potential is cut into even intervals, counted from the lowest up, within which the drift is
constant. Flux enters at the threshold as 1 and leaves again at the reset.
"""

import math
from typing import no_type_check

import numpy as np
from numba import njit

__all__ = ["exponential_time", "modulated", "stationary"]

_compiled = njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz", "arcp", "reassoc"})
_SHORTEST, _LONGEST, _N_TIMES, _N_HALVINGS = 1e-3, 1e3, 60, 40  # ms


@_compiled
@no_type_check
def _crossed(drift, step, diffusion):
    """Return what is left of the density one interval below, and what unit flux adds to it."""
    steepness = drift * step / diffusion
    left = math.exp(-steepness)
    return left, step / diffusion if abs(steepness) < 1e-8 else (1.0 - left) / drift


@_compiled
@no_type_check
def stationary(drift, reset, step, diffusion, refractory):
    """Return the rate, the mean height over the lowest potential, and the density at all nodes.

    ``0 = flux - drift p + diffusion dp/dv`` between the nodes; neurons that are refractory count
    in the rate alone.
    """
    density = np.zeros(len(drift) + 1)
    area, moment = 0.0, 0.0
    for k in range(len(drift) - 1, -1, -1):
        left, added = _crossed(drift[k], step, diffusion)
        density[k] = density[k + 1] * left + (added if k >= reset else 0.0)
        area += 0.5 * step * (density[k] + density[k + 1])
        moment += 0.5 * step * step * (density[k] * k + density[k + 1] * (k + 1))
    rate = 1.0 / (refractory + area)
    return rate, moment / area, density * rate


@_compiled
@no_type_check
def modulated(drift, reset, step, diffusion, refractory, density, omegas):
    """Return how the rate follows small waves of the mean and of the size of the noise.

    Three systems run down together: that of a unit flux at the threshold, and those that the
    waves force without any. What reaches the lowest potential must be no flux at all.
    """
    n, sigma = len(omegas), math.sqrt(2.0 * diffusion)
    p, q = np.zeros((3, n)), np.zeros((3, n))  # density, real and imaginary
    flux, xulf = np.zeros((3, n)), np.zeros((3, n))  # the same of the flux
    flux[0] = 1.0
    for k in range(len(drift) - 1, -1, -1):
        if k == reset - 1:
            for i in range(n):
                flux[0, i] -= math.cos(omegas[i] * refractory)
                xulf[0, i] += math.sin(omegas[i] * refractory)
        left, added = _crossed(drift[k], step, diffusion)
        by_mean = 0.5 * (density[k] + density[k + 1])
        by_noise = sigma * (density[k] - density[k + 1]) / step
        for system in range(3):
            force = by_mean if system == 1 else by_noise if system == 2 else 0.0
            for i in range(n):
                half = 0.5 * step * omegas[i]
                there = flux[system, i] - half * q[system, i]
                turned = xulf[system, i] + half * p[system, i]
                p[system, i] = p[system, i] * left + (there - force) * added
                q[system, i] = q[system, i] * left + turned * added
                flux[system, i] = there - half * q[system, i]
                xulf[system, i] = turned + half * p[system, i]
    found = np.empty((2, n), np.complex128)
    for i in range(n):
        own = complex(flux[0, i], xulf[0, i])
        found[0, i] = -complex(flux[1, i], xulf[1, i]) / own
        found[1, i] = -complex(flux[2, i], xulf[2, i]) / own
    return found


@_compiled
@no_type_check
def _misfit(time, response, omegas, weights):
    total = 0.0
    for i in range(len(omegas)):
        gap = response[i] - 1.0 / (1.0 + 1j * omegas[i] * time)
        total += weights[i] * (gap.real * gap.real + gap.imag * gap.imag)
    return total


@_compiled
@no_type_check
def exponential_time(response, omegas, weights):
    """Return the time constant whose exponential filter is nearest to a response; 1 at rest."""
    growth = (_LONGEST / _SHORTEST) ** (1.0 / _N_TIMES)
    best, least = _SHORTEST, np.inf
    for k in range(_N_TIMES + 1):
        time = _SHORTEST * growth**k
        misfit = _misfit(time, response, omegas, weights)
        if misfit < least:
            best, least = time, misfit
    low, high = best / growth, best * growth
    golden = 0.5 * (math.sqrt(5.0) - 1.0)
    for _ in range(_N_HALVINGS):
        lower, upper = high * (low / high) ** golden, low * (high / low) ** golden
        if _misfit(lower, response, omegas, weights) < _misfit(upper, response, omegas, weights):
            high = upper
        else:
            low = lower
    return math.sqrt(low * high)
