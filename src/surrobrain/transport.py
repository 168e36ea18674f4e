"""The one place that reaches the network, and only when a function was asked to."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message

__all__ = ["Response", "Transport", "fetch", "patient"]


@dataclass(frozen=True)
class Response:
    """What a server answered.

    Parameters
    ----------
    status : int
        HTTP status.
    body : bytes
        The content as it came.
    headers : mapping of str to str
        Names in lower case.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> object:
        """The body, read as JSON."""
        return json.loads(self.body)


Transport = Callable[..., Response]
"""Called as ``transport(url, data=None, headers={})``; tests pass one of their own."""


def fetch(
    url: str, *, data: bytes | None = None, headers: Mapping[str, str] | None = None,
    timeout: float = 60.0,
) -> Response:  # fmt: skip
    """Ask a server once: GET, or POST where there are data.

    Parameters
    ----------
    url : str
        Begins with http:// or https://.
    data : bytes, optional
        Body to post.
    headers : mapping of str to str, optional
        Sent with the request.
    timeout : float, default 60
        Seconds of silence before giving up.

    Returns
    -------
    Response
        Whatever the status; 4xx and 5xx are answers too.

    Raises
    ------
    ConnectionError
        No server answered.
    """
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    if not url.startswith(("http://", "https://")):
        raise ValueError(f"a URL begins with http:// or https://, but {url!r} arrived")
    request = Request(url, data=data, headers=dict(headers or {}))
    try:
        with urlopen(request, timeout=timeout) as answer:
            return Response(answer.status, answer.read(), _lower(answer.headers))
    except HTTPError as error:
        return Response(error.code, error.read(), _lower(error.headers))
    except (URLError, HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        raise ConnectionError(f"{url.split('?')[0]} does not answer: {reason}") from error


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def patient(
    transport: Transport = fetch, *, per_second: float | None = None, attempts: int = 5,
    first_wait: float = 1.0,
) -> Transport:  # fmt: skip
    """Return a transport that keeps a rate, and asks again when a server is busy or away.

    Parameters
    ----------
    transport : callable, optional
        What asks once.
    per_second : float, optional
        Requests per second at most.
    attempts : int, default 5
        How often to ask before giving up.
    first_wait : float, default 1
        Seconds before the second attempt; doubled each time, unless the server says
        ``Retry-After``.

    Returns
    -------
    callable
        Raises ConnectionError with the last answer once all attempts failed; an answer that asking
        again would not change (4xx but 408 and 429) is returned at once.
    """
    last = [-1e9]

    def ask(url: str, **given: object) -> Response:
        said = ""
        for attempt in range(attempts):
            if per_second is not None:
                time.sleep(max(0.0, last[0] + 1.0 / per_second - time.monotonic()))
                last[0] = time.monotonic()
            wait = first_wait * 2**attempt
            try:
                answer = transport(url, **given)
            except ConnectionError as error:
                said = str(error)
            else:
                if answer.status < 500 and answer.status not in (408, 429):
                    return answer
                said = f"{url.split('?')[0]} answers {answer.status}"
                asked = answer.headers.get("retry-after", "")
                wait = float(asked) if asked.isdecimal() else wait
            if attempt + 1 < attempts:
                time.sleep(wait)
        raise ConnectionError(f"{said}; gave up after {attempts} attempts")

    return ask
