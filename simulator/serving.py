"""Serve the simulator from one process with a thread a connection.

Not Granian: the faults need the caller's socket, and all state lives in one process that must
die as a whole.
"""

from __future__ import annotations

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class QuietHandler(WSGIRequestHandler):
    """Keep connections open between calls, and write no line for each."""

    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the page lists the calls."""


def make_http_server(app: Flask, host: str, port: int) -> BaseWSGIServer:
    """Return a server that listens already; port 0 takes a free one."""
    return make_server(host, port, app, threaded=True, request_handler=QuietHandler)
