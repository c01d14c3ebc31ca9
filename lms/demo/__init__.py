"""A fictional company with a year of records, made through the same commands that people use."""
