"""Assessment: banks of questions, test plans, attempts, and the results that decide who may take a contact.

What is pure stands in `rules/` (draw, plan, grading, policy), `types/` (one module per question type) and `formats/`
(what reads a bank's files): no Flask, no database. Whoever adds a question type writes one module in `types/` and
one line in `types/registry.py`.
"""
