"""A chat server on this machine, which answers what a test tells it to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def serve_chat(answer, asked):
    """Return a server that answers ``answer(prompt)`` and notes what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, self.headers.get("Authorization"), body))
            said = answer(body["messages"][0]["content"])
            status, said = said if isinstance(said, tuple) else (200, said)
            message = {"choices": [{"message": {"role": "assistant", "content": said}}]}
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(message if status == 200 else {"error": said}).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server
