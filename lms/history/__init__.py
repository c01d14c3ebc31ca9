"""Bringing the past along: hours, certificates and verifications of before this site, imported with their evidence."""
