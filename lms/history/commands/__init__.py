"""Bringing the past along: `checking` looks at a file, `writing` writes what was found good, `withdrawing` takes back."""

from lms.history.commands.checking import Checked, Options, check
from lms.history.commands.withdrawing import withdraw
from lms.history.commands.writing import write

__all__ = ["Checked", "Options", "check", "withdraw", "write"]
