"""Which network addresses this installation may speak to. No Django here: the feed reader's child uses it too."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What `is_global` calls public though nobody outside should lead us there: translation and tunnel prefixes that
# carry any IPv4 address inside, multicast, retired site-local addresses and the Azure host.
_NOT_PUBLIC: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "224.0.0.0/3",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)


def parse_address(text: str) -> Address:
    """The address in `text`, without an IPv6 zone. Raises ValueError where it is no numeric address."""
    return ipaddress.ip_address(text.partition("%")[0])


def is_public(address: Address) -> bool:
    """Whether everybody on the internet sees the same machine at `address`."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    inner = mapped or address
    if not inner.is_global or inner.is_multicast:
        return False
    return not any(inner.version == network.version and inner in network for network in _NOT_PUBLIC)


@dataclass(frozen=True)
class _Entry:
    host: str
    network: Network | None
    port: int | None

    def covers_host(self, host: str, port: int) -> bool:
        return self.network is None and self.host == host and self.port in (None, port)

    def covers_address(self, address: Address, port: int) -> bool:
        if self.network is None or self.port not in (None, port):
            return False
        return address.version == self.network.version and address in self.network


class AllowList:
    """The owner's exceptions: host names, addresses and networks, each with `#port` or `:port` for one port only.

    Raises ValueError for an entry that is none of these, so that a slip of the pen opens or closes nothing unseen.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._entries = tuple(_parse_entry(entry.strip()) for entry in entries if entry.strip())

    def permits(self, host: str, address: Address, port: int) -> bool:
        """Whether the owner allows `address`, reached under the name `host`, on `port`."""
        name = host.rstrip(".").lower()
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        inner = mapped or address
        return any(entry.covers_host(name, port) or entry.covers_address(inner, port) for entry in self._entries)


def _parse_entry(text: str) -> _Entry:
    target, port = _split_port(text)
    target = target.strip("[]")
    try:
        return _Entry("", ipaddress.ip_network(target, strict=False), port)
    except ValueError:
        pass
    if not target or "/" in target or any(char.isspace() or char in "@?#:" for char in target):
        raise ValueError(f"Not a host, an address or a network: {text}")
    return _Entry(target.rstrip(".").lower(), None, port)


def _split_port(text: str) -> tuple[str, int | None]:
    target, hash_sign, port = text.partition("#")
    if not hash_sign and (text.startswith("[") or text.count(":") == 1):
        target, _, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not port:
        return target, None
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"Not a port: {text}")
    return target, int(port)
