"""Read what risk people have (CSV, CSV.gz, Parquet) into columns, or say what is wrong with it.

Numbers become float64 with NaN, everything else text with None. A value is the same whether it came
from a CSV or a Parquet file, so a card trained on one scores the other.
"""

import codecs
import csv
import gzip
import hashlib
import warnings
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Final, Literal, cast

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Texts = NDArray[np.object_]  # str or None
Column = Numbers | Texts
Kind = Literal["number", "choice"]

# What CSV writers put where nothing is known; Parquet texts are read by the same rule.
MISSING_WORDS: Final = frozenset(
    {"", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "<NA>", "NaT", "-nan"}
)
TARGET_WORDS: Final = {"0": 0, "1": 1, "false": 0, "true": 1}
# How people write numbers: "1,234.50", "¥88", "13.5 %".
DRESSED: Final = r"[-+]?[$€£¥￥]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?\s?%?"
DRESS: Final = r"[$€£¥￥,%\s]"
# A column of more numbers than a choice has levels is one of numbers; few words may say "none".
MANY_NUMBERS: Final = 40
STRAY_WORDS: Final = 3
ENCODINGS: Final = ("utf-8-sig", "gb18030")
SEPARATORS: Final = (",", ";", "\t", "|")
_BLOCK: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = b"PAR1"
_ZIP: Final = b"PK"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")  # as spreadsheets save "Unicode text"


class DataUnusable(ValueError):
    """A file cannot be used as it is; the message says why, in words for whoever made it."""


class DataWarning(UserWarning):
    """A file can be used, and whoever made it should know something about it."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns are not inputs, and the kinds that a field dictionary knows better."""

    target: str | None = None
    weight: str | None = None
    groups: str | None = None
    time: str | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One file in columns: the inputs, and beside them what the roles named.

    A column of float64 is a number, one of objects a choice. `target` is 1 where it went bad.
    """

    columns: Mapping[str, Column]
    rows: int
    sha256: str
    target: NDArray[np.int64] | None = None
    weights: Numbers | None = None
    groups: Texts | None = None
    times: Column | None = None

    def take(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> "Table":
        """Keep some rows, by position or by mask."""
        kept = np.arange(self.rows)[chosen]
        return Table(
            columns={name: column[kept] for name, column in self.columns.items()},
            rows=len(kept),
            sha256=self.sha256,
            target=None if self.target is None else self.target[kept],
            weights=None if self.weights is None else self.weights[kept],
            groups=None if self.groups is None else self.groups[kept],
            times=None if self.times is None else self.times[kept],
        )

    def only(self, names: Iterable[str]) -> "Table":
        """Keep some columns, in this order."""
        return replace(self, columns={name: self.columns[name] for name in names})

    def labels(self) -> NDArray[np.int64]:
        """Tell the outcomes, when both kinds are there to learn or judge from."""
        if self.target is None:
            raise DataUnusable("no target column was named")
        counts = self.target if self.weights is None else self.target[self.weights > 0]
        if len(np.unique(counts)) < 2:  # noqa: PLR2004 - good and bad
            told = "every row" if self.weights is None else "every row with a weight"
            raise DataUnusable(f"{told} has the same outcome, {counts[0]}: nothing to tell")
        return self.target


def read(path: Path, roles: Roles | None = None) -> Table:
    """Read a whole file; `DataUnusable` when it is not a table or a role is not in it."""
    return table_from(read_frame(path), roles or Roles(), fingerprint(path))


def read_frame(path: Path) -> pd.DataFrame:
    """Read a whole file as it stands, at least one row."""
    parts = [*frames(path)]
    if not parts:
        raise DataUnusable(f"{path.name}: there are no rows")
    return pd.concat(parts, ignore_index=True)


def table_from(frame: pd.DataFrame, roles: Roles, sha256: str) -> Table:
    """Turn a frame into columns; what a role names is no input."""
    taken = {roles.target, roles.weight, roles.groups, roles.time}
    if roles.target and roles.target in {roles.weight, roles.groups, roles.time}:
        raise DataUnusable(f"column {roles.target!r} is the target, and nothing else beside")
    for name in sorted(taken - {None, *frame.columns}, key=str):
        raise DataUnusable(f"there is no column {name!r}; {_told(frame)}")
    return Table(
        columns={
            str(name): column_of(frame[name], roles.kinds.get(str(name)))
            for name in frame.columns
            if name not in taken
        },
        rows=len(frame),
        sha256=sha256,
        target=_target(frame[roles.target]) if roles.target else None,
        weights=_weights(frame[roles.weight]) if roles.weight else None,
        groups=texts(frame[roles.groups]) if roles.groups else None,
        times=column_of(frame[roles.time]) if roles.time else None,
    )


def frames(path: Path, rows: int | None = None) -> Iterator[pd.DataFrame]:
    """Read a file in frames of so many rows (all at once when None); none when it has no rows."""
    start = _start_of(path)
    source = _parquet(path, rows) if start == _PARQUET else _csv(path, start, rows)
    try:
        yield from (frame for frame in source if len(frame))
    except (pyarrow.ArrowException, pd.errors.ParserError, pd.errors.ParserWarning) as wrong:
        raise DataUnusable(f"{path.name}: {str(wrong).strip().splitlines()[0]}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile, csv.Error) as wrong:
        raise DataUnusable(f"{path.name}: {wrong}") from None


def fingerprint(path: Path) -> str:
    """Hash a file as it is on disk (SHA-256, hexadecimal)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def column_of(series: "pd.Series[object]", kind: Kind | None = None) -> Column:
    """Turn one column into numbers or texts; without a kind it is numbers if every value is."""
    if kind == "choice" or (kind is None and pd.api.types.is_bool_dtype(series)):
        return texts(series)
    if kind == "number":
        return numbers(series)
    values = _parsed(series)
    stray = np.isnan(values) & ~_missing(series)
    if not stray.any():
        return values
    words = Counter(series[stray].astype("str").str.strip())
    if len(words) > STRAY_WORDS or len(np.unique(values[~np.isnan(values)])) <= MANY_NUMBERS:
        return texts(series)
    told = ", ".join(f"{word!r} ({count})" for word, count in sorted(words.items()))
    warnings.warn(f"column {series.name!r} holds numbers; missing: {told}", DataWarning, 2)
    return values


def answers_of(series: "pd.Series[object]", kind: Kind) -> Column:
    """Take a column as a card reads it: where numbers are wanted, other words stay as they are."""
    if kind == "choice":
        return texts(series)
    values = numbers(series)
    stray = np.isnan(values) & ~_missing(series)
    return np.where(stray, texts(series), values.astype(object)) if stray.any() else values


def numbers(series: "pd.Series[object]") -> Numbers:
    """Read numbers; what is not one is missing, true and false are 1 and 0."""
    if pd.api.types.is_numeric_dtype(series):
        return _parsed(series)
    return _parsed(series.astype("str").replace({"True": "1", "False": "0"}))


def _parsed(series: "pd.Series[object]") -> Numbers:
    if not pd.api.types.is_numeric_dtype(series):
        words = series.astype("str").str.strip()
        series = pd.to_numeric(words, errors="coerce").astype(np.float64)
        dressed = words[series.isna()]
        dressed = dressed[dressed.str.fullmatch(DRESSED)]
        series[dressed.index] = dressed.str.replace(DRESS, "", regex=True).astype(np.float64)
    return cast("Numbers", series.to_numpy(dtype=np.float64, na_value=np.nan))


def texts(series: "pd.Series[object]") -> Texts:
    """Read codes as text: trimmed, whole numbers without a decimal point, None where missing."""
    codes, levels = pd.factorize(series)
    words = np.array([*map(_text, levels), None], dtype=object)
    return cast("Texts", words[codes])  # the code of missing is -1: the last word


def _text(value: object) -> str | None:
    if isinstance(value, float | np.floating):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    word = str(value).strip()
    if word in MISSING_WORDS:
        return None
    whole, _, decimals = word.partition(".")
    # "7.0" is how a column of whole numbers with gaps is written: the level is 7.
    return whole if decimals and not decimals.strip("0") and _is_whole(whole) else word


def _is_whole(word: str) -> bool:
    return word.removeprefix("-").isascii() and word.removeprefix("-").isdigit()


def _missing(series: "pd.Series[object]") -> NDArray[np.bool_]:
    gaps = series.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(series):
        return cast("NDArray[np.bool_]", gaps)
    words = series.astype("str").str.strip().isin(MISSING_WORDS).to_numpy()
    return cast("NDArray[np.bool_]", gaps | words)


def _target(series: "pd.Series[object]") -> NDArray[np.int64]:
    words = texts(series)
    known = np.array([TARGET_WORDS.get(str(word).lower(), -1) for word in words], dtype=np.int64)
    wrong = Counter("nothing" if word is None else repr(word) for word in words[known < 0])
    if wrong:
        told = ", ".join(f"{word} ({count})" for word, count in wrong.most_common(5))
        more = f" and {len(wrong) - 5} others" if len(wrong) > 5 else ""  # noqa: PLR2004 - as above
        raise DataUnusable(
            f"column {series.name!r} must hold 0 (good) or 1 (bad) in every row; "
            f"it also holds {told}{more}"
        )
    return known


def _weights(series: "pd.Series[object]") -> Numbers:
    weights = numbers(series)
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise DataUnusable(
            f"column {series.name!r} holds weights: numbers from 0 up, none missing, not all 0"
        )
    return weights


def _told(frame: pd.DataFrame) -> str:
    names = [repr(str(name)) for name in frame.columns]
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""  # noqa: PLR2004 - a line
    return f"there are {', '.join(names[:12])}{more}"


def _start_of(path: Path) -> bytes:
    if not path.is_file():
        raise DataUnusable(f"{path}: there is no such file")
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise DataUnusable(f"{path.name}: the file is empty")
    if start.startswith(_ZIP):
        raise DataUnusable(f"{path.name}: a workbook or an archive; save the sheet as CSV")
    return start


def _parquet(path: Path, rows: int | None) -> Iterator[pd.DataFrame]:
    file = pyarrow.parquet.ParquetFile(path)
    names = _each_once([*file.schema_arrow.names])
    for batch in file.iter_batches(batch_size=rows or max(file.metadata.num_rows, 1)):
        frame = batch.rename_columns(names).to_pandas()
        for name in frame.columns[[*map(pd.api.types.is_object_dtype, frame.dtypes)]]:
            frame[name] = [_plain(value) for value in frame[name]]
        yield frame.reset_index() if frame.index.name else frame


def _plain(value: object) -> str | None:
    """Write whatever is no number and no text (dates, decimals, lists, bytes) as text."""
    if value is None or isinstance(value, str):
        return value
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _csv(path: Path, start: bytes, rows: int | None) -> Iterator[pd.DataFrame]:
    encoding = _encoding(path, start)
    with _text_of(path, start, encoding) as file:
        blank = 0
        while (first := file.readline()) and not first.strip():
            blank += 1
    separator = max(SEPARATORS, key=first.count)  # the comma, when none is there
    with _text_of(path, start, encoding) as file:
        header = next((row for row in csv.reader(file, delimiter=separator) if row), [])
    names = _each_once(header)
    with _text_of(path, start, encoding) as file, warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        chunks = pd.read_csv(
            file,
            sep=separator,
            names=names,
            header=0,
            skiprows=blank,
            index_col=False,
            dtype=str,
            na_filter=False,
            # In a file of one column an empty line is a row whose value is missing.
            skip_blank_lines=len(names) > 1,
            chunksize=rows or 1 << 62,
        )
        yield from chunks


@contextmanager
def _text_of(path: Path, start: bytes, encoding: str) -> Iterator[IO[str]]:
    opened = gzip.open if start.startswith(_GZIP) else open
    with opened(path, "rt", encoding=encoding, newline="") as file:
        yield cast("IO[str]", file)


def _encoding(path: Path, start: bytes) -> str:
    for encoding in ("utf-16",) if start.startswith(_UTF_16) else ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        with gzip.open(path) if start.startswith(_GZIP) else path.open("rb") as file:
            try:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
        return encoding
    raise DataUnusable(f"{path.name}: the text is neither UTF-8 nor GB 18030 (GBK)")


def _each_once(header: list[str]) -> list[str]:
    """Name every column once: a name that stands again gets a number, a blank one its place."""
    again = [name for name, count in Counter(header).items() if count > 1 and name.strip()]
    if again:
        told = ", ".join(map(repr, again))
        warnings.warn(f"named twice: {told}; the later ones get a number", DataWarning, 2)
    seen: Counter[str] = Counter()
    names = []
    for place, name in enumerate(header):
        bare = name.strip() or f"column_{place + 1}"
        seen[bare] += 1
        names.append(bare if seen[bare] == 1 else f"{bare}.{seen[bare] - 1}")
    return names
