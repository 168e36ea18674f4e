"""The people of a BIDS derivative who heard a story, with runs, events and confounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from surrobrain.checks import choice, existing_file
from surrobrain.data.bids import entities
from surrobrain.llm_networks.bold_images import Bold, read_bold

__all__ = ["BidsSubject", "find_bids_subjects", "read_bids_bold"]

_FORMS = {
    "volume": ("_bold.nii.gz", "_bold.nii"),
    "surface": ("_bold.func.gii",),
    "cifti": ("_bold.dtseries.nii", "_bold.ptseries.nii"),
}


@dataclass(frozen=True)
class BidsSubject:
    """Files of one person.

    Parameters
    ----------
    subject : str
        Such as ``"01"``.
    runs : tuple of Path, or of pairs of Path
        Images in the order of their names; a surface run is a pair, left and right.
    confounds : tuple of Path
        One table per run, or none.
    events : tuple of Path
        Words of each run, see `surrobrain.llm_networks.words.read_words`; or none.
    mask : Path or None
        Brain mask of the first run, beside a volume.
    """

    subject: str
    runs: tuple[Path | tuple[Path, Path], ...]
    confounds: tuple[Path, ...]
    events: tuple[Path, ...]
    mask: Path | None


def find_bids_subjects(
    folder: str | Path, *, task: str, space: str | None = None, form: str = "volume",
    subjects: Sequence[str] | None = None, raw: str | Path | None = None,
) -> list[BidsSubject]:  # fmt: skip
    """Find the runs of a task in the outputs of fMRIPrep and the like.

    Parameters
    ----------
    folder : str or Path
        Top of the derivative.
    task : str
        Name of the task: the story.
    space : str, optional
        Such as ``"MNI152NLin6Asym"``; needed where there are several.
    form : {"volume", "surface", "cifti"}
        Which images.
    subjects : sequence of str, optional
        By default all.
    raw : path, optional
        Data set with the events, where they do not lie beside the images.

    Returns
    -------
    list of BidsSubject
        In the order of their names.

    Raises
    ------
    ValueError
        No image fits, several spaces do, or a run lacks its events or confounds while another of
        the same person has them.
    """
    choice(form, tuple(_FORMS), "form")
    top = existing_file(folder)
    images = [
        p for p in sorted(top.glob("sub-*/**/func/sub-*"))
        if p.name.endswith(_FORMS[form]) and entities(p).get("task") == task
        and entities(p).get("desc", "preproc") == "preproc"
        and (space is None or entities(p).get("space") == space)
    ]  # fmt: skip
    wanted = None if subjects is None else {s.removeprefix("sub-") for s in subjects}
    images = [p for p in images if wanted is None or entities(p)["sub"] in wanted]
    if not images:
        raise ValueError(
            f"{top.name} holds no {form} image of the task {task!r}"
            + (f" in space {space!r}" if space else "")
        )
    spaces = sorted({entities(p).get("space", "none") for p in images})
    if len(spaces) > 1:
        raise ValueError(f"images lie in the spaces {', '.join(spaces)}; say which with space=...")
    people = sorted({entities(p)["sub"] for p in images})
    if wanted is not None and wanted - set(people):
        raise ValueError(f"there is no image of sub-{sorted(wanted - set(people))[0]}")
    base = top if raw is None else existing_file(raw)
    return [_subject(s, [p for p in images if entities(p)["sub"] == s], form, base) for s in people]


def read_bids_bold(
    person: BidsSubject, *, tr: float | None = None, mask: str | Path | None = None,
    atlas: str | Path | None = None, on_dead: str = "drop",
) -> Bold:  # fmt: skip
    """Read the runs of a person with the mask of the derivative and its confounds.

    Parameters
    ----------
    person : BidsSubject
        From `find_bids_subjects`.
    tr, mask, atlas, on_dead
        As for `read_bold`; without mask and atlas the mask beside the first run is taken. Several
        people need one mask or atlas in common to be compared.

    Returns
    -------
    Bold
    """
    if mask is None and atlas is None:
        mask = person.mask
    return read_bold(
        list(person.runs), tr=tr, mask=mask, atlas=atlas, subject=person.subject, on_dead=on_dead,
        confounds=list(person.confounds) or None,
    )  # fmt: skip


def _subject(name: str, images: list[Path], form: str, raw: Path) -> BidsSubject:
    runs: list[Path | tuple[Path, Path]] = list(images)
    firsts = images
    if form == "surface":
        firsts = [p for p in images if entities(p).get("hemi") == "L"]
        runs = []
        for left in firsts:
            right = left.with_name(left.name.replace("_hemi-L_", "_hemi-R_"))
            runs.append((left, existing_file(right)))
    confounds = [_beside(p, p.parent, "desc-confounds_timeseries.tsv") for p in firsts]
    events = [_event(p, raw) for p in firsts]
    for what, found in (("confounds", confounds), ("events", events)):
        if any(found) and not all(found):
            lacking = firsts[[f is None for f in found].index(True)]
            raise ValueError(f"{lacking.name} lacks its {what}, which other runs of it have")
    masks = sorted(firsts[0].parent.glob(f"{_stem(firsts[0])}*desc-brain_mask.nii*"))
    same = [
        m for m in masks if entities(m).get("space") == entities(firsts[0]).get("space")
    ]  # fmt: skip
    return BidsSubject(
        name, tuple(runs), tuple(c for c in confounds if c), tuple(e for e in events if e),
        same[0] if same else None,
    )  # fmt: skip


def _stem(path: Path) -> str:
    """Return the part of a name that image, events and confounds of a run share."""
    kept = ("sub", "ses", "task", "acq", "run")
    own = entities(path)
    return "_".join(f"{key}-{own[key]}" for key in kept if key in own)


def _beside(path: Path, folder: Path, ending: str) -> Path | None:
    found = folder / f"{_stem(path)}_{ending}"
    return found if found.is_file() else None


def _event(path: Path, raw: Path) -> Path | None:
    name = f"{_stem(path)}_events.tsv"
    found = sorted(raw.glob(f"sub-{entities(path)['sub']}/**/func/{name}"))
    task = entities(path)["task"]
    shared = [raw / f"task-{task}_events.tsv", raw / "stimuli" / f"{task}.tsv"]
    return next((p for p in [*found, *shared] if p.is_file()), None)
