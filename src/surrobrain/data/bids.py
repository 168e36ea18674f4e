"""BIDS folders: pick one recording by its entities, and read what stands beside it."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

from surrobrain.checks import choice
from surrobrain.errors import BadRecording

__all__ = ["MODALITIES", "channels", "entities", "find", "metadata", "recordings"]

MODALITIES = {"bold": "fMRI", "timeseries": "fMRI", "eeg": "EEG", "ieeg": "iEEG", "meg": "MEG"}
ENDINGS = (
    ".nii.gz", ".nii", ".ptseries.nii", ".tsv", ".edf", ".bdf", ".vhdr", ".fif", ".fif.gz",
)  # fmt: skip


def entities(path: str | Path) -> dict[str, str]:
    """Split a BIDS file name into its entities, suffix and extension.

    Parameters
    ----------
    path : str or Path
        A file name; the folder does not matter.

    Returns
    -------
    dict of str to str
        Empty when the name does not follow BIDS.

    Examples
    --------
    >>> entities("sub-01_task-rest_bold.nii.gz")
    {'sub': '01', 'task': 'rest', 'suffix': 'bold', 'extension': '.nii.gz'}
    """
    stem, dot, extension = Path(path).name.partition(".")
    *pairs, suffix = stem.split("_")
    found = dict(pair.split("-", 1) for pair in pairs if "-" in pair)
    if "sub" not in found:
        return {}
    return {**found, "suffix": suffix, "extension": dot + extension}


def recordings(folder: Path) -> list[Path]:
    """List the recordings of a BIDS folder, raw or derivative, in the order of their names.

    Derivatives below a raw data set are not among them: give their own folder.
    """
    return sorted(
        path
        for path in folder.glob("sub-*/**/sub-*_*")
        if path.is_file()
        and path.name.endswith(ENDINGS)
        and entities(path).get("suffix") in MODALITIES
    )


def find(folder: Path, wanted: Mapping[str, str]) -> Path:
    """Return the one recording with these entities.

    Parameters
    ----------
    folder : Path
        Top of a BIDS data set or of one of its derivatives.
    wanted : mapping of str to str
        For instance ``{"sub": "01", "task": "rest"}``; ``suffix`` and ``extension`` may be
        given, too.

    Raises
    ------
    ValueError
        No recording or several of them fit; the message says what would tell them apart.
    """
    everything = recordings(folder)
    if not everything:
        raise BadRecording(
            f"{folder.name} holds no recording in BIDS naming (sub-01/.../sub-01_task-rest_bold."
            "nii.gz); give the path of a file instead"
        )
    known = [entities(path) for path in everything]
    for key, value in wanted.items():
        choice(key, {name for each in known for name in each}, "entity")
        offered = {each[key] for each in known if key in each}
        choice(str(value).removeprefix(f"{key}-"), offered, f"value of {key}")
    asked = {key: str(value).removeprefix(f"{key}-") for key, value in wanted.items()}
    fitting = [
        (path, each)
        for path, each in zip(everything, known, strict=True)
        if asked.items() <= each.items()
    ]
    if len(fitting) == 1:
        return fitting[0][0]
    if not fitting:
        raise ValueError(f"no recording in {folder.name} has {asked} together; leave one out")
    raise ValueError(
        f"{len(fitting)} recordings fit {asked or 'no entities'}; tell them apart by "
        f"{_differences([each for _, each in fitting])}"
    )


def _differences(known: list[dict[str, str]]) -> str:
    keys = {key: None for each in known for key in each}
    values = {key: sorted({each.get(key, "none") for each in known}) for key in keys}
    apart = {key: found for key, found in values.items() if len(found) > 1}
    return "; ".join(f"{key}: {', '.join(found[:8])}" for key, found in apart.items())


def metadata(path: Path) -> dict[str, object]:
    """Return what the JSON files beside a recording state, the nearest one winning.

    For a BIDS name, files further up count too when they ask for nothing the recording lacks
    (the inheritance principle); for any other name, the JSON file of the same name.
    """
    own = entities(path)
    stem = path.name.partition(".")[0]
    found: dict[str, object] = {}
    if own:
        for folder in reversed(_up_to_data_set(path)):
            beside = [p for p in folder.glob(f"*{own['suffix']}.json") if _inherits(p, own)]
            for candidate in sorted(beside, key=lambda p: p.name.count("_")):
                found |= _json(candidate)
    elif (path.parent / f"{stem}.json").is_file():
        found = _json(path.parent / f"{stem}.json")
    return found


def _up_to_data_set(path: Path) -> list[Path]:
    """Folders from the recording up to the data set, or its own folder when there is no top."""
    folders = list(path.parents)
    for depth, folder in enumerate(folders[:5], start=1):
        if (folder / "dataset_description.json").is_file():
            return folders[:depth]
    return folders[:1]


def _inherits(candidate: Path, own: Mapping[str, str]) -> bool:
    *pairs, suffix = candidate.name.removesuffix(".json").split("_")
    asked = dict(pair.split("-", 1) for pair in pairs if "-" in pair)
    return suffix == own["suffix"] and asked.items() <= own.items()


def _json(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise BadRecording(f"{path.name} is not valid JSON ({error}); repair it") from error
    if not isinstance(content, dict):
        raise BadRecording(f"{path.name} must hold one JSON object; it holds a list or a value")
    return content


def channels(path: Path) -> dict[str, tuple[str, str]]:
    """Return type and status of every channel that the channels.tsv of a recording lists.

    Examples
    --------
    >>> channels(Path("nothing_here_eeg.edf"))
    {}
    """
    own = entities(path)
    name = path.name.removesuffix(own["suffix"] + own["extension"]) if own else ""
    beside = path.parent / f"{name}channels.tsv"
    if not own or not beside.is_file():
        return {}
    with open(beside, encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    if not rows or not {"name", "type"} <= rows[0].keys():
        raise BadRecording(f"{beside.name} lacks the columns 'name' and 'type'; BIDS requires both")
    return {row["name"]: (row["type"] or "", row.get("status") or "good") for row in rows}
