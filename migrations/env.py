"""Run migrations against the database of the settings, or of `-x url=…`."""

from alembic import context
from sqlalchemy import create_engine, pool

from app.core.config import DatabaseSettings
from app.store.base import UtcDateTime
from app.store.tables import metadata

url = context.get_x_argument(as_dictionary=True).get("url") or DatabaseSettings().database_url
# One at a time: two machines of one installation may be upgraded in the same minute.
MIGRATION_LOCK = 7_011_423


def rendered(kind: str, column_type: object, _context: object) -> str | bool:
    """Write our type of a moment as the column that it is: a migration needs none of our code."""
    is_moment = kind == "type" and isinstance(column_type, UtcDateTime)
    return "sa.DateTime(timezone=True)" if is_moment else False


with create_engine(url, poolclass=pool.NullPool).connect() as connection:
    context.configure(
        connection=connection, target_metadata=metadata, compare_type=True, render_item=rendered
    )
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        context.run_migrations()
