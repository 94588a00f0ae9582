"""What all tests share: properties are judged by their answers, never by the clock."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("vtwin", deadline=None)
settings.load_profile("vtwin")
