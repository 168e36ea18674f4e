import resource
import subprocess
import sys

import pytest

HEAVY = {
    "dask", "h5py", "joblib", "matplotlib", "mne", "mne_bids", "nibabel", "nilearn", "numba",
    "pandas", "peft", "safetensors", "scipy", "sklearn", "torch", "transformers", "xarray",
}  # fmt: skip
HELP = "import sys; from surrobrain.cli.main import main; sys.exit(main(['--help']))"


def loaded(code: str) -> set[str]:
    """Top-level packages that a fresh interpreter loads to run some code."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True
    )
    names = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line)
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("code", ["import surrobrain", HELP], ids=["import", "help"])
def test_nothing_heavy_is_loaded(code):
    assert loaded(code) & HEAVY == set()


def test_the_probe_would_see_a_heavy_package():
    assert "h5py" in loaded("import surrobrain, h5py")


def test_help_takes_under_half_a_second_of_processor_time():
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", HELP], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.5
