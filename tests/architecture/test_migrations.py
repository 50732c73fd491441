"""Migrations have one head; `make migrations` holds them against the models on a real database."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

ROOT = Path(__file__).parents[2]


def scripts():
    return ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))


def test_migrations_have_one_head():
    assert len(scripts().get_heads()) == 1


def test_every_migration_is_named_by_its_number():
    # app/services/observe.py takes the newest by its file's name.
    named = {one.revision: Path(one.path).name for one in scripts().walk_revisions()}
    assert {number: name.partition("_")[0] for number, name in named.items()} == {
        n: n for n in named
    }
    assert scripts().get_current_head() == max(named)
