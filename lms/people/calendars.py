"""Public holidays of a country or a part of it, from the `holidays` library, which is loaded when it is first asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


def countries() -> Sequence[str]:
    """The countries there is a calendar of, by their ISO 3166 code."""
    import holidays

    return sorted(holidays.list_supported_countries(include_aliases=False))


def subdivisions(country: str) -> Sequence[str]:
    """The parts of a country that have holidays of their own, by code; empty for a country that is not known."""
    import holidays

    return holidays.list_supported_countries(include_aliases=False).get(country, [])


def public_holidays(country: str, subdivision: str, year: int) -> list[tuple[date, str]]:
    """(day, name) of a year in order, in Spanish where the library has it and in the country's language where not.

    `subdivision` may be "". Empty for a year, country or part that the library does not know.
    """
    import holidays

    known = subdivisions(country)
    if country not in countries() or (subdivision and subdivision not in known):
        return []
    spoken = holidays.list_localized_countries(include_aliases=False).get(country, [])
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=year, language="es" if "es" in spoken else None
    )
    return sorted((day, name) for day, name in found.items() if day.year == year)
