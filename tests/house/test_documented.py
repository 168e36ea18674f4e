"""Everything public is annotated and documented, and the two agree."""

import ast
import re

from tests.house.source import (
    Function,
    arguments,
    every_module,
    modules,
    offering,
    public_definitions,
)

OFFERED = {pair for package in offering() for pair in package._where.items()}
COMPILED = ("mechanistic/kernels/", "learned/kernels/")  # numba infers the types there


def documented(docstring: str) -> list[str]:
    """Names under the Parameters heading of a numpydoc docstring."""
    found = re.search(r"^Parameters\n-{10}\n(.*?)(?=^\S+\n-{3,}$|\Z)", docstring, re.M | re.S)
    entries = re.findall(r"^(\S.*?)\s*(?::|$)", found.group(1), re.M) if found else []
    return [name.lstrip("*") for entry in entries for name in re.split(r",\s*", entry)]


def accepted(node: Function | ast.ClassDef) -> list[str]:
    """Names of the arguments of a function, or of the fields or ``__init__`` of a class."""
    if isinstance(node, Function):
        return [a.arg for a in arguments(node)]
    for inner in node.body:
        if isinstance(inner, Function) and inner.name == "__init__":
            return [a.arg for a in arguments(inner)]
    fields = [n for n in node.body if isinstance(n, ast.AnnAssign)]
    return [ast.unparse(n.target) for n in fields if "ClassVar" not in ast.unparse(n.annotation)]


@every_module
def test_everything_public_has_a_docstring_that_names_what_is_there(module):
    for name, node in public_definitions(module):
        docstring = ast.get_docstring(node)
        if not docstring and re.search(r"# noqa:.*D102", module.text.splitlines()[node.lineno - 1]):
            continue  # described with its class
        assert docstring, f"{module.name}: {name} has no docstring"
        told = documented(docstring)
        if told:
            assert told == accepted(node), f"{module.name}: {name} documents other parameters"


@every_module
def test_everything_public_is_annotated(module):
    for name, node in public_definitions(module):
        if not isinstance(node, Function) or module.name.startswith(COMPILED):
            continue
        bare = [a.arg for a in arguments(node) if a.annotation is None]
        assert not bare, f"{module.name}: {name} leaves {bare} without a type"
        assert node.returns is not None, f"{module.name}: {name} does not say what it returns"


@every_module
def test_what_the_package_offers_is_documented_in_full(module):
    for name, node in public_definitions(module):
        if (name, module.dotted) not in OFFERED or not accepted(node):
            continue
        docstring = ast.get_docstring(node) or ""
        sections = ["Parameters", "Examples"]
        if isinstance(node, Function) and ast.unparse(node.returns or node) != "None":
            sections.append("Returns")
        for section in sections:
            heading = f"{section}\n{'-' * len(section)}\n"
            assert heading in docstring, f"{module.name}: {name} lacks the section {section}"


def test_the_reader_of_docstrings_reads():
    parameters = "Parameters\n----------\na : int\n    One\n    more.\nb, c : str\n"
    text = f"Do.\n\n{parameters}\nReturns\n-------\nint\n"
    assert documented(text) == ["a", "b", "c"]


def test_modules_list_what_they_offer():
    silent = [m.name for m in modules() if not m.public and m.path.name != "__init__.py"]
    assert silent == []


@every_module
def test_lists_of_names_are_true(module):
    defined = {n.name for n in module.tree.body if isinstance(n, Function | ast.ClassDef)}
    defined |= {n.id for n in ast.walk(module.tree) if isinstance(n, ast.Name)}
    assert module.public <= defined
