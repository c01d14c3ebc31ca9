"""From the Markdown of a course page to the HTML that is served, with every fault named by file and line.

`source` reads the author's text (headings, terms, diagrams, links to lines), `drawing` checks and writes SVG, `page`
puts the safe HTML together.
"""

from lms.catalog.rendering.drawing import Drawing, read_drawing
from lms.catalog.rendering.page import Page, Term, render_page

__all__ = ["Drawing", "Page", "Term", "read_drawing", "render_page"]
