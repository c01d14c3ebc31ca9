"""Reports across capabilities, as pages and as files: who is how far, who reached what."""
