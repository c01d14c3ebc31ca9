"""Pure decisions of an import.

`columns`: names; `cells`: what a cell means; `rows`: a row alone; `book`: a row against what is known; `faults`: what is wrong.
"""
