import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from surrobrain.transport import Response, fetch, patient


@pytest.fixture
def server():
    class Moody(BaseHTTPRequestHandler):
        answers: list = []  # noqa: RUF012
        asked: list = []  # noqa: RUF012

        def do_GET(self):
            Moody.asked.append(time.monotonic())
            status, headers = Moody.answers.pop(0) if Moody.answers else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b'{"path": "%s"}' % self.path.encode())

        def log_message(self, *_):
            pass

    Moody.answers, Moody.asked = [], []
    with HTTPServer(("127.0.0.1", 0), Moody) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", Moody
        running.shutdown()


def test_an_answer_has_status_body_and_headers(server):
    url, moody = server
    moody.answers = [(404, {"X-Word": "no"})]
    answer = fetch(f"{url}/a?b=1")
    assert (answer.status, answer.headers["x-word"]) == (404, "no")
    assert answer.json == {"path": "/a?b=1"}


def test_a_busy_server_is_asked_again_and_a_refusal_is_not(server):
    url, moody = server
    moody.answers = [(503, {}), (429, {"Retry-After": "0"}), (200, {})]
    assert patient(first_wait=0.01)(url).status == 200
    moody.answers = [(400, {}), (200, {})]
    assert patient(first_wait=0.01)(url).status == 400
    moody.answers = [(500, {})] * 3
    with pytest.raises(ConnectionError, match="answers 500; gave up after 2 attempts"):
        patient(attempts=2, first_wait=0.01)(url)


def test_the_rate_is_kept(server):
    url, moody = server
    ask = patient(per_second=20.0)
    for _ in range(4):
        ask(url)
    gaps = [b - a for a, b in zip(moody.asked, moody.asked[1:], strict=False)]
    assert min(gaps) > 0.03


def test_nobody_there_and_no_url():
    with pytest.raises(ConnectionError, match="does not answer"):
        patient(attempts=2, first_wait=0.01)("http://127.0.0.1:9/none?key=secret")
    with pytest.raises(ValueError, match="begins with http"):
        fetch("file:///etc/passwd")


def test_a_transport_of_ones_own_is_asked_as_given():
    seen = []

    def mine(url, **given):
        seen.append((url, given))
        return Response(200, b"", {})

    patient(mine)("http://x", data=b"1")
    assert seen == [("http://x", {"data": b"1"})]
