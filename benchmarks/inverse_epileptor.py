"""Epileptogenic and propagation zones of 84 regions from SEEG, by posterior and by gradient.

The synthetic seizures of the Bayesian Virtual Epileptic Patient (Hashemi et al. 2020; vep84): a
two-dimensional Epileptor per region. Unknown are the excitability of every region, U(-5, -1), and
the coupling, U(0, 2). A region is labeled by its excitability, by the rule of the published
notebooks: epileptogenic (EZ) from -1.95, propagation zone (PZ) from -2.95, else healthy (HZ).

P6 is the stored SEEG of 162 contacts, one draw of a noisy network: without noise the propagation
zone would not seize at all. Contacts are unmixed by the pseudo-inverse of the gain, of which
singular values below a cutoff are left out; simulations go through the same operator. At 1e-3 the
rounding of the file stays below 2 % of the power of a resting region. c1 and c3 are the noise-free
configurations of the notebooks, inferred from the activity of the regions, as there.

The neural posterior has 9,999 simulations in three rounds. The gradient is the adjoint of the
simulation without noise, from twelve starts, on the same envelopes. What they end at is not one
valley: a region just below its threshold explains a bit of the noise. So the answer is the median
of the better half of them, and what single searches say stands beside it. What is true enters the
confusion table alone. The baseline has no model: a region that seizes is epileptogenic if it does
so before the mean onset of all that do.
"""

import dataclasses
import json
import time
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

import surrobrain as sb
from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.inverse.feature import Feature
from surrobrain.inverse.features.envelope import envelope
from surrobrain.inverse.features.seizure_onset import seizure_onset
from surrobrain.inverse.priors.uniform import Uniform
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D
from surrobrain.mechanistic.observers.identity import Identity

__all__ = ["Patient", "baseline", "confusion", "gradient", "measure", "posterior", "stored"]

REGIONS, SFREQ, DT = 84, 1e4, 1e-4
CUTOFF, FLOOR, THRESHOLD = 1e-3, 0.03, 1.0  # power: a resting region has 0.1, a seizing one 3
N_SIMULATIONS, ROUNDS = 3333, 3
WINDOWS, PENALTY, STARTS = 8, 3e-3, 12
ZONES = ("HZ", "PZ", "EZ")

Labels = Int[np.ndarray, "regions"]


@dataclass(frozen=True, eq=False)
class Patient:
    """A network whose excitabilities are unknown, and what was seen of it.

    Parameters
    ----------
    network : Network
        With noise as it was.
    power : array, shape (n_times, 84)
        What was seen of the regions, exp(x) where they are resolved.
    resolution : array, shape (84, 84)
        Takes exp(x) of a simulation to the same.
    truth : array, shape (84,)
        0 healthy, 1 propagation, 2 epileptogenic; for the confusion table.
    """

    network: sb.Network
    power: Float[np.ndarray, "times 84"]
    resolution: Float[np.ndarray, "84 84"]
    truth: Labels

    @property
    def free(self) -> sb.FreeNetwork:
        """What is unknown, with the priors of the notebooks."""
        return sb.FreeNetwork(
            self.network,
            {"x0": sb.per_region(Uniform(-5.0, -1.0)),
             "coupling": Uniform(0.0, 2.0)},
        )  # fmt: skip

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.power) / SFREQ

    def seen(self, feature: Feature) -> Feature:
        """Return a feature of the power that is seen, with its target."""
        import torch

        mix = torch.as_tensor(self.resolution.T)
        return dataclasses.replace(
            feature, compute=lambda x, sfreq: feature.compute(x.exp() @ mix, sfreq),
            target=feature.of(self.power, SFREQ),
        )  # fmt: skip


def stored(*, cutoff: float = CUTOFF) -> Patient:
    """Return P6, the stored SEEG."""
    folder, known = shared_data("connectomes/vep84"), _known()
    u, s, vt = np.linalg.svd(np.load(folder / "seeg_gain_162x84.npy"), full_matrices=False)
    kept = s > cutoff
    unmixing = (vt[kept].T / s[kept]) @ u[:, kept].T
    seeg = np.load(folder / "p6_seeg.npy").astype(np.float64)[:, 1:]  # the first is the start
    weights = np.load(folder / "weights_raw.npy")
    network = _network(weights / weights.max(), tau0=90.0, noise=known["P5_P6"]["sigma"])
    truth = _labels(known["ez_index"], known["pz_index"])
    return Patient(network, (unmixing @ seeg).T, vt[kept].T @ vt[kept], truth)


def configured(name: Literal["c1", "c3"]) -> Patient:
    """Return a noise-free configuration of the notebooks."""
    weights = np.load(shared_data("connectomes/vep84") / "weights_raw.npy")
    weights = weights / weights.max()
    weights[27, [6, 34]] = 4.0
    weights[np.ix_([5, 11], [6, 34])] = 1.0
    known = _known()["sbi_like"][name]
    truth = _labels(known["ez"], known["pz"])
    eta = np.array([known["eta_hz"], known["eta_pz"], known["eta_ez"]])[truth]
    network = _network(weights, tau0=10.0, noise=0.0)
    seizing = dataclasses.replace(network, node=Epileptor2D(tau0=10.0, x0=eta))
    return Patient(network, np.exp(seizing.run(140).values), np.eye(REGIONS), truth)


def posterior(
    patient: Patient, flow: Literal["maf", "nsf"], *, n_simulations: int = N_SIMULATIONS
) -> sb.Posterior:
    """Return the posterior by a flow on envelopes and onsets of all regions."""
    method = sb.Inference(
        "neural_posterior", n_simulations=n_simulations, rounds=ROUNDS, flow=flow,
        duration=patient.duration,
    )  # fmt: skip
    strength = envelope(n_windows=WINDOWS, floor=FLOOR)
    onset = seizure_onset(threshold=THRESHOLD)
    features = patient.seen(strength) + patient.seen(onset)
    return sb.infer(patient.free, features=features, method=method)


def gradient(patient: Patient, *, penalty: float = PENALTY, n_starts: int = STARTS) -> np.ndarray:
    """Return excitabilities of the better half of the searches, the best first, (searches, 84)."""
    quiet = dataclasses.replace(patient.free, network=_quiet(patient.network))
    search = sb.Search("lbfgs", n_starts=n_starts, iterations=300, duration=patient.duration)

    def prior(point: Any) -> Any:
        return penalty * point.u.square().sum()

    strength = envelope(n_windows=WINDOWS, floor=FLOOR)
    fit = sb.fit(quiet, None, loss=patient.seen(strength), penalties=[prior], training=search)
    better = fit.starts[np.argsort(fit.losses)[: max(1, n_starts // 2)]]
    return fit.free.natural(better)[:, :REGIONS]


def baseline(patient: Patient) -> Labels:
    """Return labels by the order of onsets alone."""
    onset = seizure_onset(threshold=THRESHOLD).of(patient.power, SFREQ)
    seizes = onset < patient.duration - 0.5 / SFREQ
    middle = onset[seizes].mean() if seizes.any() else 0.0
    return np.where(seizes, np.where(onset < middle, 2, 1), 0)


def zones(excitability: Float[np.ndarray, "84"]) -> Labels:
    """Return the zone of every region by the published rule."""
    return np.searchsorted([-2.95, -1.95], excitability, side="right")


def confusion(found: Labels, truth: Labels) -> Int[np.ndarray, "3 3"]:
    """Return how many regions of each zone (row) were taken for each zone (column)."""
    table = np.zeros((3, 3), dtype=np.int64)
    np.add.at(table, (truth, found), 1)
    return table


def _known() -> dict[str, Any]:
    return json.loads((shared_data("connectomes/vep84") / "ground_truth.json").read_text())


def _network(weights: np.ndarray, *, tau0: float, noise: float) -> sb.Network:
    return sb.Network(
        Epileptor2D(tau0=tau0, x0=-3.0), sb.Connectome(weights).without_self(), coupling=1.0,
        noise=noise, observer=Identity(SFREQ), dt=DT, settle=0.0,
    )  # fmt: skip


def _quiet(network: sb.Network) -> sb.Network:
    return dataclasses.replace(network, noise=0.0)


def _labels(epileptogenic: list[int], propagation: list[int]) -> Labels:
    truth = np.zeros(REGIONS, dtype=np.int64)
    truth[propagation], truth[epileptogenic] = 1, 2
    return truth


def _row(patient: Patient, what: str, how: str, found: Labels, cpu: float) -> dict[str, Any]:
    table = confusion(found, patient.truth)
    each = {
        f"true {zone}": "/".join(str(n) for n in line)
        for zone, line in zip(ZONES, table, strict=True)
    }
    wrong = int(table.sum() - np.trace(table))
    return {"seizure": what, "method": how, **each, "wrong": wrong, "CPU s": cpu}


def measure() -> Outcome:
    """Infer the zones of P6 by two flows and by gradient, and those of c1 and c3 by a flow."""
    rows, figures, notes = [], {}, []

    def add(patient: Patient, what: str, how: str, ask: Any) -> None:
        begin = time.process_time()
        found = ask(patient)
        rows.append(_row(patient, what, how, found, time.process_time() - begin))
        key = f"{what}_{how}".replace(" ", "_").replace(",", "")
        figures[f"{key}_wrong"] = float(rows[-1]["wrong"])
        figures[f"{key}_cpu_s"] = float(rows[-1]["CPU s"])

    def by(flow: Literal["maf", "nsf"]) -> Any:
        return lambda patient: zones(posterior(patient, flow).mean[:REGIONS])

    def downhill(penalty: float) -> Any:
        def ask(patient: Patient) -> Labels:
            found = gradient(patient, penalty=penalty)
            alone = "/".join(str((zones(each) != patient.truth).sum()) for each in found)
            notes.append(f"Wrong by {len(found)} searches alone, the best first: {alone}.")
            return zones(np.median(found, axis=0))

        return ask

    p6 = stored()
    add(p6, "P6", "baseline", baseline)
    add(p6, "P6", "MAF", by("maf"))
    add(p6, "P6", "NSF", by("nsf"))
    add(p6, "P6", "gradient", downhill(PENALTY))
    add(p6, "P6", "gradient, tenth of the prior", downhill(PENALTY / 10))
    add(stored(cutoff=0.1), "P6", "gradient, cutoff 0.1", downhill(PENALTY))
    for name in ("c1", "c3"):
        patient = configured(name)
        add(patient, name, "baseline", baseline)
        add(patient, name, "MAF", by("maf"))
    targets = {
        "P6_MAF_wrong": "<= 0", "P6_NSF_wrong": "<= 0", "P6_gradient_wrong": "<= 0",
        "c1_MAF_wrong": "<= 0", "c3_MAF_wrong": "<= 0", "P6_gradient_cpu_s": "<= 600",
    }  # fmt: skip
    told = "Columns of the true zones: how many were found HZ/PZ/EZ."
    return Outcome(rows, figures, targets, [__doc__ or "", told, *notes])
