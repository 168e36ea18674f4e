"""The same problems by surrobrain: ``run_ours.py PROBLEM FILE``."""

import sys
import time
import warnings

import numpy as np
from problem import ALPHAS, SIZES, bands, drawn, folds, timed

from surrobrain.linear import RidgeCV, block_permutation, solve_banded_ridge

_CHECKED = 20  # permutations done one by one


def agree() -> dict[str, np.ndarray]:
    """Return coefficients of a banded ridge regression with given penalties."""
    spaces, y, alphas = bands()
    found = solve_banded_ridge(dict(zip("ab", spaces, strict=True)), y, alphas=alphas)
    return {"coef_0": found["a"], "coef_1": found["b"]}


def floor() -> dict[str, np.ndarray]:
    """Return seconds that the matrix products of the wide problem take at this machine's speed."""
    n_times, _, n_targets, n_alphas = SIZES["wide"]
    a = np.ones((n_times // 5 * n_alphas, n_times * 4 // 5), dtype=np.float32)
    b = np.ones((n_times * 4 // 5, 1024), dtype=np.float32)
    a @ b
    begin = time.perf_counter()
    for _ in range(3):
        a @ b
    return {"seconds": np.array((time.perf_counter() - begin) / 3 * 5 * n_targets / 1024)}


def permuted(path: str) -> None:
    """Time block permutations beside the loop that moves blocks one by one."""
    rng = np.random.default_rng(0)
    truth = rng.standard_normal((300, 20_000), dtype=np.float32)
    predicted = 0.1 * truth + rng.standard_normal(truth.shape, dtype=np.float32)
    begin = time.process_time()
    fast = block_permutation(truth, predicted, n_permutations=1000, seed=0)
    ours = time.process_time() - begin
    begin, order, null = time.process_time(), np.random.default_rng(0), []
    a, b = ((v - v.mean(0)) / v.std(0) for v in (predicted, truth))
    for _ in range(_CHECKED):
        moved = a.reshape(30, 10, -1)[np.argsort(order.permutation(30))].reshape(300, -1)
        null.append(np.einsum("tv,tv->v", moved, b) / 300)
    loop = (time.process_time() - begin) * 1000 / _CHECKED
    few = block_permutation(truth, predicted, n_permutations=_CHECKED, seed=0)
    off = np.abs(few.null_spread - np.std(null, axis=0)).max()
    np.savez(path, ours=ours, loop=loop, off=off, p=fast.p)


def exact(name: str) -> dict[str, np.ndarray]:
    """Return the loss of every penalty and target in double precision, one by one."""
    x, y = (values.astype(np.float64) for values in drawn(name))
    losses = np.zeros((len(ALPHAS[name]), y.shape[1]))
    where = folds(len(x))
    for k in range(where.max() + 1):
        test = where == k
        u, s, vt = np.linalg.svd(x[~test], full_matrices=False)
        seen, turned = x[test] @ vt.T, u.T @ y[~test]
        for row, alpha in zip(losses, ALPHAS[name], strict=True):
            row += np.square(y[test] - (seen * (s / (s**2 + alpha))) @ turned).mean(axis=0)
    return {"losses": losses}


def main(name: str, path: str) -> None:
    """Choose penalties for every target."""
    if name.startswith("exact_"):
        timed(lambda: exact(name.removeprefix("exact_")), path)
        return
    if name == "permuted":
        permuted(path)
        sys.stdout.write("{}\n")
        return
    if name in ("agree", "floor"):
        timed(agree if name == "agree" else floor, path)
        return
    x, y = drawn(name)
    warnings.simplefilter("ignore")

    def work() -> dict[str, np.ndarray]:
        return {"alpha": RidgeCV(alphas=ALPHAS[name], fit_intercept=False).fit(x, y).alpha_}

    timed(work, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
