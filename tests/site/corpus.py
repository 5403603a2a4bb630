"""Texts that try to act. Each sets ``window.ran`` if a browser takes any of it for more than words."""

from __future__ import annotations

from pathlib import Path

__all__ = ["PAYLOADS"]

PAYLOADS = tuple(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split("\n")[:-1])
