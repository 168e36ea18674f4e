import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import surrobrain

ROOT = Path(__file__).parents[2]


def test_public_names_are_sorted_and_complete():
    assert surrobrain.__all__ == sorted(set(surrobrain._where))
    assert dir(surrobrain) == surrobrain.__all__


@pytest.mark.parametrize("name", surrobrain.__all__)
def test_every_public_name_loads_and_says_what_it_is(name):
    found = getattr(surrobrain, name)
    assert inspect.getdoc(found)
    assert inspect.ismodule(found) == surrobrain._where[name].endswith(":")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'surrobrain' has no attribute 'brian'"):
        surrobrain.brian  # noqa: B018


def test_the_typed_stub_is_in_step():
    done = subprocess.run(
        [sys.executable, "scripts/names.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
