"""QTI, the exchange format of tests: 1.2, 2.x and 3.0 are read, 2.2 and 3.0 are written, as packages."""

from lms.assessment.formats.exchange import Format
from lms.assessment.formats.qti.reader import parse, sniff
from lms.assessment.formats.qti.writer import write_22, write_30


def _never(head: bytes, name: str) -> int:  # noqa: ARG001 - the shape of every format
    """What is read is told by `QTI`; these two are there to be written."""
    return 0


QTI = Format("qti", "QTI", (".zip",), sniff, parse, write_22)
QTI2 = Format("qti2", "QTI 2.2", (".qti2.zip",), _never, parse, write_22)
QTI3 = Format("qti3", "QTI 3.0", (".qti3.zip",), _never, parse, write_30)
