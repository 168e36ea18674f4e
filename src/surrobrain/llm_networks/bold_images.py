"""BOLD responses to stories from the files in which they come, cleaned and with their places."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, positive
from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.llm_networks.image_files import Run, read_run
from surrobrain.signals.cleaning import cleaned

__all__ = ["Bold", "read_bold"]

_MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
Source = str | Path | np.ndarray | tuple[str | Path, str | Path]


@dataclass(frozen=True, eq=False)
class Bold:
    """Cleaned BOLD of one person, all runs one after the other.

    Parameters
    ----------
    values : array, shape (n_times, n_targets)
        Voxels, vertices or parcels; mean 0 and standard deviation 1 in every run.
    tr : float
        Time between volumes, in seconds.
    space : BrainSpace, optional
        Where the columns lie; by default parcels of unknown place.
    names : tuple of str
        Of parcels; empty for voxels and vertices.
    runs : tuple of int
        Volumes of each run; by default one run.
    subject : str
        Whose.
    left_out : int
        Columns that were constant in some run and were left out.

    Raises
    ------
    ValueError
        Shapes do not fit, a column is constant, or values are missing.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(100, 3))
    >>> Bold(values, tr=2.0).runs
    (100,)
    """

    values: Float[np.ndarray, "times targets"]
    tr: float
    space: BrainSpace = None  # pyright: ignore[reportAssignmentType] - filled in below
    names: tuple[str, ...] = ()
    runs: tuple[int, ...] = ()
    subject: str = ""
    left_out: int = 0

    def __post_init__(self) -> None:  # noqa: D105
        n_times, n_targets = self.values.shape
        object.__setattr__(self, "runs", tuple(self.runs) or (n_times,))
        if self.space is None:
            object.__setattr__(self, "space", BrainSpace("parcels", n_targets))
        positive(self.tr, "tr", unit="s")
        if self.space.n != n_targets or (self.names and len(self.names) != n_targets):
            raise ValueError(
                f"{n_targets} columns of BOLD, {self.space.n} places and {len(self.names)} names "
                "arrived; give one of each per column"
            )
        if sum(self.runs) != n_times:
            raise ValueError(f"runs of {self.runs} volumes do not add up to {n_times} volumes")
        _refuse_dead(_dead(self.values, self.runs), n_targets)

    @property
    def n_times(self) -> int:
        """Volumes of all runs."""
        return self.values.shape[0]

    @property
    def n_targets(self) -> int:
        """Voxels, vertices or parcels."""
        return self.values.shape[1]


def read_bold(
    runs: Source | Sequence[Source], *, tr: float | None = None, mask: str | Path | None = None,
    atlas: str | Path | None = None,
    confounds: str | Path | np.ndarray | Sequence[str | Path | np.ndarray] | None = None,
    subject: str = "", on_dead: str = "raise",
) -> Bold:  # fmt: skip
    """Read the runs of one person and clean them: drifts slower than 128 s and nuisances go.

    Parameters
    ----------
    runs : path, array, or sequence of them
        NIfTI with a mask or an atlas; GIFTI, as a pair of left and right hemisphere; CIFTI, dense
        (its cortex) or parcellated; npy, npz, csv and the like with time first; or arrays.
    tr : float, optional
        Time between volumes, in seconds; goes before what the files state.
    mask : path, optional
        Voxels that are not 0 are taken. On the grid of the images.
    atlas : path, optional
        Label image on the grid of the images; voxels of a label are averaged. A table of the same
        name with the columns ``index`` and ``name`` names them.
    confounds : path, array, or sequence of them, one per run
        Tables with a header, of which the six motion parameters of fMRIPrep are taken where they
        are there, and else all columns; or arrays of shape (n_times, n_nuisances).
    subject : str
        Whose.
    on_dead : {"raise", "drop"}
        What to do with columns that are constant in some run.

    Returns
    -------
    Bold

    Raises
    ------
    FileNotFoundError
        A file is not there.
    ValueError
        Mask, atlas and image lie on different grids; runs differ in TR or in their columns; the
        TR is not known; columns are constant.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> found = read_bold([rng.normal(size=(60, 4)), rng.normal(size=(70, 4))], tr=2.0)
    >>> found.runs, found.n_targets
    ((60, 70), 4)
    """
    choice(on_dead, ("raise", "drop"), "on_dead")
    sources = list(runs) if isinstance(runs, (list, tuple)) and not _is_pair(runs) else [runs]
    if not sources:
        raise ValueError("no run arrived; give at least one image or array")
    read = [read_run(one, tr=tr, mask=mask, atlas=atlas) for one in sources]
    first = read[0]
    _refuse_unlike(read)
    values = np.concatenate([run.values for run in read])
    lengths = tuple(len(run.values) for run in read)
    dead = _dead(values, lengths)
    if on_dead == "raise":
        _refuse_dead(dead, values.shape[1])
    if dead.all():
        raise ValueError("every column is constant; are these the images that were meant?")
    alive = ~dead
    nuisance = _nuisances(confounds, lengths)
    clean = cleaned(
        values[:, alive].astype(np.float64), sfreq=1 / first.tr, nuisance=nuisance, runs=lengths
    )
    names = tuple(name for name, keep in zip(first.names, alive, strict=False) if keep)
    space = first.space.pick(alive)
    return Bold(clean, first.tr, space, names, lengths, subject, int(dead.sum()))


def _is_pair(runs: object) -> bool:
    return (
        isinstance(runs, tuple)
        and len(runs) == 2
        and all(isinstance(p, (str, Path)) and str(p).endswith(".gii") for p in runs)
    )


def _dead(values: np.ndarray, runs: Sequence[int]) -> np.ndarray:
    parts = np.split(values, np.cumsum(runs)[:-1])
    return np.any([np.ptp(part, axis=0) == 0 for part in parts], axis=0)


def _refuse_dead(dead: np.ndarray, n: int) -> None:
    if dead.any():
        raise ValueError(
            f"{int(dead.sum())} of {n} columns are constant or all zero in some run, the first "
            f"number {int(dead.argmax())}; give a mask without them, or say on_dead='drop'"
        )


def _refuse_unlike(read: Sequence[Run]) -> None:
    first = read[0]
    for k, run in enumerate(read[1:], start=2):
        if abs(run.tr - first.tr) > 1e-3 * first.tr:
            raise ValueError(
                f"run 1 ({first.origin}) has a TR of {first.tr:g} s, but run {k} ({run.origin}) "
                f"of {run.tr:g} s; encode runs of one TR together"
            )
        if not run.space.same_as(first.space) or run.names != first.names:
            raise ValueError(
                f"run {k} ({run.origin}) has other voxels, vertices or parcels than run 1 "
                f"({first.origin}): {run.space.n} and {first.space.n}; bring all into one space"
            )


def _nuisances(confounds: object, lengths: tuple[int, ...]) -> np.ndarray | None:
    if confounds is None:
        return None
    several = isinstance(confounds, (list, tuple))
    each: list = list(confounds) if several else [confounds]  # pyright: ignore[reportArgumentType]
    if len(each) != len(lengths):
        raise ValueError(f"{len(lengths)} runs but {len(each)} confounds arrived; give one per run")
    tables = [c if isinstance(c, np.ndarray) else _confound_table(Path(c)) for c in each]
    for k, (table, length) in enumerate(zip(tables, lengths, strict=True), start=1):
        if len(table) != length:
            raise ValueError(
                f"confounds of run {k} have {len(table)} rows, but the run has {length} volumes"
            )
    if len({table.shape[1] for table in tables}) > 1:
        raise ValueError("confounds differ in their number of columns among runs")
    return np.concatenate(tables).astype(np.float64)


def _confound_table(path: Path) -> np.ndarray:
    from surrobrain.checks import text_of
    from surrobrain.data.readers.table import split_rows

    rows = split_rows(text_of(path))
    head = rows[0]
    keep = [k for k, name in enumerate(head) if name in _MOTION] or list(range(len(head)))
    try:
        return np.array([
            [0.0 if row[k] in ("n/a", "") else float(row[k]) for k in keep] for row in rows[1:]
        ])  # fmt: skip
    except ValueError as error:
        raise ValueError(f"{path.name} holds something else than numbers ({error})") from None
