import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from simulator.transport import HttpTransport, NoAnswer, TimedOut


@pytest.fixture
def webhook():
    """A real server on a free port; it never answers the path /never while the test lasts."""
    let_go = threading.Event()

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.startswith("/never"):
                let_go.wait(10)
            self.send_response(201)
            self.end_headers()
            self.wfile.write(self.path.encode() + body)

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    let_go.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_answer_comes_back_with_its_status(webhook):
    answer = HttpTransport().send("POST", f"{webhook}/wechat?a=1", b"hello", 5)
    assert (answer.status, answer.body) == (201, b"/wechat?a=1hello")


def test_silence_is_told_from_a_refused_connection(webhook):
    with pytest.raises(TimedOut):
        HttpTransport().send("POST", f"{webhook}/never", b"", 0.05)
    with pytest.raises(NoAnswer, match="connection failed"):
        HttpTransport().send("POST", "http://127.0.0.1:1/", b"", 5)
