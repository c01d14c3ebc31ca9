"""Attacks: what somebody with an account, or without one, tries against the site."""
