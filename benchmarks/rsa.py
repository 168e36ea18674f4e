"""RSA at the size of THINGS-MEG: 1854 conditions, 271 channels, 12 sessions, beside rsatoolbox.

Both sides on one core, CPU seconds, one after the other in the same process.
"""

import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.outcome import Outcome
from surrobrain import rsa

__all__ = ["measure"]

CONDITIONS, CHANNELS, FOLDS = 1854, 271, 12


def measure() -> Outcome:
    """Time every job on both sides and compare what they return."""
    rng = np.random.default_rng(0)
    folds = rng.normal(size=(FOLDS, CONDITIONS, CHANNELS)) + rng.normal(size=(CONDITIONS, CHANNELS))
    noise = rng.normal(size=(4 * CHANNELS, CHANNELS))
    precision = rsa.noise_precision(noise)
    with threadpool_limits(1):
        jobs = {
            "correlation": _correlation(folds[0]),
            "correlation, single precision": _correlation(folds[0].astype(np.float32)),
            "crossnobis": _crossnobis(folds, precision),
            "spearman": _spearman(folds),
        }
        rows = [_side_by_side(name, *job) for name, job in jobs.items()]
    rows.append(_discriminants(folds.astype(np.float32)))
    figures: dict[str, float | None] = {
        "discriminant_seconds": rows[-1]["ours (s)"],
        "discriminant_wall_seconds": rows[-1]["two cores, wall (s)"],
    }
    for name in ("correlation", "crossnobis", "spearman"):
        row = next(row for row in rows if row["job"] == name)
        figures[f"{name}_speed"] = row["times faster"]
        figures[f"{name}_apart"] = row["largest difference"]
    figures["correlation_single_speed"] = rows[1]["times faster"]
    targets = {
        "correlation_speed": ">= 5",
        "crossnobis_speed": ">= 10",
        "discriminant_seconds": "< 1",
        "correlation_apart": "<= 1e-6",
        "crossnobis_apart": "<= 1e-6",
        "spearman_apart": "<= 1e-6",
    }
    notes = [
        "rsatoolbox has no pairwise discriminants; theirs would be one fit for each of 1 717 731 "
        "pairs and 12 folds.",
        "The wall time of two cores counts only where nothing else runs.",
        "spearman compares two RDMs of 1 717 731 pairs.",
    ]
    return Outcome(rows, figures, targets, notes)


def _side_by_side(
    name: str, ours: Callable[[], np.ndarray], theirs: Callable[[], np.ndarray]
) -> dict:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        apart = np.abs(ours() - theirs()).max()  # the first run warms up and is not counted
        mine, other = _seconds(ours), _seconds(theirs)
    return {
        "job": name,
        "ours (s)": mine,
        "rsatoolbox (s)": other,
        "times faster": other / mine,
        "largest difference": float(apart),
    }


def _seconds(job: Callable[[], object], *, rounds: int = 5) -> float:
    """Return the median CPU time."""
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        job()
        spent.append(time.process_time() - started)
    return statistics.median(spent)


def _dataset(patterns: np.ndarray, **described: np.ndarray) -> object:
    import rsatoolbox

    return rsatoolbox.data.Dataset(patterns, obs_descriptors=described)


def _correlation(patterns: np.ndarray) -> tuple:
    import rsatoolbox

    dataset = _dataset(patterns)
    return (
        lambda: rsa.rdm(patterns).values,
        lambda: rsatoolbox.rdm.calc_rdm(dataset, method="correlation").dissimilarities,
    )


def _crossnobis(folds: np.ndarray, precision: np.ndarray) -> tuple:
    import rsatoolbox

    dataset = _dataset(
        folds.reshape(-1, CHANNELS),
        condition=np.tile(np.arange(float(CONDITIONS)), FOLDS),
        fold=np.repeat(np.arange(float(FOLDS)), CONDITIONS),
    )
    return (
        lambda: rsa.rdm(folds, method="crossnobis", precision=precision).values,
        lambda: rsatoolbox.rdm.calc_rdm(
            dataset, method="crossnobis", descriptor="condition", noise=precision,
            cv_descriptor="fold",
        ).dissimilarities,
    )  # fmt: skip


def _spearman(folds: np.ndarray) -> tuple:
    import rsatoolbox

    first, second = (rsa.rdm(patterns) for patterns in folds[:2])
    a, b = (rsatoolbox.rdm.RDMs(rdms.values) for rdms in (first, second))
    return (
        lambda: rsa.compare(first, second),
        lambda: rsatoolbox.rdm.compare(a, b, method="spearman"),
    )


def _discriminants(folds: np.ndarray) -> dict:
    """Time all pairs of one sample, whitened: CPU time of one core, and wall time of two."""
    with threadpool_limits(1):
        cpu = _seconds(lambda: rsa.rdm(folds, method="discriminant"))
    walls = []
    with threadpool_limits(2):
        for _ in range(5):
            started = time.perf_counter()
            rsa.rdm(folds, method="discriminant")
            walls.append(time.perf_counter() - started)
    return {"job": "discriminants of all pairs", "ours (s)": cpu, "two cores, wall (s)": min(walls)}
