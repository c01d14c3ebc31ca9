"""Authoring: questions written and changed in the browser, reviewed by a second person, published now or at a time.

A draft is a document of docs/content-format.md, whole or with faults: nothing that an author types is refused, only kept
from being published. Files and browser lead to the same versions, through the same readers and `publish_bank`.
"""
