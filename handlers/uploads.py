"""Keep what is uploaded off every disk until it is sealed."""

import io
from typing import IO

from flask import Request


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
