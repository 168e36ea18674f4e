"""What rankings of targets and closed loops become on the page."""

from surrobrain.intervention.loop_log import LoopLog
from surrobrain.intervention.safety import Reason
from surrobrain.intervention.targets import Targets
from surrobrain.reports.figures.loop_log import loop_log
from surrobrain.reports.figures.targets import targets
from surrobrain.reports.picture import drawn
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import facts, grid

__all__ = ["section"]

_MOST = 20
_FINAL = Reason.SENSOR | Reason.CUT_OFF | Reason.WATCHDOG


@section.register
def _(item: Targets) -> Section:
    rows = [tuple(row.values()) for row in item.rows()[:_MOST]]
    table = grid(
        ["region", "score", "low", "high", "strength"], rows,
        caption=f"{len(rows)} of {len(item.names)} regions, highest score first; 95 % intervals "
        f"over {item.n_seeds} noise seeds",
    )  # fmt: skip
    said = (
        f"{item.description[:1].upper()}{item.description[1:]}: highest in "
        f"{', '.join(item.highest(3))}. Rank correlation with the strength of the regions: "
        f"{item.agreement:.2f}."
    )
    return Section(
        f"Ranking: {item.description}", "figures", (table,),
        (drawn("Ranking", lambda: targets(item)),), summary=(said,),
    )  # fmt: skip


@section.register
def _(item: LoopLog) -> Section:
    driven = [k for k in range(len(item.regions)) if item.given[:, k].any()]
    about = facts(
        {
            "clock": f"{item.clock} time",
            "ticks": len(item.times),
            "rate (Hz)": item.sfreq,
            "deadlines missed": item.n_missed,
            "longest tick (ms)": 1000 * float(item.elapsed.max(initial=0.0)),
        }
    )
    table = grid(
        ["region", "charge (u s)", "energy (u^2 s)", "largest drive (u)", "share of the time"],
        [
            (item.regions[k], float(item.charge[k]), float(item.energy[k]),
             float(abs(item.given[:, k]).max()), float((item.given[:, k] != 0).mean()))
            for k in driven
        ],
        caption="What was given",
    )  # fmt: skip
    warned = []
    if ended := item.reasons & _FINAL:
        names = " and ".join((r.name or "").lower().replace("_", " ") for r in Reason if r in ended)
        warned.append(f"Stimulation was ended before its time, by: {names}.")
    if item.n_missed:
        warned.append(f"{item.n_missed} of {len(item.times)} ticks missed their deadline.")
    return Section(
        "Closed loop", "figures", (about, table) if driven else (about,),
        (drawn("Closed loop", lambda: loop_log(item)),),
        summary=(f"Closed loop: {item.in_words()}.",), warnings=tuple(warned),
    )  # fmt: skip
