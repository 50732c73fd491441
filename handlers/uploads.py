"""Keep what is uploaded off every disk until it is sealed, and let only some forms be large."""

import io
from typing import IO

from flask import Blueprint, Request, request

_BESIDE = 64 * 1024
"""What a form is beside its file."""


class RequestInMemory(Request):
    """A request whose files are read into memory; how large they may be is bounded elsewhere."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - the library's own signature
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        """Return where a file is read into; the library would use a file of its own."""
        return io.BytesIO()


def make_room(blueprint: Blueprint, endpoint: str, most_bytes: int) -> None:
    """Let what is posted to one endpoint hold such a file, before anybody reads it."""

    def room(asked: str | None, _values: object) -> None:
        if asked == endpoint and request.method == "POST":
            request.max_content_length = most_bytes + _BESIDE

    blueprint.url_value_preprocessor(room)
