"""Keep a word in the database and in Redis of an installation, and say what is kept."""

import os
import sys

import psycopg
import redis

with (
    psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", "")) as database,  # noqa: TID251
    redis.Redis.from_url(os.environ["REDIS_URL"]) as cache,  # noqa: TID251
):
    database.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
    for word in sys.argv[1:]:
        database.execute("INSERT INTO kept VALUES (%s)", [word])
        cache.set("kept", word)
    row = database.execute("SELECT word FROM kept").fetchone()
    word = cache.get("kept")
    assert row is not None
    assert word == row[0].encode()
    print(row[0])  # noqa: T201  # the test reads it
