"""Connections before anything is asked on them: how long one may wait with its first line, how many there are of one address and
in all.

A socket that is opened and says nothing costs whoever opens it nothing. So it is closed after a few seconds, and when there are too
many it is those that give way, the oldest first, not the one that comes to ask.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""For the head of a request, from the opening of the connection or its first byte."""
MOST_OF_ONE, MOST = 40, 500
"""Connections of one address (a browser opens six), and of all."""


class GuardedProtocol(H11Protocol):
    """HTTP/1.1 with a deadline for the head of each request and bounds on connections. `proxies` are not bounded as one address:
    what comes through them is many."""

    proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    head_seconds = HEAD_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        every = [one for one in self.connections if isinstance(one, GuardedProtocol)]
        mine = [one for one in every if one.address == self.address]
        if len(mine) > MOST_OF_ONE and not within(self.address, self.proxies):
            self._make_room(mine)
        elif len(every) > MOST:
            self._make_room(every)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.waiting:
            self._stop_waiting()
        elif self._deadline is None and not self.transport.is_closing():
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    @property
    def waiting(self) -> bool:
        """Whether nothing has been asked that is not answered."""
        return self.conn.their_state is h11.IDLE and (self.cycle is None or self.cycle.response_complete)

    def _make_room(self, among: Sequence[GuardedProtocol]) -> None:
        """Close the one that has been waiting longest, of those that never asked anything if there are any; this one, if all are
        at work."""
        idle = [one for one in among if one is not self and one.waiting]
        oldest = min(idle, key=lambda one: (one.cycle is not None, one._deadline.when() if one._deadline else 0.0), default=self)
        oldest.connections.discard(oldest)
        oldest.transport.abort()

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self.head_seconds, self._too_late)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if self.waiting:
            self.transport.abort()


def networks(proxies: Sequence[str]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Addresses and networks as they are written. Raises ValueError for what is neither."""
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)


def within(address: str, known: Sequence[Any]) -> bool:
    """Whether an address is in one of the networks."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(one in network for network in known if network.version == one.version)
