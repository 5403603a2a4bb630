"""What each forked kernel has imported already: what a workbook, its forms, its store and a report need."""

from __future__ import annotations

import gc
from importlib import import_module

NEEDED = (
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "anywidget",
    "ipykernel.debugger",
    "ipykernel.heartbeat",
    "ipykernel.kernelapp",
    "ipykernel.parentpoller",
    "ipywidgets",
    "mdli_workbook.exercises",
    "mdli_workbook.exercises.desk",
    "mdli_workbook.exercises.equity",
    "mdli_workbook.exercises.widget",
    "mdli_workbook.program",
    "mdli_workbook.store",
)

for name in NEEDED:
    import_module(name)
gc.collect()
gc.freeze()  # what is never looked at by the collector stays shared between the kernels
