"""People fitted together, recognized, and found again: four HCP subjects, BOLD of 80 regions.

A linear network on each person's own tracts, with a coupling that may depend on how strongly a
region is connected: two unknowns, from the functional connectivity within hemispheres. "loss" is the
squared distance of the network's connectivity from that of the second half of the run, which no fit
saw, averaged over people. Fingerprints ask every model of a first half about every second half.
There is one run per person, so the halves are not two sessions: what they share may be the hour.
"""

import time

import numpy as np

import surrobrain as sb
from benchmarks.outcome import Outcome
from benchmarks.shared import hcp_cortex, hcp_folders
from surrobrain.evaluation.fingerprint import Fingerprint, fingerprint
from surrobrain.inverse.feature import together
from surrobrain.inverse.fit_group import GroupFit, fit_group
from surrobrain.inverse.fit_network import prepared
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.reliability import Reliability, reliability

__all__ = ["measure"]

TR, SHORT = 0.72, 72.0
METHOD = Inference("laplace", through="linearization", n_repeats=50, iterations=30)


def measure() -> Outcome:
    """Fit both halves, separately and together, and compare across halves."""
    begin = time.process_time()
    people, runs = zip(*(_person(folder) for folder in hcp_folders()), strict=True)
    halves = [list(half) for half in zip(*(run.split(0.5) for run in runs), strict=True)]
    alike = sb.features.functional_connectivity(distance="squared", within=_hemispheres())
    given = [halves[0], [half.crop(0.0, SHORT) for half in halves[0]], halves[1]]
    full, short, later = (
        fit_group(list(people), some, features=alike, method=METHOD, seed=0) for some in given
    )
    rows = []
    for name, group in (("432 s", full), ("72 s", short)):
        alone, together_ = (_unseen(group, u, halves[1], alike) for u in (group.alone, group.u))
        rows.append({
            "fitted": name, "loss, separate": alone, "loss, together": together_,
            "misfit": float(group.misfits.mean()), "spread of people": _told(group.sd),
            "sd of a person": _told(group.spread.mean(axis=0)),
            "warnings": "; ".join(group.warnings),
        })  # fmt: skip
    surrogates = [[sb.fit(sb.LinearVAR(80), each, seed=0) for each in half] for half in halves]
    for label, models, metric in (
        ("network", full.fits, "fc"), ("LinearVAR", surrogates[0], "fc"),
        ("LinearVAR", surrogates[0], "r2"),
    ):  # fmt: skip
        found = fingerprint(models, halves[1], metric=metric, first=halves[0], n_runs=4)
        rows.append({"model": label, **_recognized(found)})
    again = reliability([full.fits, later.fits])
    wired = reliability(surrogates)
    rows += [{"number": name, "ICC": f"{icc:.2f} [{low:.2f}, {high:.2f}]"}
             for name, icc, low, high in zip(again.names, again.icc, again.low, again.high, strict=True)]  # fmt: skip
    rows.append({"number": "LinearVAR, median of 6400", "ICC": f"{np.nanmedian(wired.icc):.2f}"})
    figures = _figures(rows, again, wired) | {"cpu_s": time.process_time() - begin}
    return Outcome(rows, figures, {"cpu_s": "<= 240"}, [__doc__ or ""])


def _person(folder) -> tuple[sb.FreeNetwork, sb.Recording]:
    """Return one person's network with unknowns, and the standardized run."""
    keep, names = hcp_cortex()
    tracts = np.log1p(np.load(folder / "sc.npy")[np.ix_(keep, keep)])
    np.fill_diagonal(tracts, 0.0)
    tracts /= np.abs(np.linalg.eigvals(tracts)).max()
    strength = tracts.sum(axis=1)
    network = sb.Network(
        sb.Linear(tau=1.0), sb.Connectome(tracts, names=names), coupling=0.7, noise=1.0, dt=0.072,
        observer=sb.observers.Identity(sfreq=1 / TR),
    )  # fmt: skip
    prior = sb.along_maps(
        {"strength": (strength - strength.mean()) / strength.std()},
        base=sb.priors.Uniform(0.3, 0.95), slope=sb.priors.Normal(0.0, 0.03),
    )  # fmt: skip
    values = np.load(folder / "bold.npy")[keep].T
    run = sb.Recording(values, 1 / TR, names, "fMRI").zscored()
    return sb.FreeNetwork(network, {"coupling": prior}), run


def _hemispheres() -> np.ndarray:
    return np.array([name[-1] for name in hcp_cortex()[1]])


def _unseen(group: GroupFit, us: np.ndarray, halves: list[sb.Recording], alike) -> float:
    """Return the mean distance from the halves that were not fitted."""
    search = sb.Search("lbfgs", through="linearization")
    return float(np.mean([
        prepared(
            fit.free, half, together(alike), penalties=(), search=search, seed=0
        ).values(u[None])[0]
        for fit, half, u in zip(group.fits, halves, us, strict=True)
    ]))  # fmt: skip


def _recognized(found: Fingerprint) -> dict:
    raw = found.baseline
    assert raw is not None
    low, high = found.interval
    return {
        "metric": found.metric, "rate": found.rate, "95 %": f"[{low:.2f}, {high:.2f}]",
        "p": found.rate_p, "own - others": f"{found.contrast:.3f} +- {found.contrast_margin:.3f}",
        "p of it": found.contrast_p, "rate, raw FC": raw.rate,
        "own - others, raw FC": f"{raw.contrast:.3f} +- {raw.contrast_margin:.3f}",
    }  # fmt: skip


def _told(numbers: np.ndarray) -> str:
    return ", ".join(f"{x:.2f}" for x in numbers)


def _figures(rows: list[dict], again: Reliability, wired: Reliability) -> dict[str, float | None]:
    figures: dict[str, float | None] = {"icc_linear_var": float(np.nanmedian(wired.icc))}
    for row in rows:
        if "fitted" in row:
            label = row["fitted"].replace(" ", "")
            figures[f"loss_separate_{label}"] = row["loss, separate"]
            figures[f"loss_together_{label}"] = row["loss, together"]
        elif "model" in row:
            figures[f"rate_{row['model'].lower()}_{row['metric']}"] = row["rate"]
            figures["rate_raw_fc"] = row["rate, raw FC"]
    for name, icc in zip(again.names, again.icc, strict=True):
        figures[f"icc_{name.replace(' ', '_')}"] = float(icc)
    return figures
