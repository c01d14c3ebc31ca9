"""Question types: one module each, all listed in `registry.py`. Pure: no Flask, no database, no forms.

To add one: copy the module most like it, change its `name` and its methods, add it to `registry.py`, describe its
keys in `docs/content-format.md` and cover it in `tests/assessment/test_types.py`.
"""
