"""Reading banks, plans and attempts. What grants access to an attempt stands in `attempts.py`."""
