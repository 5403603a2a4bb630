"""Figures by group that tell the truth about small numbers.

Counts come from a panel (:mod:`.panel`), are withheld where they are small (:mod:`.suppression`), and
only then become a table of rates with intervals (:mod:`.table`) and a picture of it (:mod:`.chart`).
Nothing here knows a notebook, a store or a data frame.
"""
