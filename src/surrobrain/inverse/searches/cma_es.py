"""CMA-ES: a cloud of points that moves and stretches towards the better ones (pycma)."""

import warnings
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from surrobrain.lazy import need
from surrobrain.seeds import stream

__all__ = ["cma_es"]

_WIDEST = 6.0
_FEWEST = 8

Point = Float[np.ndarray, "unknowns"]


def cma_es(
    ask: Callable[[Float[np.ndarray, "points unknowns"]], Float[np.ndarray, "points"]],
    start: Point,
    *,
    iterations: int,
    rate: float,
    report: Callable[[float], None],
    seed: int,
) -> Point:
    """Return the mean of the last cloud, or the best point if that is better.

    References
    ----------
    .. [1] Hansen (2016), The CMA evolution strategy: a tutorial. arXiv:1604.00772.
    """
    cma = need("cma", extra="inference")
    size = _FEWEST * -(-int(4 + 3 * np.log(len(start))) // _FEWEST)  # whole blocks of the engine
    draws = stream(seed, 0xC3A)
    options = {  # its own generator: the package would seed that of the whole process
        "seed": np.nan, "randn": lambda *shape: draws.standard_normal(shape), "popsize": size,
        "maxiter": iterations, "verbose": -9, "bounds": [-_WIDEST, _WIDEST],
        "tolfun": 1e-9, "tolx": 1e-6,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its one-dimensional search is not recommended
        cloud = cma.CMAEvolutionStrategy(np.array(start), rate, options)
        while not cloud.stop():
            points = np.array(cloud.ask())
            values = ask(points)
            cloud.tell(list(points), list(values))
            report(float(values.min()))
    ends = np.stack([cloud.result.xfavorite, cloud.result.xbest])
    return ends[int(np.argmin(ask(ends)))]
