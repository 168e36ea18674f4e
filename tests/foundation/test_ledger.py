import functools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from surrobrain.data.recording import Recording
from surrobrain.ledger import read_result, task_key, write_result
from surrobrain.seeds import generator


def work(item):
    return item


def other_work(item):
    return item


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
arrays = stn.arrays(
    st.sampled_from(["f8", "f4", "i8", "u2", "b1", ">f8"]),
    stn.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4),
)


@given(values, values)
def test_keys_agree_exactly_when_items_do(a, b):
    assert task_key(work, a, None) == task_key(work, a, None)
    assert (task_key(work, a, None) == task_key(work, b, None)) == (repr(a) == repr(b))


def test_keys_see_every_part(tmp_path):
    bind = functools.partial
    array = np.arange(6.0)
    file, same = tmp_path / "x.npy", tmp_path / "copy" / "x.npy"
    for path in (file, same):
        path.parent.mkdir(exist_ok=True)
        np.save(path, array)
    recording = Recording(np.eye(3), sfreq=1.0)
    different = [
        (work, 1, None), (work, 1.0, None), (work, True, None), (work, "1", None),
        (other_work, 1, None), (bind(work, gain=1), 1, None), (bind(work, gain=2), 1, None),
        (work, 1, generator(0)), (work, 1, generator(1)), (work, ["ab", "c"], None),
        (work, ["a", "bc"], None), (work, array, None), (work, array.astype("f4"), None),
        (work, array.reshape(2, 3), None), (work, recording, None), (work, file, None),
        (work, recording.zscored(), None), (work, tmp_path, None), (work, [[1], 2], None),
        (work, [[1, 2]], None),
    ]  # fmt: skip
    keys = [task_key(*task) for task in different]
    assert len(set(keys)) == len(keys)
    assert task_key(work, same, None) == task_key(work, file, None)
    assert task_key(work, array[::-1][::-1].copy(), None) == task_key(work, array, None)
    assert task_key(work, Recording(np.eye(3), sfreq=1.0), None) == keys[14]


def test_a_changed_function_makes_a_new_key(tmp_path):
    import importlib.util

    def key_of(text):
        path = tmp_path / f"m{len(list(tmp_path.iterdir()))}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location("user_code", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return task_key(module.f, 1, None)

    once, same, changed = map(
        key_of, ["def f(x):\n    return x\n"] * 2 + ["def f(x):\n    return -x\n"]
    )
    assert once == same != changed


@pytest.mark.parametrize("function", [lambda x: x, [].append], ids=["lambda", "method"])
def test_functions_without_a_lasting_name_are_refused(function):
    with pytest.raises(TypeError, match="defined by def at the top of a file"):
        task_key(function, 1, None)


def test_closures_are_refused_because_what_they_hold_is_not_seen():
    gain = 2.0

    def closure(x):
        return gain * x

    with pytest.raises(TypeError, match=r"functools\.partial"):
        task_key(closure, 1, None)


@pytest.mark.parametrize("item", [object(), {1, 2}, np.array([None])], ids=["object", "set", "O"])
def test_items_whose_content_cannot_be_read_are_refused(item):
    with pytest.raises(TypeError, match="no key can be made of a"):
        task_key(work, item, None)


@given(
    st.dictionaries(
        st.text(min_size=1),
        arrays | st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        max_size=4,
    )
)
def test_results_come_back_as_they_were(tmp_path_factory, result):
    path = tmp_path_factory.mktemp("ledger") / "r.safetensors"
    write_result(path, result)
    found = read_result(path)
    assert list(found) == list(result)
    for name, value in result.items():
        if isinstance(value, np.ndarray):
            assert found[name].dtype == value.dtype.newbyteorder("=")
            np.testing.assert_array_equal(found[name], value)
        else:
            assert type(found[name]) is type(value)
            assert found[name] == value or (math.isnan(value) and math.isnan(found[name]))


def test_numpy_numbers_come_back_as_numbers(tmp_path):
    write_result(tmp_path / "r", {"a": np.float32(0.5), "b": np.int64(3), "c": np.array(2.0)})
    assert read_result(tmp_path / "r") == {"a": 0.5, "b": 3, "c": 2.0}


@pytest.mark.parametrize(
    ("result", "named"),
    [
        (3.0, "a float"), ([1], "a list"), ({"x": [1]}, "'x' of type list"),
        ({"x": np.array(["a"])}, "'x' of type <U1"), ({"x": np.array([1j])}, "complex128"),
        ({"x": 1j}, "'x' of type complex"), ({"x": np.array([None])}, "object"),
        ({1: 2.0}, "a dict whose names are not text"),
    ],
)  # fmt: skip
def test_other_results_are_refused_by_name(tmp_path, result, named):
    with pytest.raises(TypeError, match="must return a dict of arrays, numbers and text") as caught:
        write_result(tmp_path / "r", result)
    assert named in str(caught.value)
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("content", [b"", b"torn", b"\x08\0\0\0\0\0\0\0{}      "])
def test_a_damaged_result_is_named(tmp_path, content):
    path = Path(tmp_path / "r.safetensors")
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"r\.safetensors is damaged .*; delete it"):
        read_result(path)
