"""Reading drafts, what is published beside them, and the publications that wait."""
