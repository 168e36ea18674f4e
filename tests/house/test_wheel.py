"""What is published works without the checkout: build it, look into it, run it."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"


def run(*command: str | Path, site: Path | None = None, cwd: Path = ROOT) -> str:
    """Run a command; ``site`` comes before the checkout among the places to import from."""
    environment = dict(os.environ) | ({"PYTHONPATH": str(site)} if site else {})
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    quiet = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "install", *quiet, "--target", folder, wheel)
    return folder


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel):
    inside = {n for n in zipfile.ZipFile(wheel).namelist() if n.startswith("surrobrain/")}
    here = {
        p.relative_to(SRC).as_posix()
        for p in (SRC / "surrobrain").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert inside == here
    for needed in ("py.typed", "__init__.pyi", "reports/page.html"):
        assert f"surrobrain/{needed}" in inside


def test_the_wheel_carries_the_license_and_no_path_of_this_machine(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert any(name.endswith("licenses/LICENSE") for name in names)
        for name in names:
            assert str(ROOT).encode() not in archive.read(name), name


def test_the_installed_command_answers(site, tmp_path):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert version in run(site / "bin" / "surrobrain", "--version", site=site, cwd=tmp_path)


@pytest.mark.slow
def test_tests_pass_on_the_installed_wheel(site):
    code = "import surrobrain; print(surrobrain.__file__)"
    assert Path(run(sys.executable, "-c", code, site=site).strip()).is_relative_to(site)
    told = run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
        "tests/foundation", "tests/data", site=site,
    )  # fmt: skip
    assert re.search(r"\d+ passed", told)
