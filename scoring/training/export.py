"""Write a card as SQL that gives the same numbers in PostgreSQL."""

from argparse import Namespace

from scoring.card import CardData
from scoring.card.sql import to_sql
from scoring.training.data import DataUnusable
from scoring.training.model import open_model


def run(args: Namespace) -> int:
    """Print the SQL of `args.card` over the table `args.table`, with the columns `args.key`."""
    card = open_model(args.card).content
    if not isinstance(card, CardData):
        raise DataUnusable(f"{args.card.name}: only a card becomes SQL, this is a challenger")
    try:
        print(to_sql(card, args.table, args.key))
    except ValueError as wrong:
        raise DataUnusable(f"{args.card.name}: {wrong}") from None
    return 0
