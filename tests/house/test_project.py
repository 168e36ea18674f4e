"""The promises of the project files: pins, commands, pages."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import surrobrain
from tests.house.source import offering

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DECLARED = [
    Requirement(text)
    for group in [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for text in group
    if not text.startswith("surrobrain")
]


def test_the_version_is_one():
    assert PROJECT["version"] == surrobrain.__version__
    assert f"## {surrobrain.__version__}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("requirement", DECLARED, ids=lambda r: r.name)
def test_every_requirement_is_pinned_within_its_range(requirement):
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    version = Version(pins[canonicalize_name(requirement.name)])
    assert version in requirement.specifier
    assert version.local is None, "a local build resolves on one machine only"


def test_the_command_that_ci_runs_is_in_the_readme():
    pattern = re.search(r"grep -m1 -E '(.+?)' README", (ROOT / ".ci" / "run").read_text())
    assert pattern
    found = re.search(pattern[1], (ROOT / "README.md").read_text(), re.M)
    assert found
    assert "-c constraints.txt -e '.[test]'" in found[0]


def test_every_public_name_has_a_page():
    pages = "".join(p.read_text() for p in (ROOT / "docs" / "api").glob("*.md"))
    shown = set(re.findall(r"^::: (\S+)$", pages, re.M))
    for name, where in (pair for package in offering() for pair in package._where.items()):
        module = where.removesuffix(":")
        assert {module, module.rpartition(".")[0]} & shown, f"docs/api does not show {name}"


def test_every_page_is_reached():
    listed = set(re.findall(r"(\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.M))
    pages = (ROOT / "docs").rglob("*.md")
    assert listed == {p.relative_to(ROOT / "docs").as_posix() for p in pages}


def test_the_tutorial_shows_an_example_that_runs():
    shown = re.findall(r'--8<-- "(examples/.+?)"', (ROOT / "docs" / "tutorial.md").read_text())
    assert shown
    assert all((ROOT / path).is_file() for path in shown)
