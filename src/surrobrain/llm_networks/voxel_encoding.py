"""What the patterns of a language model predict of the brain, beyond words and sound."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.linear.encoding import Encoding as HeldOut
from surrobrain.linear.encoding import EncodingRecipe, encode_responses
from surrobrain.linear.permuted_blocks import block_permutation
from surrobrain.llm_networks.bold_images import Bold
from surrobrain.llm_networks.gain_test import gain_test
from surrobrain.llm_networks.patterns import Patterns
from surrobrain.llm_networks.regressors import Design, design_of
from surrobrain.llm_networks.voxel_maps import Maps, pattern_maps
from surrobrain.seeds import Seed
from surrobrain.statistics.false_discovery import false_discovery

__all__ = ["EncodeRecipe", "Encoding", "encode"]


@dataclass(frozen=True)
class EncodeRecipe:
    """How the brain is predicted from patterns.

    Parameters
    ----------
    hemodynamics : {"fir", "canonical"}
        A response of free shape, or the usual double gamma.
    delays : tuple of int, optional
        Of the free shape, in volumes; by default those from 2 to 8 s.
    maps : {"auto", "product", "coefficient", "t"}
        What the map of a pattern shows: signed product measure (``auto`` with a free shape),
        coefficient (``auto`` otherwise), or t value of ordinary least squares with first-order
        autoregressive noise, without a penalty.
    n_folds, inner_folds : int
        Stretches that are predicted, and into which the rest is cut to choose penalties.
    alphas : tuple of float, optional
        Penalties that are tried; by default 20 from 1 to 1e6.
    n_draws : int
        Weightings of the feature spaces that are tried.
    n_permutations : int
        Of blocks of 10 volumes.

    Examples
    --------
    >>> EncodeRecipe(hemodynamics="canonical").shows
    'coefficient'
    """

    hemodynamics: str = "fir"
    delays: tuple[int, ...] | None = None
    maps: str = "auto"
    n_folds: int = 5
    inner_folds: int = 4
    alphas: tuple[float, ...] | None = None
    n_draws: int = 30
    n_permutations: int = 1000

    def __post_init__(self) -> None:  # noqa: D105
        choice(self.hemodynamics, ("fir", "canonical"), "hemodynamics")
        choice(self.maps, ("auto", "product", "coefficient", "t"), "maps")
        if self.hemodynamics == "fir" and self.maps in ("coefficient", "t"):
            raise ValueError(
                f"maps={self.maps!r} needs one regressor per pattern: hemodynamics='canonical'"
            )

    @property
    def shows(self) -> str:
        """What the maps show."""
        if self.maps != "auto":
            return self.maps
        return "product" if self.hemodynamics == "fir" else "coefficient"


@dataclass(frozen=True, eq=False)
class Encoding:
    """What was predicted of every voxel without having seen it, and a map per pattern.

    Parameters
    ----------
    patterns : Patterns
        What predicted.
    bold : Bold
        What was predicted, without the volumes that were trimmed.
    bands : tuple of str
        ``"patterns"`` first, then the controls.
    r, r2 : array, shape (n_targets,)
        Correlation and share of variance of held-out predictions from all bands.
    r_controls, r2_controls : array, shape (n_targets,)
        The same from the controls alone.
    unique : array, shape (n_bands, n_targets)
        Held-out R2 that is lost without a band.
    p : array, shape (n_targets,)
        Of r by permuted blocks; ``q`` is its false discovery rate.
    p_unique : array, shape (n_targets,)
        Of the gain of patterns over controls, by signs of blocks; ``q_unique`` is its false
        discovery rate.
    null_spread : array, shape (n_targets,)
        Standard deviation of r under permutation.
    maps : Maps
        One per pattern, from all volumes: they say where, the scores above whether.
    condition : float
        Condition number of the standardized pattern regressors; large ones make single maps
        uncertain.
    ceiling : array, shape (n_targets,), optional
        Largest r that any model could reach.
    recipe : EncodeRecipe
        How.
    """

    patterns: Patterns
    bold: Bold
    bands: tuple[str, ...]
    r: Float[np.ndarray, "targets"]
    r2: Float[np.ndarray, "targets"]
    r_controls: Float[np.ndarray, "targets"]
    r2_controls: Float[np.ndarray, "targets"]
    unique: Float[np.ndarray, "bands targets"]
    p: Float[np.ndarray, "targets"]
    p_unique: Float[np.ndarray, "targets"]
    null_spread: Float[np.ndarray, "targets"]
    maps: Maps
    condition: float
    ceiling: Float[np.ndarray, "targets"] | None = None
    recipe: EncodeRecipe = field(default_factory=EncodeRecipe)

    @property
    def q(self) -> Float[np.ndarray, "targets"]:
        """Return the false discovery rate of r."""
        return false_discovery(self.p)

    @property
    def q_unique(self) -> Float[np.ndarray, "targets"]:
        """Return the false discovery rate of the gain of patterns."""
        return false_discovery(self.p_unique)

    def pick(self, places: np.ndarray) -> "Encoding":
        """Keep some voxels, vertices or parcels, given by positions or as an array of bool."""
        single = ("r", "r2", "r_controls", "r2_controls", "p", "p_unique", "null_spread")
        bold = self.bold
        names = tuple(np.array(bold.names)[places].tolist()) if bold.names else ()
        return dataclasses.replace(
            self,
            bold=dataclasses.replace(
                bold, values=bold.values[:, places], space=bold.space.pick(places), names=names
            ),
            unique=self.unique[:, places],
            maps=Maps(self.maps.values[:, places], self.maps.kind),
            ceiling=None if self.ceiling is None else self.ceiling[places],
            **{name: getattr(self, name)[places] for name in single},
        )

    @property
    def has_sound(self) -> bool:
        """Tell whether loudness was among the controls."""
        return "sound" in self.bands

    @property
    def normalized_r(self) -> Float[np.ndarray, "targets"] | None:
        """Correlation over its ceiling, not clipped; NaN where the ceiling is 0."""
        if self.ceiling is None:
            return None
        return np.divide(
            self.r, self.ceiling, out=np.full_like(self.r, np.nan), where=self.ceiling > 0
        )


def encode(
    patterns: Patterns, bold: Bold, *, sound: Float[np.ndarray, "times"] | None = None,
    controls: Mapping[str, Float[np.ndarray, "times features"]] | None = None,
    ceiling: Float[np.ndarray, "targets"] | None = None, recipe: EncodeRecipe | None = None,
    seed: Seed = 0,
) -> Encoding:  # fmt: skip
    """Predict every voxel, vertex or parcel from patterns beside word rate and sound.

    Parameters
    ----------
    patterns : Patterns
        Fixed regressors, one row per volume, with the words of each volume.
    bold : Bold
        On the same volumes.
    sound : array, shape (n_times,), optional
        Loudness of the story, see `surrobrain.llm_networks.loudness.read_loudness`. Without it the
        result says that what patterns explain may be sound.
    controls : mapping of str to array, shape (n_times, n_features), optional
        Further bands that stand beside the patterns.
    ceiling : array, shape (n_targets,), optional
        From `surrobrain.statistics.noise_ceiling`.
    recipe : EncodeRecipe, optional
        Hemodynamics, folds, penalties.
    seed : int or Generator
        Decides weightings and permutations.

    Returns
    -------
    Encoding

    Raises
    ------
    ValueError
        Patterns and BOLD differ in TR, runs or volumes; the words are not counted; a map of t
        values is asked for with fewer volumes than regressors.

    Notes
    -----
    Banded ridge regression in nested cross-validation, a run from the others or a stretch from the
    rest, chooses a weight for every band and voxel. The gain of patterns is what the prediction
    loses without them; its p value flips the signs of the gains of 10-volume blocks.

    Examples
    --------
    >>> from surrobrain.llm_networks.neurons import Neurons
    >>> rng = np.random.default_rng(0)
    >>> courses = rng.normal(size=(160, 2))
    >>> neurons = Neurons(np.array([0, 1]), np.array([0, 0]))
    >>> patterns = Patterns(courses, np.eye(2), 2.0, neurons, word_counts=rng.poisson(5, 160))
    >>> values = np.roll(courses[:, :1], 2, axis=0) + rng.normal(size=(160, 3)) * [[1, 3, 9]]
    >>> found = encode(patterns, Bold(values, 2.0), recipe=EncodeRecipe(n_permutations=99))
    >>> bool(found.r[0] > 0.4), found.bands
    (True, ('patterns', 'word rate'))
    """
    recipe = recipe or EncodeRecipe()
    design = design_of(
        patterns, bold, sound=sound, controls=controls, hemodynamics=recipe.hemodynamics,
        delays=recipe.delays,
    )  # fmt: skip
    shown = pattern_maps(design, kind=recipe.shows, alphas=recipe.alphas)
    full, without = _fits(design, recipe, seed)
    blind = without["patterns"]
    tested = block_permutation(
        full.truth, full.predicted, n_permutations=recipe.n_permutations, seed=seed
    )
    gain = gain_test(
        full.truth, full.predicted, blind.predicted, n_permutations=recipe.n_permutations, seed=seed
    )
    return Encoding(
        patterns, dataclasses.replace(bold, values=design.responses, runs=design.runs),
        tuple(design.bands), full.r, full.r2, blind.r, blind.r2,
        np.stack([full.r2 - without[name].r2 for name in design.bands]),
        tested.p, gain, tested.null_spread, shown, design.condition, ceiling, recipe,
    )  # fmt: skip


def _fits(design: Design, recipe: EncodeRecipe, seed: Seed) -> tuple[HeldOut, dict[str, HeldOut]]:
    """Return the fit of all bands, and that without each."""
    inside = EncodingRecipe(
        delays=(0,), n_folds=recipe.n_folds, inner_folds=recipe.inner_folds, gap=design.gap,
        alphas=recipe.alphas, n_draws=recipe.n_draws,
    )  # fmt: skip

    def fit(bands: Mapping[str, np.ndarray]) -> HeldOut:
        return encode_responses(bands, design.responses, recipe=inside, runs=design.runs, seed=seed)

    return fit(design.bands), {
        left: fit({name: x for name, x in design.bands.items() if name != left})
        for left in design.bands
    }
