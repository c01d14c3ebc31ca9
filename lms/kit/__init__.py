"""Shared services without Flask and without business: the lowest floor of the house."""
