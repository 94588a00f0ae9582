"""What Python calls of the compiled engines. Importing this compiles nothing."""

from __future__ import annotations

from vtwin.engines.kernel.cache import Entry

#: ``advance(m, until, most)``: see :func:`vtwin.engines.kernel.instant.advance`.
advance = Entry("instant.advance", 3)
#: ``prepared(s)``: see :func:`vtwin.engines.kernel.streams.prepared`.
prepared = Entry("streams.prepared", 1, answers=False)
#: ``pass_items(m, most)``: see :func:`vtwin.engines.kernel.tandem.advance`.
pass_items = Entry("tandem.advance", 2)
