"""Certificates: issue, expiry, revocation, public verification, PDF."""
