"""himalaya on one problem: ``run_himalaya.py PROBLEM FILE``, by the interpreter that has it."""

import sys

import numpy as np
from himalaya.backend import set_backend
from himalaya.kernel_ridge import KernelRidgeCV, solve_weighted_kernel_ridge_conjugate_gradient
from himalaya.ridge import RidgeCV
from problem import ALPHAS, bands, drawn, folds, timed
from sklearn.model_selection import PredefinedSplit

set_backend("numpy")


def agree() -> dict[str, np.ndarray]:
    """Return coefficients of a banded ridge regression with given penalties."""
    spaces, y, alphas = bands()
    kernels = np.stack([x @ x.T for x in spaces])
    deltas = -np.log(alphas)
    dual = solve_weighted_kernel_ridge_conjugate_gradient(
        kernels, y, deltas=deltas, alpha=1.0, max_iter=5000, tol=1e-12
    )
    return {
        f"coef_{k}": np.exp(delta) * (x.T @ dual)
        for k, (x, delta) in enumerate(zip(spaces, deltas, strict=True))
    }


def main(name: str, path: str) -> None:
    """Choose penalties for every target."""
    if name == "agree":
        timed(agree, path)
        return
    x, y = drawn(name)
    split = PredefinedSplit(folds(len(x)))
    kind = KernelRidgeCV if len(x) < x.shape[1] else RidgeCV

    def work() -> dict[str, np.ndarray]:
        return {"alpha": np.asarray(kind(alphas=ALPHAS[name], cv=split).fit(x, y).best_alphas_)}

    timed(work, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
