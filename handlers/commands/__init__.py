"""The commands of an installation: `flask …`, one module for each desk."""

from flask import Flask


def register_commands(app: Flask) -> None:
    """Offer every command."""
