"""The day of publication, from dates that are often incomplete."""

import datetime
from collections.abc import Iterable

__all__ = ["publication_date"]

_months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_seasons = {"winter": 1, "spring": 3, "summer": 6, "fall": 9, "autumn": 9}


def publication_date(dates: Iterable[tuple[str, str, str]]) -> datetime.date | None:
    """Return the earliest of the most complete dates.

    What a date leaves open counts as the first of the month or year, so that a text is never
    taken for newer than it is.

    Parameters
    ----------
    dates : iterable of (str, str, str)
        Year, month (number, name or season) and day; empty where unknown.

    Returns
    -------
    datetime.date or None
        None where no date has a year.

    Examples
    --------
    >>> publication_date([("2005", "", ""), ("2005", "Apr", "10")])
    datetime.date(2005, 4, 10)
    """
    found: list[tuple[int, datetime.date]] = []
    for year, month, day in dates:
        if not year.strip().isdecimal():
            continue
        m = _month(month.strip().lower())
        d = int(day) if m and day.strip().isdecimal() else 0
        try:
            date = datetime.date(int(year), m or 1, d or 1)
        except ValueError:  # 31 June: keep what is certain
            date, d = datetime.date(int(year), m or 1, 1), 0
        found.append((-(bool(m) + bool(d)), date))
    return min(found)[1] if found else None


def _month(said: str) -> int:
    if said.isdecimal():
        return int(said) if 1 <= int(said) <= 12 else 0
    if said in _seasons:
        return _seasons[said]
    return _months.index(said[:3]) + 1 if said[:3] in _months else 0
