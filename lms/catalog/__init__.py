"""Courses: read from Markdown, published as immutable versions, followed by people part by part until completed."""
