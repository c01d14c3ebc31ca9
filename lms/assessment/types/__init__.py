"""Question types: one folder each, all listed in `registry.py`. Pure: no Flask, no database, no forms.

What types share stands beside the folders: `base.py` (what every type promises), `options.py`, `shares.py` (what parts of a
question are worth), `numbers.py` and `typed.py` (what is typed in). To add one: `docs/adding-a-question-type.md`.
"""
