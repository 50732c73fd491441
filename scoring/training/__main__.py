"""`python -m scoring.training COMMAND`: asks nothing, and exits with 2 on bad input.

Each command is a module with `run(args)`, loaded when it is called: no command waits for the
libraries of another.
"""

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from scoring.artifacts import ArtifactDamaged
from scoring.card import CardInvalid
from scoring.protected import ProtectedInput
from scoring.trees import TreesInvalid
from scoring.types import Malformed

BAD_INPUT: Final = 2  # as argparse ends when it cannot read its arguments
INTERRUPTED: Final = 130  # as a shell tells of Ctrl-C
MOST_SEED: Final = 2**31 - 1
# What whoever gave the files can mend; anything else is a fault of ours and shows where.
WRONG: Final = (ArtifactDamaged, CardInvalid, Malformed, ProtectedInput, TreesInvalid)
DATA_HELP: Final = "CSV, CSV.gz or Parquet; UTF-8 or GBK"


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; what is wrong with its input is one line on stderr, never a traceback."""
    args = _parser().parse_args(words)
    try:
        return _run(args)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(args: argparse.Namespace) -> int:
    # What takes a second to load is loaded where Ctrl-C is already heard.
    from scoring.training.data import DataUnusable, DataWarning  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("always", DataWarning)
        warnings.showwarning = _warn
        try:
            return int(import_module(args.module).run(args) or 0)
        except OSError as wrong:
            print(f"error: {_of_system(wrong)}", file=sys.stderr)
        except (*WRONG, DataUnusable) as wrong:
            print(f"error: {wrong}", file=sys.stderr)
    return BAD_INPUT


def _of_system(wrong: OSError) -> str:
    """Say what the system refused, without its numbers."""
    if wrong.filename is None or wrong.strerror is None:
        return str(wrong)
    return f"{wrong.filename}: {wrong.strerror.lower()}"


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    print(f"warning: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scoring.training",
        description="Train, judge, compare and tell about scorecards. A card is a JSON file; "
        "in a target column 1 is bad and 0 is good.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, (module, tells, arrange) in COMMANDS.items():
        command = commands.add_parser(name, help=tells, description=tells)
        arrange(command)
        command.set_defaults(module=module)
    return parser


def _data(parser: argparse.ArgumentParser, *, target: bool | None) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help=DATA_HELP)
    if target is not None:
        parser.add_argument(
            "--target", required=target, metavar="COLUMN", help="the outcome: 1 is bad, 0 is good"
        )


def _card(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    tells = "a card, or trees made by challenge"
    if several:
        parser.add_argument("first", type=Path, metavar="A.json", help=f"{tells}: the champion")
        parser.add_argument("second", type=Path, metavar="B.json", help=f"{tells}: the rival")
    else:
        parser.add_argument("--card", type=Path, required=True, metavar="CARD.json", help=tells)


def _weight(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weight", metavar="COLUMN", help="how much each row counts")


def _groups_and_time(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--groups", metavar="COLUMN", help="rows that share it are never split")
    parser.add_argument("--time", metavar="COLUMN", help="when a row was made; later rows judge")


def _seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed", type=_seed_of, default=0, metavar="N", help="the same N, the same end"
    )


def _seed_of(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word) <= MOST_SEED):
        raise argparse.ArgumentTypeError(f"a whole number from 0 to {MOST_SEED} is wanted")
    return int(word)


def _fit(parser: argparse.ArgumentParser) -> None:
    _data(parser, target=True)
    parser.add_argument("--out", type=Path, required=True, metavar="CARD.json")
    parser.add_argument(
        "--dictionary",
        type=Path,
        metavar="D.json",
        help="kind, sign, special codes, group of each column, and which are no inputs",
    )
    parser.add_argument(
        "--expert", type=Path, metavar="CARD.json", help="a card that the fit is pulled towards"
    )
    _weight(parser)
    _groups_and_time(parser)
    _seed(parser)


def _challenge(parser: argparse.ArgumentParser) -> None:
    _data(parser, target=True)
    parser.add_argument("--out", type=Path, required=True, metavar="TREES.json")
    parser.add_argument("--dictionary", type=Path, metavar="D.json", help="as for fit")
    parser.add_argument(
        "--card",
        type=Path,
        metavar="CARD.json",
        help="a card trained on the same rows: the challenger is the average of both log-odds",
    )
    _weight(parser)
    _seed(parser)


def _score(parser: argparse.ArgumentParser) -> None:
    _card(parser)
    _data(parser, target=None)
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="OUT.csv",
        help="score,pd,pd_low,pd_high,reasons: one row per row of FILE, in its order",
    )


def _evaluate(parser: argparse.ArgumentParser) -> None:
    _card(parser)
    _data(parser, target=True)
    _weight(parser)
    _seed(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def _compare(parser: argparse.ArgumentParser) -> None:
    _card(parser, several=True)
    _data(parser, target=True)
    _weight(parser)
    _seed(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")


def _export(parser: argparse.ArgumentParser) -> None:
    _card(parser)
    parser.add_argument("--sql", action="store_true", required=True, help="PostgreSQL, to stdout")
    parser.add_argument("--table", default="applications", metavar="T", help="the table to score")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="COLUMN",
        help="stands beside the scores, to tell the rows apart; may be given again",
    )


def _report(parser: argparse.ArgumentParser) -> None:
    _card(parser)
    _data(parser, target=True)
    parser.add_argument("--out", type=Path, required=True, metavar="REPORT.html")
    _weight(parser)
    parser.add_argument("--time", metavar="COLUMN", help="stability is told by its values")
    parser.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="COLUMN",
        help="fairness is told by its values, and inputs that stand for it; may be given again",
    )
    parser.add_argument(
        "--dictionary", type=Path, metavar="D.json", help="its protected columns are told so too"
    )
    _seed(parser)


def _stress(parser: argparse.ArgumentParser) -> None:
    _card(parser)
    _data(parser, target=False)
    parser.add_argument(
        "--policy", type=Path, metavar="P.json", help="tiers and limits, for answers of our form"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument(
        "--out", type=Path, metavar="OUT", help="a page, or a folder for the page and the JSON"
    )
    _seed(parser)


def _monitor(parser: argparse.ArgumentParser) -> None:
    _card(parser)
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="what the rows are held against; without it, the first of them by time",
    )
    _data(parser, target=False)
    parser.add_argument("--time", metavar="COLUMN", help="told by its weeks")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")


Arrange = Callable[[argparse.ArgumentParser], None]
COMMANDS: Final[dict[str, tuple[str, str, Arrange]]] = {
    "fit": ("scoring.training.fit", "train a card", _fit),
    "challenge": ("scoring.training.challenge", "train the boosted challenger", _challenge),
    "score": ("scoring.training.score", "score a file, row by row", _score),
    "evaluate": ("scoring.training.evaluate", "judge a card by outcomes", _evaluate),
    "compare": ("scoring.training.compare", "tell which of two is better", _compare),
    "export": ("scoring.training.export", "write a card as SQL", _export),
    "report": ("scoring.training.report", "write the release report", _report),
    "stress": ("scoring.training.stress", "score under bad times", _stress),
    "monitor": ("scoring.training.monitor", "watch stability and calibration", _monitor),
}


if __name__ == "__main__":
    sys.exit(main())
