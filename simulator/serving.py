"""Serve the simulator from one process with a thread a connection.

Not Granian: the faults need the caller's socket, and all state lives in one process that must
die as a whole.
"""

from __future__ import annotations

from io import BytesIO

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app


class QuietHandler(WSGIRequestHandler):
    """Keep connections open between calls, as the platform does, and write no line for each."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    # Or what is written after the headers waits for the caller to confirm those.
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request, read to its end so that the next can follow it.

        Werkzeug's own way closes every connection, and first waits whether more is coming.
        """
        environ = self.make_environ()
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = BytesIO(self.rfile.read(length))
        parts, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        code, _, words = status.partition(" ")
        self.send_response(int(code), words)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"".join(parts))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the page lists the calls."""


def make_http_server(app: Flask, host: str, port: int) -> BaseWSGIServer:
    """Return a server that listens already; port 0 takes a free one."""
    return make_server(host, port, app, threaded=True, request_handler=QuietHandler)
