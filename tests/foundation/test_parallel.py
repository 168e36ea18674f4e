import functools
import hashlib
import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import cloudpickle
import joblib
import numpy as np
import pytest

from surrobrain.errors import TaskFailed
from surrobrain.parallel import pmap

# workers cannot import a test module by its name
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def square(x):
    return x * x


def draw(scale, seed):
    return scale * seed.normal(size=3)


def covariance(size, seed):
    """Bits of a product that several threads would sum in another order."""
    x = seed.normal(size=(size, size))
    return hashlib.sha256((x @ x.T @ x).tobytes()).hexdigest()


def threads(_):
    from threadpoolctl import threadpool_info

    pools = {pool["num_threads"] for pool in threadpool_info()}
    return os.getpid(), os.environ.get("OMP_NUM_THREADS"), pools


def center_in_place(values):
    values -= values.mean()
    return float(np.abs(values.mean()))


def nested(n):
    return pmap(square, range(n))


def fail_on_two(x):
    if x == 2:
        raise ValueError("two is not allowed")
    return x


def fail_once(x, marker):
    if x == 1 and not Path(marker).exists():
        Path(marker).touch()
        raise OSError("disk away")
    return {"x": x}


def logged(x, log):
    """Leave a trace of every call; die the first time 3 comes along."""
    path = Path(log) / f"{x}"
    calls = int(path.read_text()) + 1 if path.exists() else 1
    path.write_text(str(calls))
    if x == 3 and calls == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"x": x}


def deadly(x):
    if x == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return x


def calls_of(log: Path) -> dict[int, int]:
    return {int(path.name): int(path.read_text()) for path in log.iterdir()}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    folder.mkdir()
    return folder


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch):
    """A function of a module that workers do not have."""
    module = types.ModuleType("only_here")
    exec("def f(x): return x", module.__dict__)
    monkeypatch.setitem(sys.modules, "only_here", module)
    return module.f


@pytest.mark.parametrize("n_jobs", [1, 2, 3])
def test_results_come_in_the_order_of_the_items(n_jobs):
    assert pmap(square, range(50), n_jobs=n_jobs) == [k * k for k in range(50)]


def test_no_items_give_no_results():
    assert pmap(square, [], n_jobs=2) == []


def test_chance_does_not_depend_on_the_number_of_workers():
    one, two = (pmap(draw, [1.0, 2.0, 3.0], n_jobs=n, seed=5) for n in (1, 2))
    np.testing.assert_array_equal(one, two)
    assert len(np.unique(one)) == 9


def test_more_items_leave_the_first_results_as_they_were():
    few, many = (pmap(draw, [1.0] * n, n_jobs=1, seed=5) for n in (2, 4))
    np.testing.assert_array_equal(few, many[:2])


def test_products_agree_to_the_last_bit():
    sizes = [300, 400]
    assert pmap(covariance, sizes, n_jobs=1, seed=0) == pmap(covariance, sizes, n_jobs=2, seed=0)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_every_task_has_one_thread(n_jobs):
    found = pmap(threads, range(2), n_jobs=n_jobs)
    assert all(pools <= {1} for _, _, pools in found)
    if n_jobs == 2:
        assert all(pid != os.getpid() and variable == "1" for pid, variable, _ in found)


def test_a_task_may_change_a_large_array():
    large = np.arange(500_000.0)
    assert pmap(center_in_place, [large.copy(), large.copy()], n_jobs=2) == [0.0, 0.0]


def test_a_task_may_use_pmap_itself():
    assert pmap(nested, [2, 3], n_jobs=2) == [[0, 1], [0, 1, 4]]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_names_its_item_and_keeps_the_other_results(n_jobs):
    with pytest.raises(
        TaskFailed, match=r"1 of 4 tasks failed; .* item 2, 2: ValueError: two"
    ) as e:
        pmap(fail_on_two, range(4), n_jobs=n_jobs)
    assert e.value.results == [0, 1, None, 3]
    assert any("in fail_on_two" in note for note in e.value.__notes__)


def test_a_function_that_workers_cannot_import_is_an_error_and_not_a_dead_worker(stranger):
    with pytest.raises(TaskFailed, match=r"2 of 2 .*ModuleNotFoundError: No module named 'only_"):
        pmap(stranger, [1, 2], n_jobs=2)


def test_an_item_that_cannot_be_sent_is_named():
    with pytest.raises(TaskFailed, match=r"1 of 3 tasks failed; .* item 1, .*cannot pickle") as e:
        pmap(type, [0, (k for k in "ab"), 2], n_jobs=2)
    assert e.value.results == [int, None, int]


def test_progress_counts_to_the_end():
    seen = []
    pmap(square, range(5), n_jobs=2, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(k, 5) for k in range(1, 6)]


def test_a_killed_worker_costs_no_result(log):
    call = functools.partial(logged, log=log.as_posix())
    assert [r["x"] for r in pmap(call, range(8), n_jobs=2)] == list(range(8))
    assert calls_of(log)[3] == 2


def test_a_killed_worker_costs_nothing_that_is_stored(log, tmp_path):
    call = functools.partial(logged, log=log.as_posix())
    pmap(call, [0, 1, 2], n_jobs=2, folder=tmp_path / "ledger")
    pmap(call, range(5), n_jobs=2, folder=tmp_path / "ledger")
    calls = calls_of(log)
    assert calls[3] == 2
    assert calls[0] == calls[1] == calls[2] == 1


def test_the_item_that_kills_every_worker_is_named_and_the_others_are_kept():
    with pytest.raises(TaskFailed, match=r"item 3, 3: its worker died at each of \d") as caught:
        pmap(deadly, range(6), n_jobs=2, retries=1)
    assert caught.value.results == [0, 1, 2, None, 4, 5]


def test_a_single_deadly_task_does_not_take_this_process_with_it():
    with pytest.raises(TaskFailed, match="its worker died at each of 1 attempts"):
        pmap(deadly, [3], n_jobs=2, retries=0)


def test_resume_computes_only_what_is_missing(log, tmp_path):
    call = functools.partial(logged, log=log.as_posix())
    first = pmap(call, [0, 1], n_jobs=1, folder=tmp_path / "ledger")
    again = pmap(call, [1, 0, 2, 2], n_jobs=1, folder=tmp_path / "ledger")
    assert (first, again) == ([{"x": 0}, {"x": 1}], [{"x": 1}, {"x": 0}, {"x": 2}, {"x": 2}])
    assert calls_of(log) == {0: 1, 1: 1, 2: 1}


def test_resume_after_this_process_was_killed(log, tmp_path):
    script = tmp_path / "work.py"
    script.write_text(
        "import functools, os, signal, sys\n"
        "from pathlib import Path\n"
        "from surrobrain.parallel import pmap\n"
        "def work(x, log):\n"
        "    if x == 2 and len(sys.argv) > 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    path = Path(log) / str(x)\n"
        "    path.write_text(str(int(path.read_text()) + 1 if path.exists() else 1))\n"
        "    return {'x': x}\n"
        "call = functools.partial(work, log='log')\n"
        "print(pmap(call, range(4), n_jobs=1, folder='ledger'))\n"
    )
    killed = subprocess.run([sys.executable, script.name, "a", "kill"], cwd=tmp_path)
    assert killed.returncode == -signal.SIGKILL
    again = subprocess.run(
        [sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert again.stdout.strip() == "[{'x': 0}, {'x': 1}, {'x': 2}, {'x': 3}]"
    assert calls_of(log) == {0: 1, 1: 1, 2: 1, 3: 1}


def test_a_failed_task_is_tried_again_on_resume(tmp_path):
    call = functools.partial(fail_once, marker=(tmp_path / "marker").as_posix())
    with pytest.raises(TaskFailed, match=r"OSError: disk away.*call again") as caught:
        pmap(call, [0, 1], n_jobs=1, folder=tmp_path / "ledger")
    assert caught.value.results == [{"x": 0}, None]
    assert pmap(call, [0, 1], n_jobs=1, folder=tmp_path / "ledger") == [{"x": 0}, {"x": 1}]


def test_a_result_that_cannot_be_stored_says_so(tmp_path):
    with pytest.raises(TaskFailed, match="must return a dict of arrays, numbers and text"):
        pmap(square, [1.0], n_jobs=1, folder=tmp_path)


def test_progress_counts_stored_results(tmp_path, log):
    call = functools.partial(logged, log=log.as_posix())
    pmap(call, [0, 1], n_jobs=1, folder=tmp_path / "ledger")
    seen = []
    pmap(call, [0, 1, 2], n_jobs=1, folder=tmp_path / "ledger", progress=lambda *n: seen.append(n))
    assert seen == [(3, 3)]


def test_a_dask_cluster_gives_the_same_answer_and_survives_a_kill(log, tmp_path, stranger):
    from dask.distributed import Client, LocalCluster

    quiet = {"dashboard_address": ":0", "silence_logs": 60}
    here = pmap(draw, [1.0, 2.0], n_jobs=1, seed=3)
    call = functools.partial(logged, log=log.as_posix())
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, **quiet) as cluster,
        Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        there = pmap(draw, [1.0, 2.0], seed=3)
        stored = pmap(call, range(5), folder=tmp_path / "ledger")
        with pytest.raises(TaskFailed, match="item 0, 3: the cluster gave it up") as caught:
            pmap(deadly, [3])  # alone: what waits on a worker that dies is blamed with it
        with pytest.raises(TaskFailed, match="No module named 'only_here'"):
            pmap(stranger, [1])
    np.testing.assert_array_equal(here, there)
    assert [r["x"] for r in stored] == list(range(5))
    assert caught.value.results == [None]
