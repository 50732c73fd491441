"""Look whether the database answers, and at which migration it stands."""

from sqlalchemy import text

from app.store.session import Sessions, database_errors

_AT = text("SELECT version_num FROM alembic_version")
_HAS_TABLE = text("SELECT to_regclass('alembic_version') IS NOT NULL")


def find_migration(sessions: Sessions) -> str | None:
    """Return the migration that the database stands at, if any; raise `DatabaseAway`."""
    with database_errors(), sessions.begin() as session:
        return session.scalar(_AT) if session.scalar(_HAS_TABLE) else None
