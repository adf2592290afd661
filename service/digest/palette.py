"""The colours of a digest, where custom properties are not to be had (mail, pictures): those of the pages."""

from __future__ import annotations

from collections.abc import Mapping

Palette = Mapping[str, str]

LIGHT: Palette = {
    "n0": "#ffffff",
    "n1": "#f8f8f6",
    "n2": "#f0f0ed",
    "n3": "#e3e3df",
    "n4": "#c8c8c2",
    "n5": "#91918a",
    "n6": "#666660",
    "n7": "#3e3e3a",
    "n8": "#1a1a17",
    "accent": "#4353b8",
    "accent-soft": "#eceefa",
    "act": "#b3261e",
    "done": "#1e6f3c",
    "unsure": "#865300",
}
DARK: Palette = {
    "n0": "#1b1b1d",
    "n1": "#131314",
    "n2": "#252528",
    "n3": "#303034",
    "n4": "#4a4a50",
    "n5": "#74747b",
    "n6": "#a1a1a8",
    "n7": "#cbcbd1",
    "n8": "#ededf0",
    "accent": "#9aa8ff",
    "accent-soft": "#252a4a",
    "act": "#ff8f86",
    "done": "#68cb87",
    "unsure": "#e5b454",
}
