"""The public pages: what we do with data, how to complain, and a copy of one's own data."""

from flask import Blueprint

blueprint = Blueprint("pages", __name__)
