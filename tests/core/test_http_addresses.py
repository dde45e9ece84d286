"""Which addresses are public, and what the owner's exceptions mean."""

import pytest

from apps.core.addresses import AllowList, is_public, parse_address


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.255", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "100.127.255.255", "168.63.129.16", "192.0.0.8", "192.0.2.1", "192.88.99.1"),
        *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
        *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
        *("fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "3fff::1", "5f00::1"),
    ],
)
def test_it_knows_what_is_not_public(address: str) -> None:
    assert not is_public(parse_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2a00:1450::1"],
)
def test_it_knows_what_is_public(address: str) -> None:
    assert is_public(parse_address(address))


@pytest.mark.parametrize(
    ("entry", "host", "address", "port", "permitted"),
    [
        ("10.1.2.0/24", "x", "10.1.2.9", 80, True),
        ("10.1.2.0/24", "x", "10.1.3.9", 80, False),
        ("10.1.2.3", "x", "10.1.2.3", 443, True),
        ("10.1.2.3", "x", "::ffff:10.1.2.3", 443, True),
        ("127.0.0.1/32#8901", "x", "127.0.0.1", 8901, True),
        ("127.0.0.1/32#8901", "x", "127.0.0.1", 8902, False),
        ("127.0.0.1:8901", "x", "127.0.0.1", 8901, True),
        ("127.0.0.1:8901", "x", "127.0.0.1", 80, False),
        ("::1", "x", "::1", 80, True),
        ("[::1]:8080", "x", "::1", 8080, True),
        ("[::1]:8080", "x", "::1", 80, False),
        ("[::1]", "x", "::1", 80, True),
        ("intranet.example", "Intranet.Example.", "10.0.0.1", 80, True),
        ("intranet.example", "evil.intranet.example", "10.0.0.1", 80, False),
        ("intranet.example:8080", "intranet.example", "10.0.0.1", 8080, True),
        ("intranet.example#8080", "intranet.example", "10.0.0.1", 80, False),
        ("localhost", "127.0.0.1", "127.0.0.1", 80, False),
    ],
)
def test_it_permits_what_the_owner_wrote(entry: str, host: str, address: str, port: int, permitted: bool) -> None:
    assert AllowList([entry]).permits(host, parse_address(address), port) is permitted


@pytest.mark.parametrize(
    "entry", ["http://a.example", "10.0.0.0/99", "a b", "a.example:port", "10.0.0.1#0", "u@a.example"]
)
def test_it_refuses_entries_that_mean_nothing(entry: str) -> None:
    with pytest.raises(ValueError, match="Not a"):
        AllowList([entry])


def test_it_permits_nothing_by_itself() -> None:
    assert not AllowList(["", "  "]).permits("localhost", parse_address("127.0.0.1"), 80)
