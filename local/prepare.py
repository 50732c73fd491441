"""Make the schema, then what a first start needs: one interpreter, for both import the same."""

from alembic.config import main as alembic
from flask.cli import cli


def main() -> None:
    """Do both; the first that fails ends it."""
    alembic(argv=["upgrade", "head"])
    cli.main(args=["install"])


if __name__ == "__main__":
    main()
