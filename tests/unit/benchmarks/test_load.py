from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from benchmarks import load
from benchmarks.deliveries import Wire

REQUESTS = [Wire("token", "wx").text(f"o{number}", "1") for number in range(40)]


@contextmanager
def answering(status: int, body: bytes) -> Iterator[tuple[int, list[bytes]]]:
    heard: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port, heard
        finally:
            server.shutdown()
            thread.join()


def test_every_request_is_sent_once():
    with answering(200, b"\n<xml></xml>") as (port, heard):
        assert load.send_each(port, REQUESTS) == 40
    assert sorted(heard) == sorted(one.body for one in REQUESTS)


@pytest.mark.parametrize(("status", "body"), [(500, b"<xml></xml>"), (200, b"success")])
def test_an_answer_without_words_is_not_taken_for_a_turn(status: int, body: bytes):
    with (
        answering(status, body) as (port, _),
        pytest.raises(RuntimeError, match="40 of 40 were not answered"),
    ):
        load.send_each(port, REQUESTS)
