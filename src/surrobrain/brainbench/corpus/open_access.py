"""Full texts from the open-access bucket of PubMed Central."""

import re
import urllib.parse

from surrobrain.brainbench.corpus.xml_tree import flat, parse_xml
from surrobrain.transport import Transport

__all__ = ["BUCKET", "LAYOUT", "full_text"]

BUCKET = "https://pmc-oa-opendata.s3.amazonaws.com"
LAYOUT = "{pmcid}.{version}/{pmcid}.{version}.xml"
"""As of 2026; until then it was ``oa_comm/xml/all/{pmcid}.xml``."""


def full_text(
    pmcid: str, *, transport: Transport, bucket: str = BUCKET, layout: str = LAYOUT
) -> bytes | None:
    """Fetch the JATS of an article, in its last version.

    Parameters
    ----------
    pmcid : str
        Such as ``"PMC539297"``.
    transport : callable
        As `surrobrain.transport.patient` returns.
    bucket : str
        Address of the bucket, or of a mirror.
    layout : str
        Where an article lies in it. Where ``{version}`` occurs, the bucket is asked which versions
        there are.

    Returns
    -------
    bytes or None
        None where the article is not open.

    Raises
    ------
    ConnectionError
        The bucket does not answer, or refuses.
    """
    if not re.fullmatch(r"PMC\d+", pmcid):  # it becomes part of an address
        raise ValueError(f"a PMCID is PMC and digits, but {pmcid!r} arrived")
    version = None
    if "{version}" in layout:
        version = _last_version(pmcid, transport, bucket)
        if version is None:
            return None
    url = f"{bucket}/{urllib.parse.quote(layout.format(pmcid=pmcid, version=version))}"
    answer = transport(url)
    if answer.status in (403, 404):  # S3 says either of what is not there
        return None
    if answer.status != 200:
        raise ConnectionError(f"{url} answers {answer.status}; check bucket and layout")
    return answer.body


def _last_version(pmcid: str, transport: Transport, bucket: str) -> int | None:
    url = f"{bucket}/?list-type=2&delimiter=/&prefix={pmcid}."
    answer = transport(url)
    if answer.status != 200:
        raise ConnectionError(
            f"{bucket} answers {answer.status} when asked for a list; a mirror that cannot list "
            "needs a layout without {version}"
        )
    listing = parse_xml(answer.body, f"the list of {pmcid}")
    prefixes = [flat(e, pmcid) for e in listing.findall("CommonPrefixes/Prefix")]
    found = [re.fullmatch(rf"{pmcid}\.(\d+)/", prefix) for prefix in prefixes]
    return max((int(match[1]) for match in found if match), default=None)
