"""`flask install`: put in place what a first start needs."""

import json
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from app.core.access import system_actor
from app.services import installation, operators
from handlers.bag import bag
from handlers.commands.desk import in_plain_words


@click.command("install")
@with_appcontext
@in_plain_words
def install() -> None:
    """Store the notice in force and publish the menu; run again, it changes nothing.

    A local installation also tells how its first operator signs in, until somebody has.
    """
    done = asdict(installation.install(bag()))
    if bag().settings.environment == "local":
        password = operators.first_password(bag(), system_actor("terminal"))
        if password is not None:
            done[f"one_time_password_of_{operators.FIRST}"] = password
    click.echo(json.dumps(done))
