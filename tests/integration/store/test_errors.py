"""What the database does to us becomes one word of ours, and never quotes what people told us."""

import pytest
from sqlalchemy import Engine, exc, text

from app.core.errors import DatabaseAway
from app.store.session import make_engine, make_sessions


def test_a_refused_connection_is_a_database_that_is_away() -> None:
    sessions = make_sessions(make_engine("postgresql+psycopg://x@127.0.0.1:1/x", connections=1))
    with pytest.raises(DatabaseAway), sessions.begin() as session:
        session.execute(text("SELECT 1"))


def test_a_connection_lost_half_way_is_too_and_the_next_one_works(engine: Engine) -> None:
    sessions = make_sessions(engine)
    with sessions() as session:
        mine = session.execute(text("SELECT pg_backend_pid()")).scalar()
        with engine.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
        with pytest.raises(DatabaseAway):
            session.execute(text("SELECT 1"))
    with sessions() as session:
        assert session.execute(text("SELECT 1")).scalar() == 1


def test_an_error_says_nothing_of_what_was_stored(engine: Engine) -> None:
    with pytest.raises(exc.DBAPIError) as caught, engine.begin() as connection:
        connection.execute(text("SELECT CAST(:said AS text) FROM nowhere"), {"said": "我叫王五"})
    assert "王五" not in str(caught.value)
