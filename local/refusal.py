"""Say kindly why an installation cannot start, instead of showing a traceback."""


class CannotRun(Exception):
    """The installation cannot start; the message says why and what to do about it."""
