"""QTI, the exchange format of tests: 1.2, 2.x and 3.0 are read, 2.2 and 3.0 are written."""

from lms.assessment.formats.exchange import Format
from lms.assessment.formats.qti.reader import parse, sniff

QTI = Format("qti", "QTI 1.2, 2.x y 3.0", (".zip",), sniff, parse)
