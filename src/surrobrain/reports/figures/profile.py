"""Network profile: who sends, who receives, who steers, and which regions go together."""

from typing import TYPE_CHECKING

import numpy as np

from surrobrain.analysis.profile import Profile
from surrobrain.reports.figures.style import GRAY, SMALL, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["profile"]

# Okabe and Ito; modules beyond the seventh are gray
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#222222")
_NAMED = 5


def profile(found: Profile) -> Picture:
    """Draw what every region sends and receives, how it steers, and how it joins modules.

    Parameters
    ----------
    found : Profile
        From `surrobrain.network_profile`.

    Returns
    -------
    Picture
    """
    figure = new_figure(11.4, 4.0)
    strength, control, joins = figure.subplots(1, 3)
    _scatter(strength, found, found.in_strength, found.out_strength, found.out_strength)
    strength.set(xlim=(0, None), ylim=(0, None))
    strength.axline((0, 0), slope=1, color=GRAY, lw=0.8, ls=":", zorder=0)
    tidy(strength, x="strength in", y="strength out", title="senders and receivers")
    average, modal = found.average_controllability, found.modal_controllability
    _scatter(control, found, average, modal, average)
    tidy(control, x="average controllability", y="modal controllability", title="steering")
    both = found.in_strength + found.out_strength
    _scatter(joins, found, both, found.participation, both * found.participation)
    tidy(joins, x="strength, in and out", y="participation", title="connectors of modules")
    joins.set(xlim=(0, None))
    sizes = np.bincount(found.module)
    for k, size in enumerate(sizes[: len(_COLORS)]):
        joins.plot([], [], "o", color=_COLORS[k], ms=5, label=f"module {k + 1} ({size})")
    figure.legend(loc="outside upper center", ncols=7, frameon=False, fontsize=8)
    return Picture(
        figure,
        "Network profile",
        f"{len(sizes)} modules (colors), modularity {found.modularity:.2f}, efficiency "
        f"{found.efficiency:.2f}. Left: above the dotted line a region sends more than it "
        "receives. Middle: average controllability is how far input to a region moves the whole, "
        "modal how well it steers what dies out fast. Right: regions high on the right join the "
        "modules.",
        f"Output hubs {', '.join(found.output_hubs(3))}; input hubs "
        f"{', '.join(found.input_hubs(3))}; {len(sizes)} modules, modularity "
        f"{found.modularity:.2f}.",
    )


def _scatter(axes: "Axes", found: Profile, x: np.ndarray, y: np.ndarray, by: np.ndarray) -> None:
    """Draw all regions in the colors of their modules, and name those with the most of ``by``."""
    colors = [_COLORS[m] if m < len(_COLORS) else GRAY for m in found.module]
    axes.scatter(x, y, s=22, c=colors, alpha=0.8, linewidths=0)
    axes.margins(0.12)
    middle, taken = np.mean(axes.get_xlim()), []
    gap = 0.045 * np.ptp(axes.get_ylim())
    for k in np.argsort(-by, kind="stable")[:_NAMED]:
        right = bool(x[k] > middle)
        if any(side == right and abs(y[k] - height) < gap for side, height in taken):
            continue  # two names would lie on each other
        taken.append((right, y[k]))
        axes.annotate(
            found.names[k], (x[k], y[k]), xytext=(-5 if right else 5, 0),
            textcoords="offset points", ha="right" if right else "left", va="center",
            fontsize=SMALL,
        )  # fmt: skip
