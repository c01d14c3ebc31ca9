"""Questions in a table, one row a question: workbooks (XLSX) and CSV. The columns are in docs/exchange-formats.md."""

from lms.assessment.formats.exchange import Format
from lms.assessment.formats.sheet.reader import parse_csv, parse_xlsx, sniff_csv, sniff_xlsx
from lms.assessment.formats.sheet.writer import write_csv, write_xlsx

XLSX = Format("xlsx", "XLSX", (".xlsx", ".xls", ".xlsm", ".ods"), sniff_xlsx, parse_xlsx, write_xlsx)
CSV = Format("csv", "CSV", (".csv", ".tsv"), sniff_csv, parse_csv, write_csv)

__all__ = ["CSV", "XLSX"]
