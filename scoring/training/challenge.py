"""`python -m scoring.training challenge`: grow the challenger from a file and write it as JSON."""

from argparse import Namespace

from scoring import artifacts
from scoring.card import CardData
from scoring.training.challenger import grow
from scoring.training.data import Roles, read
from scoring.training.dictionary import read_dictionary
from scoring.training.writing import demand_place, written


def run(args: Namespace) -> int:
    """Grow a challenger on `args.data`; with `args.card` it is the average of both."""
    demand_place(args.out)
    known = read_dictionary(args.dictionary)
    table = read(args.data, Roles(args.target, args.weight, kinds=known.kinds))
    inputs = [name for name in table.columns if not known.is_ignored(name)]
    card = artifacts.read(args.card, CardData).content if args.card else None
    signs = {name: known.sign(name) for name in inputs}
    data = grow(table.only(inputs), signs, card=card, seed=args.seed, name=args.out.stem)
    with written(args.out) as out:
        out.write(artifacts.sealed(data, indent=None))
    print(f"{args.out}: {len(data.trees)} trees on {len(data.fields)} of {len(inputs)} columns")
    return 0
