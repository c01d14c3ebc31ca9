"""The start page: what to do now, gathered from everywhere."""
