"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format."""

from lms.assessment.formats.exchange import Format
from lms.assessment.formats.moodle.reader import parse, sniff
from lms.assessment.formats.moodle.writer import write

MOODLE_XML = Format("moodle-xml", "Moodle XML", (".xml",), sniff, parse, write)
