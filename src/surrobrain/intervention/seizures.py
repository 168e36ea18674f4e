"""Where seizures begin and how far they spread, over runs of a virtual patient."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number, positive, whole
from surrobrain.inverse.posterior import Posterior
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.noise import sigma_per_state
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.sweep import sweep
from surrobrain.seeds import stream

__all__ = ["Patient", "Seizures", "patient_of", "seizures"]


@dataclass(frozen=True, eq=False)
class Seizures:
    """How a virtual patient seizes.

    Parameters
    ----------
    names : tuple of str
        Regions.
    onset : array, shape (n_runs, n_regions)
        Seconds from the start of a run to the first moment above the threshold; infinite where
        a region does not seize.
    """

    names: tuple[str, ...]
    onset: Float[np.ndarray, "runs regions"]

    @property
    def probability(self) -> Float[np.ndarray, "regions"]:
        """Share of the runs in which each region seizes."""
        return np.isfinite(self.onset).mean(axis=0)

    @property
    def recruited(self) -> tuple[str, ...]:
        """Regions that seize in some run, in the order of their median onset."""
        seen = np.flatnonzero(self.probability > 0)
        return tuple(self.names[k] for k in seen[np.argsort(self.median_onset[seen])])

    @property
    def median_onset(self) -> Float[np.ndarray, "regions"]:
        """Median onset in s over the runs in which a region seizes; infinite without one."""
        missing = np.where(np.isfinite(self.onset), self.onset, np.nan)
        never = np.isnan(missing).all(axis=0)
        missing[0, never] = np.inf
        return np.nanmedian(missing, axis=0)

    @property
    def freedom(self) -> float:
        """Share of the runs in which no region seizes."""
        return float((~np.isfinite(self.onset)).all(axis=1).mean())


@dataclass(frozen=True, eq=False)
class Patient:
    """A network whose regions can seize, and everything one is unsure of.

    Parameters
    ----------
    network : Network
        Seen at its sources.
    points : dict of str to array, shape (n_points,) or (n_points, n_regions)
        Parameters that are not known for certain, one row per possible patient; empty when all
        are known.
    duration : float
        Seconds of one run.
    threshold : float
        Output of a region above which it seizes.
    """

    network: Network
    points: dict[str, np.ndarray]
    duration: float
    threshold: float

    @property
    def varies(self) -> bool:
        """Whether runs differ."""
        network = self.network
        sigma = sigma_per_state(network.noise_kind, network.node, network.n_regions)
        return bool(self.points) or bool(np.any(sigma))

    def onsets(
        self, network: Network, n_runs: int, *, seed: int
    ) -> Float[np.ndarray, "runs regions"]:
        """Return the onsets of a changed network; run k has the same noise for every change."""
        rng = stream(seed, 0x5E12)
        strength = np.asarray(network.coupling_form.strength, dtype=np.float64)
        vary = {"coupling": np.broadcast_to(strength, (n_runs, *strength.shape))}
        if self.points:
            n_points = len(next(iter(self.points.values())))
            chosen = np.resize(rng.permutation(n_points), n_runs)
            vary = {name: values[chosen] for name, values in self.points.items()}
        return sweep(
            network, vary, duration=self.duration, seed=seed,
            summary=_Onset(self.threshold, network.sfreq),
        ).values  # fmt: skip


@dataclass(frozen=True)
class _Onset:
    threshold: float
    sfreq: float

    def __call__(self, values: Float[np.ndarray, "times regions"]) -> np.ndarray:
        above = values > self.threshold
        first = (above.argmax(axis=0) + 1) / self.sfreq
        return np.where(above.any(axis=0), first, np.inf)


def patient_of(patient: Network | Posterior, *, duration: float, threshold: float) -> Patient:
    """Return a patient, from a network that is known or from a posterior of its unknowns.

    Raises
    ------
    TypeError
        Something else arrived.
    ValueError
        The posterior has unknowns that cannot run side by side, or the duration is not positive.
    """
    positive(duration, "duration", unit="s")
    number(threshold, "threshold")
    points: dict[str, Any] = {}
    if isinstance(patient, Posterior):
        if not patient.free.sweepable:
            names = ", ".join(patient.free.groups)
            raise ValueError(
                f"the posterior of {names} cannot be run side by side; infer parameters of the "
                "node, the coupling or the noise"
            )
        points = dict(patient.free.points(patient.u))
        patient = patient.free.network
    if not isinstance(patient, Network):
        raise TypeError(
            "a virtual patient is a Network of epileptic regions, or the Posterior of one, but "
            f"{type(patient).__name__} arrived"
        )
    seen = dataclasses.replace(patient, observer=Identity(patient.sfreq))
    return Patient(seen, points, duration, threshold)


def seizures(
    patient: Network | Posterior,
    *,
    duration: float,
    threshold: float = 0.0,
    n_runs: int = 100,
    seed: int = 0,
) -> Seizures:
    """Run a virtual patient many times, and tell which regions seize, and when.

    Parameters
    ----------
    patient : Network or Posterior
        A network of `Epileptor2D` or another node whose output rises when a region seizes; or the
        posterior of its unknowns, of which every run takes a draw.
    duration : float
        Seconds of one run.
    threshold : float
        Output of a region above which it seizes; x = 0 of `Epileptor2D`.
    n_runs : int
        Runs, each with its own noise.
    seed : int
        Decides noise and draws.

    Returns
    -------
    Seizures
        Probability of each region, and onsets.

    Raises
    ------
    TypeError, ValueError
        It is no patient, or a number is out of range.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D
    >>> node = Epileptor2D(x0=np.array([-1.6, -3.0, -3.0, -3.0]), tau0=10.0)
    >>> observer = sb.observers.Identity(10_000.0)
    >>> patient = sb.Network(node, sb.examples.ring(4), observer=observer, dt=1e-4)
    >>> seizures(patient, duration=0.014, n_runs=1).recruited
    ('region_0',)
    """
    whole(n_runs, "n_runs", low=1)
    who = patient_of(patient, duration=duration, threshold=threshold)
    return Seizures(who.network.regions, who.onsets(who.network, n_runs, seed=seed))
