"""NIfTI volumes: a 4-D image still needs an atlas to become regions."""

from pathlib import Path

from surrobrain.data.found import damage_is_bad, reads

__all__ = ["nifti"]


@reads(".nii", ".nii.gz", content="volume")
def nifti(path: Path) -> object:
    """Open an image; its voxels stay on disk until they are averaged."""
    from nibabel.nifti1 import load

    with damage_is_bad(path, "NIfTI"):
        return load(path)
