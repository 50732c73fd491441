"""Write a Parquet file as CSV: `python -m scoring.training.parquet < IN > OUT`.

A program of its own, so that nothing that stays running carries pyarrow.
"""

import sys
from io import BytesIO
from typing import BinaryIO


def to_csv(parquet: bytes | str, out: BinaryIO) -> None:
    """Write a table, given as its bytes or its path, some rows at a time."""
    from pyarrow import csv  # noqa: PLC0415 - only whoever reads Parquet pays for it
    from pyarrow import parquet as files  # noqa: PLC0415

    source = files.ParquetFile(BytesIO(parquet) if isinstance(parquet, bytes) else parquet)
    with csv.CSVWriter(out, source.schema_arrow) as writer:
        for batch in source.iter_batches():
            writer.write_batch(batch)


if __name__ == "__main__":
    to_csv(sys.stdin.buffer.read(), sys.stdout.buffer)
