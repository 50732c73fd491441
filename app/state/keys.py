"""Every Redis key that we use, built here and nowhere else."""

_PREFIX = "prequal:"


def access_token(app_id: str) -> str:
    """Return where the account's access token is kept."""
    return f"{_PREFIX}token:{app_id}"


def access_token_lock(app_id: str) -> str:
    """Return the lock that lets one process at a time ask for a token."""
    return f"{_PREFIX}token:{app_id}:lock"


def forced_pause(app_id: str) -> str:
    """Return the mark that a token was renewed by force just now."""
    return f"{_PREFIX}token:{app_id}:forced"


def forced_count(app_id: str) -> str:
    """Return the count of the day's renewals by force."""
    return f"{_PREFIX}token:{app_id}:forced:count"


def bucket(name: str) -> str:
    """Return the token bucket of an endpoint, or of a campaign."""
    return f"{_PREFIX}bucket:{name}"
