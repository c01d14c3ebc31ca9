"""From which networks a test is taken."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection


def is_allowed(address: str, networks: Collection[str]) -> bool:
    """Whether `address` lies in one of `networks` (CIDR notation); without any, every address does.

    An IPv4 address that comes wrapped in an IPv6 one is the IPv4 address. A text that is no address lies in none.
    """
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in ipaddress.ip_network(network) for network in networks)
