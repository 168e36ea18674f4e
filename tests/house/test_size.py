"""Small files, small functions, few arguments, telling names."""

import ast

from tests.house.source import Function, Module, arguments, every_module, functions, modules

NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "tools"}


def code_lines(module: Module, function: Function) -> int:
    """Lines of a function without docstrings, comments and blanks."""
    assert function.end_lineno is not None
    lines = set(range(function.lineno, function.end_lineno + 1))
    for node in ast.walk(function):
        if isinstance(node, Function | ast.ClassDef) and ast.get_docstring(node) is not None:
            text = node.body[0]
            lines -= set(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    source = module.text.splitlines()
    return sum(bool(t := source[k - 1].strip()) and not t.startswith("#") for k in lines)


@every_module
def test_files_are_short(module):
    n_lines = len(module.text.splitlines())
    assert n_lines < 400, f"{module.name} has {n_lines} lines; one file holds one thing"


@every_module
def test_functions_are_short_and_take_few_arguments(module):
    for function in functions(module):
        where = f"{module.name}:{function.lineno} {function.name}"
        assert code_lines(module, function) < 40, f"{where} is too long; it does several things"
        compiled = "/kernels/" in module.name  # numba takes no containers
        assert len(arguments(function)) <= 7 or compiled, f"{where} takes too many arguments"


@every_module
def test_names_say_what_is_inside(module):
    parts = module.path.with_suffix("").parts
    assert not NAMELESS & set(parts[parts.index("surrobrain") :])


def test_the_ruler_measures():
    text = 'def f(x):\n    """Say.\n\n    More.\n    """\n    # why\n\n    y = x\n    return y\n'
    module = Module(modules()[0].path, text, ast.parse(text))
    (function,) = functions(module)
    assert code_lines(module, function) == 3
