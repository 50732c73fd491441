"""`flask install`: put in place what a first start needs."""

import json
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from app.services import installation
from handlers.bag import bag
from handlers.commands.desk import in_plain_words


@click.command("install")
@with_appcontext
@in_plain_words
def install() -> None:
    """Store the notice in force and publish the menu; run again, it changes nothing."""
    click.echo(json.dumps(asdict(installation.install(bag()))))
