"""Where the site listens and under which names: this machine alone, unless what is sent is encrypted."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdli_workbook.errors import SiteRefused
from mdli_workbook.site.passwords import refuse_readable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Door"]

_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class Door:
    """Where the site listens, and how what it sends is protected on the way.

    Parameters
    ----------
    address
        Which address of this machine to listen on.
    port
        Which port; 0 takes any free one.
    hosts
        Further names under which a browser may ask.
    certificate, key
        Files for TLS, both or neither; the key readable by this account alone.
    behind_proxy
        Whether a proxy with TLS stands in front, and nothing but it reaches this address.

    Examples
    --------
    >>> door = Door("127.0.0.1", 8866)
    >>> door.check()
    >>> door.url(8866), door.secure
    ('http://127.0.0.1:8866/', False)
    """

    address: str
    port: int
    hosts: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False

    @property
    def secure(self) -> bool:
        """Whether browsers reach the site by TLS; its cookies then travel by nothing else."""
        return self.certificate is not None or self.behind_proxy

    @property
    def names(self) -> frozenset[str]:
        """The names under which a browser may ask, in lower case."""
        own = set() if self._is_any else {self._written}
        return _HERE | own | {host.lower() for host in self.hosts}

    @property
    def headers(self) -> Mapping[str, str]:
        """What each answer says besides: with TLS of our own, that browsers are never to do without."""
        return {"Strict-Transport-Security": f"max-age={_YEAR}"} if self.certificate else {}

    def url(self, port: int) -> str:
        """Return the address to open, for the port that was taken."""
        named = self.hosts[0] if self.hosts and self.certificate else self._written
        return f"{'https' if self.certificate else 'http'}://{named}:{port}/"

    @property
    def _written(self) -> str:
        return f"[{self.address}]" if ":" in self.address else self.address

    @property
    def _is_any(self) -> bool:
        return ipaddress.ip_address(_ip(self.address)).is_unspecified

    def check(self) -> None:
        """Refuse what would not be safe.

        Raises
        ------
        SiteRefused
            If others could reach the site without encryption, or under no name; or if certificate
            and key are not both there, or the key is readable by others.
        """
        self._need_both_files()
        self._need_address()
        for host in self.hosts:
            _need_name(host)
        if self._is_any and not self.hosts:
            way_out = "name the host that browsers ask for with --host"
            raise SiteRefused(f"address {self.address!r} is every address of this machine; {way_out}")

    def _need_both_files(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise SiteRefused("TLS needs both --certificate and --key; give the one that is missing")
        if self.certificate and self.behind_proxy:
            raise SiteRefused(
                "either the site has TLS of its own (--certificate, --key) or the proxy has it; leave one out"
            )
        if self.key is not None:
            refuse_readable(self.key, str(self.key))

    def _need_address(self) -> None:
        try:
            loopback = ipaddress.ip_address(_ip(self.address)).is_loopback
        except ValueError:
            way_out = "give a number such as 127.0.0.1, and the name that browsers ask for with --host"
            raise SiteRefused(f"address {self.address!r} is not an IP address; {way_out}") from None
        if loopback or self.secure:
            return
        way_out = (
            "leave it at 127.0.0.1 and let coaches come through a tunnel; or give --certificate and --key; "
            "or say --behind-proxy where a proxy with TLS alone reaches it"
        )
        raise SiteRefused(
            f"address {self.address!r} could be reached from outside, without encryption; {way_out}"
        )

    def tls(self) -> ssl.SSLContext | None:
        """Return what encrypts, if the site has TLS of its own: version 1.2 or newer.

        Raises
        ------
        SiteRefused
            If the files are not a certificate and its key.
        """
        if self.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key, password=_no_passphrase)
        except (OSError, ValueError) as error:
            rule = "one PEM file of a certificate and one of its key, without a passphrase"
            raise SiteRefused(
                f"certificate and key cannot be used ({type(error).__name__}): {rule}"
            ) from error
        return context

    def open(self) -> socket.socket:
        """Listen on the one port asked for; another one would surprise whoever has a bookmark.

        Raises
        ------
        SiteRefused
            If it is taken, or not for this account.
        """
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        try:
            opened = socket.create_server((_ip(self.address), self.port), family=family, backlog=128)
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}:
                raise
            way_out = "stop what listens there, or choose another with --port"
            raise SiteRefused(f"port {self.port} on {self.address} cannot be used; {way_out}") from error
        opened.settimeout(0)
        return opened


def _ip(address: str) -> str:
    return "127.0.0.1" if address == "localhost" else address


def _need_name(host: str) -> None:
    letters = set("abcdefghijklmnopqrstuvwxyz0123456789.-")
    if not host or set(host.lower()) - letters:
        rule = "a host is a name such as coach.example.org, without https:// and without a port"
        raise SiteRefused(f"host {host!r} is not one; {rule}")


def _no_passphrase() -> str:
    """Answer OpenSSL, which would otherwise ask on the terminal."""
    raise ValueError
