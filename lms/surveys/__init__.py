"""Surveys: definitions, answers that cannot be traced, results of groups."""
