"""Say what is in a file and what is wrong with it, without refusing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from surrobrain.checks import existing_file
from surrobrain.data import bids
from surrobrain.data.arrays import choose_array, listed, loaded, texts_beside
from surrobrain.data.atlas import average_regions, volume_sfreq
from surrobrain.data.found import Found, Stored, opener
from surrobrain.data.mne_raw import from_raw, typed
from surrobrain.data.orientation import decide
from surrobrain.data.problems import find_problems
from surrobrain.data.sources import from_arrays, with_sidecar
from surrobrain.errors import MissingDependency

__all__ = ["Inspection", "inspect"]

Kind = Literal["recording", "connectome", "arrays", "image", "BIDS folder", "unreadable"]


@dataclass(frozen=True)
class Inspection:
    """What a file holds.

    Parameters
    ----------
    kind : str
        "recording", "connectome", "arrays" (several, undecided), "image" (needs an atlas),
        "BIDS folder" or "unreadable".
    facts : dict of str to str
        What was found, ready to print; rates in Hz, times in s, lengths in mm.
    problems : tuple of str
        What has to be repaired or decided before use.
    hints : tuple of str
        What to type next.
    """

    kind: Kind
    facts: dict[str, str]
    problems: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


def inspect(
    path: str | Path, *, which: str | None = None, atlas: str | Path | None = None
) -> Inspection:
    """Look into a file or BIDS folder.

    Parameters
    ----------
    path : str or Path
        Any file; one that cannot be read is described, too.
    which, atlas : optional
        As in ``read``.

    Returns
    -------
    Inspection
        Kind, facts, problems and hints.

    Raises
    ------
    FileNotFoundError
        Nothing is there; the message names the nearest file.

    Examples
    --------
    >>> from surrobrain.files import write_npy
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     inspect(write_npy(f"{folder}/sc.npy", np.eye(4))).kind
    'connectome'
    """
    found = existing_file(path)
    facts = {"path": str(path)}
    try:
        return _folder(found, facts) if found.is_dir() else _file(found, which, atlas, facts)
    except (ValueError, TypeError, OSError, MissingDependency) as error:
        return Inspection("unreadable", facts, (str(error),))


def _file(path: Path, which: str | None, atlas: object, facts: dict[str, str]) -> Inspection:
    facts["size"] = f"{path.stat().st_size / 1e6:.3g} MB"
    reader = opener(path)
    opened = reader(path)
    match reader.content:
        case "arrays":
            return _arrays(opened, path, which, facts)
        case "raw":
            return _raw(opened, path, which, facts)
        case "volume" if atlas is None:
            return _image(opened, path, facts)
        case "volume":
            found = average_regions(opened, atlas, source=path.name)
            return _recording(with_sidecar(found, path), path.name, facts)
        case "series":
            return _recording(with_sidecar(opened, path), path.name, facts)
        case _:
            return _connectome(opened.weights, opened.lengths, opened.names, facts)


def _folder(folder: Path, facts: dict[str, str]) -> Inspection:
    known = [bids.entities(path) for path in bids.recordings(folder)]
    facts["recordings"] = str(len(known))
    if not known:
        problem = "no recording in BIDS naming is in this folder; give the path of a file"
        return Inspection("unreadable", facts, (problem,))
    for key in dict.fromkeys(key for each in known for key in each):
        values = sorted({each[key] for each in known if key in each})
        facts[key] = _shortened(values)
    first = {key: known[0][key] for key in ("sub", "ses", "task", "run") if key in known[0]}
    return Inspection("BIDS folder", facts, (), (f"choose one, for instance which={first}",))


def _arrays(
    arrays: Mapping[str, Stored], path: Path, which: str | None, facts: dict[str, str]
) -> Inspection:
    facts["arrays"] = listed(arrays)
    usual = "weights" if "weights" in arrays else "values"
    try:
        name = choose_array(arrays, which, usual=usual, source=path.name, square=False)
    except ValueError as error:
        return Inspection("arrays", facts, (str(error),))
    shape = arrays[name].shape
    if len(shape) != 2 or shape[0] != shape[1] or "sfreq" in arrays:
        found = with_sidecar(from_arrays(arrays, name, path=path), path)
        return _recording(found, path.name, facts)
    lengths = loaded(arrays, "lengths", path=path) if "lengths" in arrays else None
    names = arrays[name].row_names or texts_beside(arrays, "names", path=path)
    return _connectome(loaded(arrays, name, path=path), lengths, names, facts)


def _raw(raw: Any, path: Path, which: str | None, facts: dict[str, str]) -> Inspection:
    typed(raw, bids.channels(path))
    kinds = raw.get_channel_types()
    facts["channels"] = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    facts["bad channels"] = _shortened(raw.info["bads"]) or "none marked"
    facts["rate"] = f"{raw.info['sfreq']:g} Hz"
    try:
        found = from_raw(raw, which)
    except ValueError as error:
        return Inspection("recording", facts, (str(error),))
    return _recording(with_sidecar(found, path), path.name, facts)


def _image(image: Any, path: Path, facts: dict[str, str]) -> Inspection:
    header_only = Found(np.zeros((1, 1)), sfreq=volume_sfreq(image))
    rate = with_sidecar(header_only, path).sfreq
    facts["shape"] = str(image.shape)
    facts["rate"] = f"{rate:.6g} Hz (TR {1 / rate:g} s)" if rate else "not stated"
    if len(image.shape) != 4:
        return Inspection("image", facts, ("it has no time axis, so it is no recording",))
    return Inspection("image", facts, (), ("give an atlas (a label image) to get regions",))


def _recording(found: Found, origin: str, facts: dict[str, str]) -> Inspection:
    problems: list[str] = []
    hints = [found.hint] if found.hint else []
    rows, columns = found.values.shape
    orientation = decide(found, len(found.names), origin=origin)
    if orientation is None:
        orientation = "region_by_time" if columns > rows else "time_by_region"
        problems.append(f"it is not stated which axis of {(rows, columns)} is time")
        hints.append(f"checked as orientation={orientation!r} (the longer axis); say so if true")
    values = found.values if orientation == "time_by_region" else found.values.T
    if found.sfreq is None:
        problems.append("its rate is not stated")
        hints.append("give sfreq in Hz (for fMRI sfreq = 1 / TR)")
    if found.marks:
        problems.append(f"spans marked as bad: {found.marks}")
        hints.append("treat them as missing samples with on_bad='mask'")
    if len(values) < 2:
        problems.append(f"a recording needs at least 2 samples; it has {len(values)}")
    facts["shape"] = f"{values.shape[0]} samples x {values.shape[1]} regions"
    facts["rate"] = f"{found.sfreq:.6g} Hz" if found.sfreq else "not stated"
    facts["duration"] = f"{len(values) / found.sfreq:g} s" if found.sfreq else "not known"
    facts["regions"] = _shortened(found.names) or "not named"
    facts["modality"] = found.modality or "not stated"
    facts["unit"] = found.unit or "not stated"
    names = found.names or [f"region_{k}" for k in range(values.shape[1])]
    problems += [each.message for each in find_problems(values.astype(np.float64), names)]
    return Inspection("recording", facts, tuple(problems), tuple(hints))


def _connectome(
    weights: np.ndarray, lengths: np.ndarray | None, names: Sequence[str], facts: dict[str, str]
) -> Inspection:
    problems: list[str] = []
    hints: list[str] = []
    broken = int((~np.isfinite(weights)).sum())
    if broken:
        problems.append(f"{broken} weights are NaN or infinite")
    pairs = ~np.eye(len(weights), dtype=bool)
    symmetric = np.allclose(weights, weights.T, rtol=1e-6, atol=0.0, equal_nan=True)
    facts["regions"] = f"{len(weights)}, {_shortened(names) or 'not named'}"
    facts["density"] = f"{(weights[pairs] != 0).mean() if pairs.any() else 0.0:.3f}"
    facts["symmetric"] = "yes" if symmetric else "no"
    facts["weights"] = _range(weights)
    if not symmetric:
        hints.append(
            "weights[i, j] is read as from j to i; transpose it if it was stored otherwise"
        )
    if negative := int((weights < 0).sum()):
        hints.append(f"{negative} weights are negative; some models refuse them")
    if itself := int((np.diag(weights) != 0).sum()):
        hints.append(f"{itself} regions connect to themselves; see Connectome.without_self")
    lonely = [k for k in range(len(weights)) if not (weights[k] != 0).any()]
    if lonely and len(weights) > 1:
        hints.append(f"{len(lonely)} regions receive nothing, the first in row {lonely[0]}")
    facts["lengths"] = "not in this file" if lengths is None else f"{_range(lengths)} mm"
    if lengths is not None:
        problems += _length_problems(lengths, (weights != 0) & pairs)
    return Inspection("connectome", facts, tuple(problems), tuple(hints))


def _length_problems(lengths: np.ndarray, wired: np.ndarray) -> list[str]:
    if lengths.shape != wired.shape:
        return [f"lengths has shape {lengths.shape} but weights has {wired.shape}"]
    counts = {
        "lengths are NaN or infinite": ~np.isfinite(lengths),
        "lengths are negative": lengths < 0,
        "connections have length zero; delays need lengths": wired & (lengths == 0),
    }
    return [f"{int(bad.sum())} {words}" for words, bad in counts.items() if bad.any()]


def _range(values: np.ndarray) -> str:
    finite = values[np.isfinite(values)]
    return f"from {finite.min():g} to {finite.max():g}" if finite.size else "none is finite"


def _shortened(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" ... {len(names)} in all" if len(names) > 6 else "")
