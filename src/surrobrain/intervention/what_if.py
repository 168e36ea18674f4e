"""What if: the same run with and without an intervention."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import indices, same_names, whole
from surrobrain.forward import ForwardModel
from surrobrain.intervention.dose import Dose, dose
from surrobrain.intervention.lesion import lesion as lesioned
from surrobrain.intervention.pairs import Pair, own_sd, paired_runs
from surrobrain.intervention.rhythms import PairedSpectra, Rhythms
from surrobrain.intervention.stimulus import Stimulus

__all__ = ["Effect", "what_if"]

Region = str | int
Lesion = Sequence[Region | tuple[Region, Region]]
Runs = Float[np.ndarray, "times regions"]


@dataclass(frozen=True, eq=False)
class Effect:
    """What an intervention changed, averaged over paired runs.

    Parameters
    ----------
    description : str
        The intervention in words.
    names : tuple of str
        What was observed: regions, or channels. Where it is channels, they are meant below.
    sfreq : float
        Samples per second (Hz).
    n_seeds : int
        Number of pairs; every interval is a 95 % t interval of the mean over them.
    baseline, changed : array, shape (n_times, n_regions)
        Mean run without and with the intervention, in the unit of the model.
    difference, difference_low, difference_high : array, shape (n_times, n_regions)
        Mean of (with - without), and its interval.
    response, response_low, response_high : array, shape (n_regions,)
        Mean absolute change over the run, in standard deviations of the region's baseline,
        and its interval over noise seeds, the model taken as exact; NaN for a removed region,
        whose silence is no response.
    sd : array, shape (n_regions,)
        Standard deviation of each region over a run without the intervention; NaN where it
        does not vary by itself.
    fc_before, fc_after : array, shape (n_regions, n_regions)
        Functional connectivity (Pearson) of the fluctuations about the mean run, over all runs:
        what the intervention moves in every run alike is a response, not a connection. NaN for a
        region that is constant.
    dose : Dose or None
        What the stimulus delivered.
    example : pair of array, shape (n_times, n_regions), or None
        The first pair of runs, without and with: what single runs look like, noise included.
    rhythms : Rhythms or None
        Spectra without and with; None of runs that are too short.
    """

    description: str
    names: tuple[str, ...]
    sfreq: float
    n_seeds: int
    baseline: Float[np.ndarray, "times regions"]
    changed: Float[np.ndarray, "times regions"]
    difference: Float[np.ndarray, "times regions"]
    difference_low: Float[np.ndarray, "times regions"]
    difference_high: Float[np.ndarray, "times regions"]
    response: Float[np.ndarray, "regions"]
    response_low: Float[np.ndarray, "regions"]
    response_high: Float[np.ndarray, "regions"]
    sd: Float[np.ndarray, "regions"]
    fc_before: Float[np.ndarray, "regions regions"]
    fc_after: Float[np.ndarray, "regions regions"]
    dose: Dose | None = None
    example: tuple[Runs, Runs] | None = None
    rhythms: Rhythms | None = None

    def __repr__(self) -> str:
        """Say what was done and where it acted most."""
        return f"Effect({self.description}; most changed: {', '.join(self.strongest(3))})"

    @property
    def times(self) -> Float[np.ndarray, "times"]:
        """Time of every sample in seconds, from the start of the run."""
        return np.arange(len(self.difference)) / self.sfreq

    @property
    def signed_response(self) -> Float[np.ndarray, "regions"]:
        """Response with the sign of the mean change."""
        return np.sign(self.difference.mean(axis=0)) * self.response

    def strongest(self, n: int = 10) -> tuple[str, ...]:
        """Return the names of the n most changed regions, strongest first."""
        order = np.argsort(-np.nan_to_num(self.response), kind="stable")
        return tuple(self.names[k] for k in order[:n])


def what_if(
    model: ForwardModel,
    *,
    duration: float,
    stimulus: Stimulus | None = None,
    lesion: Lesion | ForwardModel = (),
    n_seeds: int = 8,
    seed: int = 0,
    state: object = None,
) -> Effect:
    """Run a model with and without an intervention under the same noise, and compare.

    Parameters
    ----------
    model : ForwardModel
        A fitted surrogate or a mechanistic network.
    duration : float
        Length of every run in seconds.
    stimulus : Stimulus, optional
        External drive of the changed runs.
    lesion : sequence or ForwardModel, optional
        What is removed in the changed runs: regions by name or position, or edges as pairs
        (source, target), see ``lesion``; or the changed model itself, as ``edit`` returns it.
    n_seeds : int
        Number of pairs of runs, at least 2.
    seed : int
        Decides the noise of all pairs.
    state : object, optional
        State of the model to start from; a settled state of its own, another one for every
        pair, when absent.

    Returns
    -------
    Effect

    Raises
    ------
    ValueError
        Neither a stimulus nor a lesion is given, or they do not fit the model.
    Diverged
        A run left the finite range; the message says which one.

    Notes
    -----
    Both runs of a pair go on from the same state (the first ``memory`` samples after ``state``,
    or one sample, belong to neither) and draw the same noise. Without intervention their
    difference would be exactly zero, so few pairs give narrow intervals.

    Examples
    --------
    >>> import surrobrain as sb
    >>> model = sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.3, noise=1.0)
    >>> pulse = sb.protocols.step(regions=["region_2"], amplitude=0.5)
    >>> what_if(model, stimulus=pulse, duration=5.0, n_seeds=2).strongest(1)
    ('region_2',)
    """
    whole(n_seeds, "n_seeds", low=2)
    changed, gone = _changed(model, lesion)
    if stimulus is None and changed is model:
        raise ValueError("nothing would change: give a stimulus, a lesion, or both")
    given = dose(stimulus, model, duration=duration) if stimulus else None
    pairs = paired_runs(
        model, changed, duration=duration, stimulus=stimulus, n_seeds=n_seeds, seed=seed,
        state=state,
    )  # fmt: skip
    words = in_words(stimulus, gone) if changed is model or gone else _edited(stimulus)
    effect = _compare(pairs, model, words)
    removed = indices([x for x in gone if not isinstance(x, tuple)], model.regions)
    silent = _silent(effect, [model.regions[k] for k in removed])
    return dataclasses.replace(effect, dose=given, **silent)


def in_words(stimulus: Stimulus | None, lesion: Lesion) -> str:
    """Return an intervention in one line."""
    removed = [f"{x[0]} -> {x[1]}" if isinstance(x, tuple) else str(x) for x in lesion]
    words = [f"stimulus: {stimulus.in_words()}"] if stimulus else []
    words += [f"lesion: {', '.join(removed)}"] if removed else []
    driven = {r for part in stimulus.parts for r in part.regions} if stimulus else set()
    if blocked := sorted(str(r) for r in driven & set(lesion)):
        words.append(f"nothing spreads from {', '.join(blocked)}, stimulated but removed")
    return "; ".join(words)


class _Running:
    """Mean and variance of arrays that arrive one by one (Welford)."""

    def __init__(self) -> None:
        self.n, self.mean, self.spread = 0, np.zeros(()), np.zeros(())

    def add(self, values: np.ndarray) -> None:
        self.n += 1
        step = values - self.mean
        self.mean = self.mean + step / self.n
        self.spread = self.spread + step * (values - self.mean)

    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """95 % t interval of the mean."""
        from scipy.special import stdtrit

        half = stdtrit(self.n - 1, 0.975) * np.sqrt(self.spread / (self.n - 1) / self.n)
        return self.mean - half, self.mean + half


def _compare(pairs: Iterable[Pair], model: ForwardModel, description: str) -> Effect:
    baseline, changed, difference = _Running(), _Running(), _Running()
    variance, size, products, products_after = _Running(), _Running(), _Running(), _Running()
    spectra, example = PairedSpectra(model.sfreq), None
    for before, after in pairs:
        example = (before, after) if example is None else example
        spectra.add(before, after)
        baseline.add(before)
        changed.add(after)
        difference.add(after - before)
        size.add(np.abs(after - before).mean(axis=0))
        variance.add(before.var(axis=0))
        products.add(_products(before))
        products_after.add(_products(after))
    sd = own_sd(variance.mean, baseline.mean)
    low, high = size.interval()
    difference_low, difference_high = difference.interval()
    return Effect(
        description=description,
        names=tuple(model.names),
        sfreq=model.sfreq,
        n_seeds=baseline.n,
        baseline=baseline.mean,
        changed=changed.mean,
        difference=difference.mean,
        difference_low=difference_low,
        difference_high=difference_high,
        response=size.mean / sd,
        response_low=np.maximum(low, 0.0) / sd,
        response_high=high / sd,
        sd=sd,
        fc_before=_correlations(products.mean, baseline.mean),
        fc_after=_correlations(products_after.mean, changed.mean),
        example=example,
        rhythms=spectra.rhythms(),
    )


def _products(run: np.ndarray) -> np.ndarray:
    """Return sums of products of all pairs of regions, each about its mean over time."""
    centered = run - run.mean(axis=0)
    return centered.T @ centered


def _correlations(products: np.ndarray, mean_run: np.ndarray) -> np.ndarray:
    """Correlate the fluctuations about the mean run; NaN where all variation is rounding.

    The mean over runs of the products about the mean run is the mean of the products less those
    of the mean run, so no run has to be kept.
    """
    left = products - _products(mean_run)
    variance = np.diag(left)
    rounding = 1e-12 * len(mean_run) * (mean_run**2).max(axis=0)
    length = np.sqrt(np.where(variance > rounding, variance, np.nan))
    return np.clip(left / np.outer(length, length), -1.0, 1.0)


def _silent(effect: Effect, removed: Sequence[str]) -> dict[str, np.ndarray]:
    """Responses without those of removed regions."""
    kept = np.array([name not in removed for name in effect.names])
    fields = ("response", "response_low", "response_high")
    return {name: np.where(kept, getattr(effect, name), np.nan) for name in fields}


def _changed(model: ForwardModel, lesion: Lesion | ForwardModel) -> tuple[ForwardModel, Lesion]:
    """Return the changed model, and what was taken out of it where that was said."""
    if isinstance(lesion, ForwardModel):
        same_names(lesion.regions, model.regions, our="the changed model", their="the model")
        return lesion, ()
    if not len(lesion):
        return model, ()
    edges = [x for x in lesion if isinstance(x, tuple)]
    regions = [x for x in lesion if not isinstance(x, tuple)]
    return lesioned(model, regions=regions, edges=edges), lesion


def _edited(stimulus: Stimulus | None) -> str:
    return "changed model" if stimulus is None else f"changed model; {in_words(stimulus, ())}"
