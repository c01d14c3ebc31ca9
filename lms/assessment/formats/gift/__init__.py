"""GIFT, the text format of Moodle: https://docs.moodle.org/en/GIFT_format and `question/format/gift` of its sources."""

from lms.assessment.formats.exchange import Format
from lms.assessment.formats.gift.reader import parse, sniff
from lms.assessment.formats.gift.writer import write

GIFT = Format("gift", "GIFT", (".gift", ".gift.txt", ".txt"), sniff, parse, write)
