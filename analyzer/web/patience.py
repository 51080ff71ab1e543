"""Ends connections that keep the server waiting: half a request's head, or a body that stalls.

uvicorn waits for both for ever; a few hundred such connections would shut everybody else out.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0
"""How long a request's line and headers may take, from the connection or their first byte on."""
STALL_S = 60.0
"""How long a body may pause; an upload that moves may take as long as it likes."""
MOVES_BYTES = 4096
"""What must come of a body in that time: a byte now and then only keeps a place."""


class ImpatientProtocol(H11Protocol):
    """uvicorn's own protocol, with a deadline for whatever is still owed."""

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_head = False
        self._came = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a head."""
        super().connection_made(transport)
        self._expect_within(HEAD_S, head=True)

    def data_received(self, data: bytes) -> None:
        """Take what came, and expect what is still missing of a head or of a body."""
        super().data_received(data)
        state = self.conn.their_state
        if self.transport.get_protocol() is not self:
            self._expect_nothing()  # a WebSocket took it over, which has its own pings
        elif state is h11.IDLE and self.conn.trailing_data[0]:
            if self._deadline is None or not self._is_head:
                self._expect_within(HEAD_S, head=True)
        elif state is h11.SEND_BODY:
            self._came += len(data)
            if self._deadline is None or self._is_head or self._came >= MOVES_BYTES:
                self._came = 0
                self._expect_within(STALL_S, head=False)
        else:
            self._expect_nothing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._expect_nothing()
        super().connection_lost(exc)

    def _expect_within(self, span_s: float, *, head: bool) -> None:
        self._expect_nothing()
        self._is_head = head
        self._deadline = self.loop.call_later(span_s, self._give_up)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self._is_head and self.flow.read_paused:
            self._expect_within(STALL_S, head=False)  # it is this side that does not read on
            return
        self.transport.close()
