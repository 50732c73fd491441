"""The commands of an installation: `flask …`, one module for each desk."""

from flask import Flask

from handlers.commands.account import account
from handlers.commands.audit import audit
from handlers.commands.campaigns import campaigns
from handlers.commands.casework import complaints, rights
from handlers.commands.content import content
from handlers.commands.decided import decisions
from handlers.commands.handovers import handovers
from handlers.commands.inbox import inbox
from handlers.commands.installing import install
from handlers.commands.messages import messages
from handlers.commands.models import models
from handlers.commands.operators import operators
from handlers.commands.outcomes import outcomes
from handlers.commands.people import keys, people
from handlers.commands.policy import policy
from handlers.commands.reviews import reviews
from handlers.commands.scored import scoring
from handlers.commands.segments import segments
from handlers.commands.stops import stops
from handlers.commands.tags import tags

_COMMANDS = (
    *(install, decisions, handovers, inbox, keys),
    *(messages, models, operators, people, policy, reviews),
    *(complaints, content, rights, tags),
    *(account, audit, campaigns, segments, stops),
    *(outcomes, scoring),
)


def register_commands(app: Flask) -> None:
    """Offer every command."""
    for command in _COMMANDS:
        app.cli.add_command(command)
