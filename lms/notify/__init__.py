"""Notices: what a person should know, in the product and by e-mail."""
