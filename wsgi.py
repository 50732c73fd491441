"""The web process's entrance: `granian --interface wsgi wsgi:application`."""

from handlers.factory import create_app

application = create_app()
