"""The same function on many items: on one core, on many, or on a cluster, with one answer."""

import contextlib
import dataclasses
import functools
import importlib.metadata
import reprlib
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain import __version__
from surrobrain.checks import whole
from surrobrain.errors import TaskFailed
from surrobrain.ledger import read_result, task_key, write_result
from surrobrain.seeds import Seed, spawn

__all__ = ["on_cluster", "pmap"]


def pmap(
    function: Callable[..., Any],
    items: Iterable[Any],
    *,
    n_jobs: int | None = None,
    seed: Seed | None = None,
    folder: str | Path | None = None,
    retries: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> list[Any]:
    """Apply a function to every item, in parallel; the answer does not depend on the workers.

    Each worker uses one thread. Inside ``joblib.parallel_config(backend="dask")`` the tasks go
    to the Dask cluster of the current client.

    Parameters
    ----------
    function : callable
        Called as ``function(item)``, or ``function(item, seed=generator)`` when ``seed`` is
        given.
    items : iterable
        One task each.
    n_jobs : int, optional
        Number of worker processes; by default all cores. 1 runs in this process.
    seed : int or Generator, optional
        Every task gets its own child generator, the same one for any number of workers.
    folder : str or Path, optional
        Keep each result in a file as soon as it is there. Called again, only what is missing
        is computed. Results must then be dicts of arrays, numbers and text, and a changed
        ``function``, item or seed makes a new task (see :func:`surrobrain.ledger.task_key`).
        On a cluster, all workers must see this folder.
    retries : int
        How often a task is tried again after its worker died (killed, out of memory); on a
        cluster Dask decides.
    progress : callable, optional
        Called as ``progress(n_done, n_items)``.

    Returns
    -------
    list
        Results in the order of the items.

    Raises
    ------
    TaskFailed
        Some tasks raised an error or killed their workers. All others were completed first;
        they are in ``folder``, and in the ``results`` of the error.

    Examples
    --------
    >>> pmap(abs, [-2, 1, -3], n_jobs=1)
    [2, 1, 3]
    >>> def sample(scale, seed):
    ...     return scale * seed.normal()
    >>> pmap(sample, [1.0, 2.0], seed=0, n_jobs=1) == pmap(sample, [1.0, 2.0], seed=0, n_jobs=2)
    True
    """
    listed = list(items)
    whole(retries, "retries")
    children = [None] * len(listed) if seed is None else spawn(seed, len(listed))
    tasks = [
        _Task(function, item, child, _path(folder, function, item, child))
        for item, child in zip(listed, children, strict=True)
    ]
    first: dict[object, int] = {}  # equal tasks have one file and are computed once
    for k, task in enumerate(tasks):
        first.setdefault(task.path or k, k)
    wanted = {k: tasks[k] for k in first.values() if not tasks[k].stored}

    def tell(n_done: int) -> None:
        if progress is not None:
            progress(len(tasks) - len(wanted) + n_done, len(tasks))

    outcomes = _complete(wanted, n_jobs, retries, tell)
    failures = {k: outcome for k, outcome in outcomes.items() if isinstance(outcome, _Failure)}
    results = [_result(task, outcomes.get(k)) for k, task in enumerate(tasks)]
    if failures:
        raise _error(failures, listed, results, folder)
    return results


def on_cluster() -> bool:
    """Tell whether tasks would go to a Dask cluster; see `pmap`."""
    from joblib.parallel import get_active_backend

    return hasattr(get_active_backend()[0], "client")


@dataclass(frozen=True)
class _Failure:
    """Why a task has no result: travels as text, since not every exception can be sent."""

    reason: str
    trace: str


@dataclass(frozen=True)
class _Task:
    function: Callable[..., Any]
    item: Any
    generator: np.random.Generator | None
    path: Path | None

    @property
    def stored(self) -> bool:
        return self.path is not None and self.path.exists()

    def run(self) -> object:
        chance = {} if self.generator is None else {"seed": self.generator}
        try:
            result = self.function(self.item, **chance)
            if self.path is None:
                return result
            write_result(self.path, result)
        except Exception as error:
            return _failure(error)
        return None


_Outcome = tuple[int, object]
_Parcel = tuple[int, bytes, bytes]


def _failure(error: Exception) -> _Failure:
    return _Failure(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))


def _path(
    folder: str | Path | None, function: Callable[..., Any], item: Any, child: Any
) -> Path | None:
    if folder is None:
        return None
    return Path(folder).absolute() / f"{task_key(function, item, child)}.safetensors"


def _result(task: _Task, outcome: object) -> object:
    if task.path is not None:  # read from disk, so that a resumed call returns the very same
        return read_result(task.path) if task.stored else None
    return None if isinstance(outcome, _Failure) else outcome


def _complete(
    tasks: dict[int, _Task],
    n_jobs: int | None,
    retries: int,
    tell: Callable[[int], None],
) -> dict[int, object]:
    """Run until every task has an outcome, whatever happens to the workers."""
    done: dict[int, object] = {}
    lost: Counter[int] = Counter()  # how often a task was under way when a worker died
    while missing := [k for k in tasks if k not in done]:
        # one that was there at every crash is tried by itself, so that the right one is blamed
        batch = [k for k in missing if lost[k] <= retries] or missing[:1]
        sent: list[int] = []
        try:
            for k, outcome in _run({k: tasks[k] for k in batch}, n_jobs, sent):
                done[k] = outcome
                tell(len(done))
        except BrokenProcessPool:
            done |= {k: None for k in missing if tasks[k].stored}
            lost.update([k for k in sent if k not in done] or batch)
            if len(batch) == 1 and batch[0] not in done and lost[batch[0]] > retries:
                reason = f"its worker died at each of {lost[batch[0]]} attempts"
                done[batch[0]] = _Failure(reason, "")
    return done


def _run(tasks: dict[int, _Task], n_jobs: int | None, sent: list[int]) -> Iterator[_Outcome]:
    """Yield outcomes as they come; ``sent`` collects the tasks handed out so far."""
    import cloudpickle
    import joblib
    from joblib.parallel import BACKENDS, DEFAULT_BACKEND, get_active_backend

    def parcels() -> Iterator[_Parcel]:
        function = b""
        for k, task in tasks.items():
            sent.append(k)
            function = function or cloudpickle.dumps(task.function)
            yield k, function, _packed(task)

    active: Any
    active, configured = get_active_backend()
    wanted: Any = configured if n_jobs is None else n_jobs
    if hasattr(active, "client"):
        yield from _on_cluster(active.client, parcels())
    elif type(active) is not BACKENDS[DEFAULT_BACKEND]:  # the caller's, or a task in a task
        pool: Any = joblib.Parallel(n_jobs=wanted, return_as="generator")
        yield from pool(joblib.delayed(_unpack_and_run)(*parcel) for parcel in parcels())
    elif (n_workers := joblib.effective_n_jobs(-1 if wanted is None else wanted)) == 1:
        with _one_thread():
            yield from ((k, task.run()) for k, task in tasks.items())
    else:
        # with memory maps, workers would see large arrays read-only, and this process would not
        with joblib.parallel_config(DEFAULT_BACKEND, n_jobs=n_workers, inner_max_num_threads=1):
            pool = joblib.Parallel(max_nbytes=None, return_as="generator_unordered")
            yield from pool(joblib.delayed(_unpack_and_run)(*parcel) for parcel in parcels())


def _packed(task: _Task) -> bytes:
    """Everything but the function, which is the same for all, as bytes in memory."""
    import cloudpickle

    try:
        return cloudpickle.dumps(dataclasses.replace(task, function=_packed))
    except Exception as error:
        return cloudpickle.dumps(_failure(error))


def _unpack_and_run(k: int, function: bytes, packed: bytes) -> _Outcome:
    """Unpack as part of the task: else what a worker cannot import takes the worker down."""
    import cloudpickle

    try:
        task = cloudpickle.loads(packed)
        if isinstance(task, _Failure):
            return k, task
        task = dataclasses.replace(task, function=_unpacked(function))
    except Exception as error:
        return k, _failure(error)
    return k, task.run()


@functools.lru_cache(maxsize=1)
def _unpacked(function: bytes) -> Callable[..., Any]:
    import cloudpickle

    return cloudpickle.loads(function)


def _on_cluster(client: Any, parcels: Iterator[_Parcel]) -> Iterator[_Outcome]:
    """Go to Dask directly: joblib waits forever for a task that Dask has given up."""
    from distributed import as_completed

    there = set(client.run(importlib.metadata.version, "surrobrain").values())
    if there - {__version__}:
        raise RuntimeError(
            f"workers have surrobrain {', '.join(sorted(there))}, but {__version__} is here; "
            "install the same version everywhere"
        )
    number = {client.submit(_unpack_and_run, *p, pure=False): p[0] for p in parcels}
    for future in as_completed(number):
        error = future.exception()
        reason = f"the cluster gave it up ({type(error).__name__}: {error})"
        yield future.result() if error is None else (number[future], _Failure(reason, ""))


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Compute here as a worker would: sums over several threads round differently."""
    from threadpoolctl import threadpool_limits

    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch else 0
    with threadpool_limits(1):
        if torch:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if torch:
                torch.set_num_threads(before)


def _error(
    failures: dict[int, _Failure], items: list[Any], results: list[Any], folder: str | Path | None
) -> TaskFailed:
    k = min(failures)
    item = " ".join(reprlib.repr(items[k]).split())
    kept = "error.results" if folder is None else "the folder; call again to compute the missing"
    error = TaskFailed(
        f"{len(failures)} of {len(items)} tasks failed; the first is item {k}, {item}: "
        f"{failures[k].reason}; the other results are in {kept}",
        results,
    )
    error.add_note(failures[k].trace)
    return error
