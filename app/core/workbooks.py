"""openpyxl without numpy, for which it only looks to accept its numbers.

A process that serves must not carry numpy (40 MB, and the contract in pyproject.toml); hidden while
openpyxl is read for the first time, it stays out.
"""

import sys

_IS_HIDDEN = "numpy" not in sys.modules
if _IS_HIDDEN:
    sys.modules["numpy"] = None  # type: ignore[assignment]  # the documented way to forbid an import

from openpyxl import Workbook, load_workbook  # noqa: E402 - after numpy has been hidden
from openpyxl.cell import WriteOnlyCell  # noqa: E402

if _IS_HIDDEN:
    del sys.modules["numpy"]

__all__ = ["Workbook", "WriteOnlyCell", "load_workbook"]
