"""Persons, employments, placements, jobs, access grants and sign-in."""
