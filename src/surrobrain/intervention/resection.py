"""Which regions a resection took, by the mask that a surgeon or a scan gives."""

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import number
from surrobrain.data.atlas import open_atlas
from surrobrain.errors import BadRecording

__all__ = ["resected"]


def resected(mask: object, atlas: object, *, least: float = 0.5) -> dict[str, float]:
    """Return the regions that lie inside a resection mask, and how much of each.

    Hand the result to ``lesion`` or ``what_if`` as regions, or ``1 - share`` to ``edit``.

    Parameters
    ----------
    mask : path or nibabel image
        3-D, not 0 where tissue was removed.
    atlas : path or nibabel image
        Labels of regions, 0 outside, in the same space as the mask, on any grid. A table
        ``atlas.tsv`` beside it names the labels; otherwise they are ``label_1`` ...
    least : float
        Share of a region's voxels from which on it counts as resected.

    Returns
    -------
    dict of str to float
        Share of the voxels of each resected region that lie inside the mask.

    Raises
    ------
    BadRecording
        An image is not 3-D, or the mask touches no region.

    Examples
    --------
    >>> from nibabel import Nifti1Image
    >>> labels = np.zeros((4, 4, 4), dtype=np.int16)
    >>> labels[:2], labels[2:] = 1, 2
    >>> taken = np.zeros((4, 4, 4), dtype=np.uint8)
    >>> taken[:2, :3] = 1
    >>> resected(Nifti1Image(taken, np.eye(4)), Nifti1Image(labels, np.eye(4)))
    {'label_1': 0.75}
    """
    number(least, "least", low=0.0, high=1.0)
    (image, names), (taken, _) = open_atlas(atlas), open_atlas(mask)
    for kind, one in (("atlas", image), ("mask", taken)):
        if len(one.shape) != 3:
            raise BadRecording(f"the {kind} has shape {one.shape}, but (x, y, z) is needed")
    labels = np.asarray(image.dataobj).round().astype(int)
    voxels = np.argwhere(labels != 0)
    of = labels[tuple(voxels.T)]
    inside = _values(taken, _moved(voxels, image, taken)) != 0
    if not inside.any():
        raise BadRecording(
            "the mask touches no region of the atlas; are both in the same space, and is the mask "
            "not empty?"
        )
    shares = {label: float(inside[of == label].mean()) for label in np.unique(of).tolist()}
    return {
        names.get(label, f"label_{label}"): share
        for label, share in shares.items()
        if share >= least and share > 0
    }


def _moved(voxels: Int[np.ndarray, "voxels 3"], here: Any, there: Any) -> Int[np.ndarray, "v 3"]:
    """Return the nearest voxels of another grid."""
    move = np.linalg.inv(there.affine) @ here.affine
    return np.rint(voxels @ move[:3, :3].T + move[:3, 3]).astype(int)


def _values(image: Any, voxels: Int[np.ndarray, "voxels 3"]) -> Float[np.ndarray, "voxels"]:
    """Return what lies at voxels; 0 outside of the image."""
    within = ((voxels >= 0) & (voxels < image.shape)).all(axis=1)
    found = np.zeros(len(voxels))
    found[within] = np.nan_to_num(np.asarray(image.dataobj)[tuple(voxels[within].T)])
    return found
