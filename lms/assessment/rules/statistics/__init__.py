"""Classical test theory: what a test and its items did, computed from the marks of people.

Marks are fractions of what an item is worth, 0 to 1; None is an item that a person did not get. The discrimination index,
the discriminative efficiency and the error ratio are in percent, everything else is a plain number. What is undefined (no
variance, too few people) is None, never zero. docs/statistics.md gives each formula with its source.
"""

from lms.assessment.rules.statistics.items import ItemFigures, item_figures
from lms.assessment.rules.statistics.options import OptionRow, option_table
from lms.assessment.rules.statistics.reliability import alpha_of_slots, alpha_within_sections, cronbach, subkoviak
from lms.assessment.rules.statistics.sheet import Sheet, TestFigures, analyse

__all__ = [
    "ItemFigures",
    "OptionRow",
    "Sheet",
    "TestFigures",
    "alpha_of_slots",
    "alpha_within_sections",
    "analyse",
    "cronbach",
    "item_figures",
    "option_table",
    "subkoviak",
]
