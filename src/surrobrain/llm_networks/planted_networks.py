"""A brain whose truth is known: voxels driven by known neurons of a real model."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import positive, whole
from surrobrain.llm_networks.bold_images import Bold
from surrobrain.llm_networks.brain_networks import BrainNetworks, networks_from_labels
from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.llm_networks.network_matching import Links
from surrobrain.llm_networks.neuron_groups import neuron_scores
from surrobrain.llm_networks.neuron_responses import Responses
from surrobrain.seeds import Seed, generator
from surrobrain.signals.cleaning import cleaned
from surrobrain.signals.hemodynamics import convolve

__all__ = ["Planted", "Recovery", "plant_networks", "recovery_of"]

_VOXEL = 6.0  # mm
_EDGES = (17, 13, 8)  # voxels of the box around the ellipsoid
_CALM = 0.3  # correlation beyond which two groups would be one
_CANDIDATES = 200  # neurons around which a group is tried


@dataclass(frozen=True, eq=False)
class Planted:
    """Simulated BOLD, and what drives it.

    Parameters
    ----------
    bold : Bold
        Voxels of an ellipsoid.
    networks : BrainNetworks
        Driven ones first, then as many that only noise and word rate move.
    groups : tuple of array of int
        Neurons that drive each driven network: columns of the responses.
    snr : float
        Variance of what neurons drive over that of the noise.
    """

    bold: Bold
    networks: BrainNetworks
    groups: tuple[Int[np.ndarray, "_"], ...]
    snr: float

    @property
    def driven(self) -> tuple[str, ...]:
        """Names of the networks that follow neurons."""
        return self.networks.names[: len(self.groups)]


@dataclass(frozen=True, eq=False)
class Recovery:
    """What was found of what was planted.

    Parameters
    ----------
    names : tuple of str
        Networks that were driven.
    found : tuple of bool
        Whether some pattern was matched with each.
    auc : array, shape (n_driven,)
        How well `neuron_scores` tell the planted neurons from all others; 0.5 is chance.
    false : tuple of str
        Networks that were matched although no neuron drives them.
    n_silent : int
        Networks that no neuron drives.
    """

    names: tuple[str, ...]
    found: tuple[bool, ...]
    auc: Float[np.ndarray, "driven"]
    false: tuple[str, ...]
    n_silent: int


def plant_networks(
    responses: Responses, *, n_networks: int = 3, group_size: int = 40, snr: float = 0.3,
    seed: Seed = 0,
) -> Planted:  # fmt: skip
    """Simulate voxels that follow groups of the neurons of a model.

    Parameters
    ----------
    responses : Responses
        Of a real or random model.
    n_networks : int, default 3
        Driven networks; there are as many that are not.
    group_size : int, default 40
        Neurons that drive a network: those most correlated with one of 200 that are drawn. Groups
        whose neurons are most alike are taken first; no two may be alike.
    snr : float, default 0.3
        Variance of the driven part over that of the noise, in every voxel of a driven network; 0
        makes a brain that hears nothing.
    seed : int or Generator
        Decides neurons, networks and noise.

    Returns
    -------
    Planted

    Raises
    ------
    ValueError
        No such number of groups with unlike time courses is found.

    Notes
    -----
    The mean of the standardized, signed responses of a group is convolved with a canonical
    hemodynamic response; noise is autoregressive in time (0.3) and smooth in space. Every voxel
    also follows the word rate, with the variance of the driven part.
    """
    whole(n_networks, "n_networks", low=1)
    rng = generator(seed)
    groups, courses = _groups(responses, n_networks, group_size, rng)
    space, labels = _ellipsoid(2 * n_networks, rng)
    drive = convolve(courses, sfreq=1 / responses.tr)
    drive = (drive - drive.mean(axis=0)) / drive.std(axis=0)
    networks = networks_from_labels(
        labels, [f"driven {k + 1}" for k in range(n_networks)]
        + [f"silent {k + 1}" for k in range(n_networks)],
    )  # fmt: skip
    signal = drive @ networks.maps[:n_networks] * np.sqrt(snr if snr == 0 else positive(snr, "snr"))
    counts = responses.word_counts
    if counts is not None:
        words = convolve(counts[:, None].astype(np.float64), sfreq=1 / responses.tr)
        signal = signal + np.sqrt(snr) * (words - words.mean()) / words.std()
    values = signal + _noise(responses.n_times, space, rng)
    clean = cleaned(values, sfreq=1 / responses.tr, runs=responses.runs)
    bold = Bold(clean, responses.tr, space, (), responses.runs, "simulated")
    return Planted(bold, networks, groups, snr)


def recovery_of(planted: Planted, links: Links) -> Recovery:
    """Compare what was found with what was planted.

    Parameters
    ----------
    planted : Planted
        The truth.
    links : Links
        What `match` found in ``planted.bold``.

    Returns
    -------
    Recovery
    """
    scores = neuron_scores(links)
    auc = np.array([_auc(scores[j], group) for j, group in enumerate(planted.groups)])
    found = [any(other == j for _, other in links.matched) for j in range(len(planted.groups))]
    names = links.networks.names
    first = len(planted.groups)
    false = tuple(names[j] for j in sorted({j for _, j in links.matched if j >= first}))
    return Recovery(planted.driven, tuple(found), auc, false, len(names) - first)


def _auc(scores: np.ndarray, members: np.ndarray) -> float:
    from scipy.stats import rankdata

    n, others = len(members), len(scores) - len(members)
    return float((rankdata(scores)[members].sum() - n * (n + 1) / 2) / (n * others))


def _groups(
    responses: Responses, n: int, size: int, rng: np.random.Generator
) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Draw neurons of unlike time courses, and those that are most like each."""
    kept = np.asarray(responses.values, dtype=np.float64)
    spread = kept.std(axis=0)
    standard = (kept - kept.mean(axis=0)) / np.where(spread > 0, spread, np.inf)
    tried = []
    for center in rng.permutation(responses.n_neurons)[:_CANDIDATES]:
        r = standard.T @ standard[:, center] / len(standard)
        members = np.sort(np.argsort(-np.abs(r))[:size])
        course = (standard[:, members] * np.sign(r[members])).mean(axis=1)
        tried.append((float(course.var()), members, (course - course.mean()) / course.std()))
    groups, courses = [], []
    for _, members, course in sorted(tried, key=lambda one: -one[0]):  # those most alike first
        taken = {k for group in groups for k in group}
        unlike = all(abs(course @ other) / len(course) < _CALM for other in courses)
        if unlike and not taken & set(members.tolist()):
            groups.append(members)
            courses.append(course)
        if len(groups) == n:
            return tuple(groups), np.stack(courses, axis=1)
    raise ValueError(
        f"only {len(groups)} of {n} groups of {size} neurons have unlike time courses; plant fewer "
        "networks or smaller groups"
    )


def _ellipsoid(n_labels: int, rng: np.random.Generator) -> tuple[BrainSpace, np.ndarray]:
    """Return the voxels of an ellipsoid, and the compact region to which each belongs."""
    edges = np.array(_EDGES)
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in edges), indexing="ij"), axis=-1)
    voxels = grid.reshape(-1, 3)
    middle = (edges - 1) / 2
    voxels = voxels[(((voxels - middle) / (edges / 2)) ** 2).sum(axis=1) <= 1]
    centers = voxels[rng.choice(len(voxels), n_labels, replace=False)].astype(np.float64)
    labels = np.zeros(len(voxels), dtype=np.int64)
    for _ in range(30):  # k-means: regions of like size
        distance = np.linalg.norm(voxels[:, None] - centers, axis=2)
        labels = distance.argmin(axis=1)
        centers = np.stack([voxels[labels == k].mean(axis=0) for k in range(n_labels)])
    affine = np.diag([_VOXEL, _VOXEL, _VOXEL, 1.0])
    affine[:3, 3] = -_VOXEL * middle
    places = voxels @ affine[:3, :3].T + affine[:3, 3]
    space = BrainSpace("volume", len(voxels), places, voxels, edges, affine)
    return space, labels + 1


def _noise(n_times: int, space: BrainSpace, rng: np.random.Generator) -> np.ndarray:
    """Return noise of variance 1, smooth in space and time."""
    from scipy.ndimage import gaussian_filter
    from scipy.signal import lfilter

    assert space.grid is not None
    assert space.voxels is not None
    white = rng.normal(size=(n_times, *space.grid.tolist()))
    smooth = gaussian_filter(white, (0, 0.8, 0.8, 0.8))[(slice(None), *space.voxels.T)]
    colored = np.asarray(lfilter([1.0], [1.0, -0.3], smooth, axis=0))
    return colored / colored.std(axis=0)
