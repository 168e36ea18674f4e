"""What to harvest: the recipe of a corpus."""

import dataclasses
import datetime
import os
from dataclasses import dataclass

from surrobrain.brainbench.corpus.eutilities import EUTILITIES, MOST
from surrobrain.brainbench.corpus.journals import literature_query
from surrobrain.brainbench.corpus.open_access import BUCKET, LAYOUT
from surrobrain.brainbench.corpus.write_corpus import LICENCES
from surrobrain.checks import choice, whole

__all__ = ["HarvestPlan", "api_key", "recipe"]


@dataclass(frozen=True)
class HarvestPlan:
    """What to harvest from PubMed and PubMed Central.

    Parameters
    ----------
    start, end : datetime.date
        First and last day of publication; their times are ignored.
    email : str
        Sent with every request, as NCBI asks; not written anywhere.
    query : str, optional
        In PubMed's notation; by default all abstracts of our list of journals.
    full_texts : bool, default True
        Whether to take the open full text of what has a permitted licence.
    licences : tuple of str, default ("CC0", "CC-BY")
        Permitted, with or without a version.
    unlicensed_abstracts : bool, default True
        Whether abstracts may come without a permitted licence.
    date_type : str, default "pdat"
        "pdat" of publication, "edat" of entry into PubMed, "crdt" of the record.
    page_size : int, default 200
        Records per request, and per step that a kill can cost.
    most : int, default 10000
        Records that PubMed hands out per search; more are found in slices of time.
    eutilities, bucket, layout : str
        Addresses, and where an article lies in the bucket.

    Examples
    --------
    >>> import datetime
    >>> from surrobrain.brainbench import HarvestPlan
    >>> plan = HarvestPlan(datetime.date(2002, 1, 1), datetime.date(2022, 12, 31), "me@lab.org")
    >>> '"J Neurosci"[ta]' in plan.query
    True
    """

    start: datetime.date
    end: datetime.date
    email: str = dataclasses.field(repr=False)
    query: str = dataclasses.field(default_factory=literature_query)
    full_texts: bool = True
    licences: tuple[str, ...] = LICENCES
    unlicensed_abstracts: bool = True
    date_type: str = "pdat"
    page_size: int = 200
    most: int = MOST
    eutilities: str = EUTILITIES
    bucket: str = BUCKET
    layout: str = LAYOUT

    def __post_init__(self) -> None:  # noqa: D105
        if "@" not in self.email:
            raise ValueError(
                f"NCBI asks for an e-mail address, but {self.email!r} arrived; give your own"
            )
        if self.start > self.end:
            raise ValueError(f"the harvest starts on {self.start}, after its end on {self.end}")
        choice(self.date_type, ("pdat", "edat", "crdt"), "date_type")
        whole(self.page_size, "page_size", low=1)
        whole(self.most, "most", low=1)
        if "{pmcid}" not in self.layout:
            raise ValueError(f"a layout names {{pmcid}}, but {self.layout!r} arrived")


def recipe(plan: HarvestPlan) -> dict[str, object]:
    """Return a plan as JSON holds it, without the person and the machines."""
    said = dataclasses.asdict(plan)
    for name in ("email", "eutilities", "bucket", "layout"):
        del said[name]
    return said | {"start": plan.start.isoformat(), "end": plan.end.isoformat(),
                   "licences": list(plan.licences)}  # fmt: skip


def api_key() -> str | None:
    """Return the key of the E-utilities from the environment, ``NCBI_API_KEY``, if there is one."""
    return os.environ.get("NCBI_API_KEY") or None
