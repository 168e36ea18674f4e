import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import surrobrain
from tests.house.source import offering

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("package", offering(), ids=lambda p: p.__name__)
def test_public_names_are_sorted_and_complete(package):
    assert package.__all__ == sorted(set(package._where))
    assert dir(package) == package.__all__


@pytest.mark.parametrize("package", offering(), ids=lambda p: p.__name__)
def test_no_name_is_that_of_its_module(package):
    """Importing ``package.name`` as a module would put the module where the name was."""
    for name, where in package._where.items():
        assert where != f"{package.__name__}.{name}", f"rename the module {where}"


@pytest.mark.parametrize(
    ("package", "name"), [(package, name) for package in offering() for name in package.__all__]
)
def test_every_public_name_loads_and_says_what_it_is(package, name):
    found = getattr(package, name)
    assert inspect.getdoc(found)
    assert inspect.ismodule(found) == package._where[name].endswith(":")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'surrobrain' has no attribute 'brian'"):
        surrobrain.brian  # noqa: B018


def test_the_typed_stub_is_in_step():
    done = subprocess.run(
        [sys.executable, "scripts/names.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
