"""Make the Flask application: the bag, the routes, the quiet error answers."""

import sys

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from app.bootstrap import build_deps
from app.core.config import ROOT
from app.core.errors import BadSettings
from app.deps import Deps
from handlers import health, pages
from handlers.commands import register_commands
from handlers.console import register_console
from handlers.errors import register_errors
from handlers.uploads import RequestInMemory
from handlers.wechat import routes
from handlers.wechat.patience import Patience

MAX_BODY_BYTES = 65_536
"""Our own bound for any request body; the platform's largest deliveries are a fifth of it."""


def create_app(deps: Deps | None = None) -> Flask:
    """Return the application; without a bag it builds one from the environment."""
    if deps is None:
        try:
            deps = build_deps()
        except BadSettings as mistakes:
            sys.exit(str(mistakes))
    app = Flask(
        "prequal",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.request_class = RequestInMemory
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json = DefaultJSONProvider(app)
    app.extensions["deps"] = deps
    app.extensions["patience"] = Patience(deps)
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(pages.blueprint)
    # The platform signs its deliveries itself; it cannot know a token of ours.
    register_console(app, deps).exempt(routes.blueprint)
    register_errors(app)
    register_commands(app)
    return app
