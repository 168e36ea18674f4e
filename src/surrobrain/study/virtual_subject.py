"""A virtual subject: a white-box brain whose wiring, influence and responses are known."""

import dataclasses
from dataclasses import dataclass

from surrobrain.analysis.effective_connectivity import (
    EffectiveConnectivity,
    effective_connectivity,
)
from surrobrain.checks import positive, whole
from surrobrain.data.connectome import Connectome
from surrobrain.data.examples import small_world
from surrobrain.data.recording import Recording
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.simulation import simulate

__all__ = ["VirtualSubject", "virtual_subject"]


@dataclass(frozen=True)
class VirtualSubject:
    """A recording together with everything that is hidden in a real one.

    Parameters
    ----------
    recording : Recording
        What an analysis may see.
    connectome : Connectome
        What diffusion imaging would show: symmetric, without direction.
    network : Network
        The brain itself, with its directed wiring; stimulate or lesion it to know the truth.
    effective_connectivity : EffectiveConnectivity
        How one region truly drives another, measured by perturbing ``network``.
    """

    recording: Recording
    connectome: Connectome
    network: Network
    effective_connectivity: EffectiveConnectivity


def virtual_subject(
    *, n_regions: int = 24, duration: float = 1600.0, sfreq: float = 10.0, seed: int = 0
) -> VirtualSubject:
    """Make a person out of a reduced Wong-Wang network with delays and noise.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    duration : float
        Length of the recording in seconds.
    sfreq : float
        Samples per second; synaptic activity has a time constant of 100 ms.
    seed : int
        Decides wiring and noise.

    Examples
    --------
    >>> subject = virtual_subject(n_regions=8, duration=5.0)
    >>> subject.connectome.symmetric, subject.network.connectome.symmetric
    (True, False)
    """
    whole(n_regions, "n_regions", low=2)
    positive(duration, "duration", unit="s")
    # Every region receives the same total input, just below the fold at which activity jumps:
    # there regions depend on each other enough for a recording to tell how.
    wiring = (
        small_world(n_regions, density=0.4, seed=seed).normalized("log1p").normalized("row_sum")
    )
    network = Network(
        WongWang(w=0.1, I0=0.325),
        wiring,
        coupling=0.9,
        noise=0.006,
        observer=Identity(sfreq),
        speed=10.0,
    )
    recording = simulate(network, duration=duration, seed=seed)
    truth = effective_connectivity(
        network, method="perturbation", size=0.01, n_states=40, seed=seed + 1
    )
    return VirtualSubject(recording, _as_imaged(wiring), network, truth)


def _as_imaged(wiring: Connectome) -> Connectome:
    """Forget direction, as diffusion imaging does."""
    return dataclasses.replace(wiring, weights=(wiring.weights + wiring.weights.T) / 2)
