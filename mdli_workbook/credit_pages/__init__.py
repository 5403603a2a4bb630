"""Statement and certificate of one participant: pages for paper that ask nothing of any other place.

The software counts minutes; it awards nothing. So the certificate has lines for the accredited provider's
name, statement, signature and date, and says that it holds once they are filled in.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from mdli_workbook.credit import Account, Line

__all__ = ["certificate", "statement"]

_STYLE = Path(__file__).parent / "assets" / "credit.css"
_CREDIT = Markup("<i>AMA PRA Category 1 Credit</i>™")
_CREDITS = Markup("<i>AMA PRA Category 1 Credits</i>™")
_DECIDES = "The accredited provider decides what credit is awarded, and to whom."
_UNSIGNED = (
    "This page holds once the accredited provider has filled in the lines above and signed it. Until then it "
    "says what was recorded, and awards nothing."
)


def statement(title: str, name: str, account: Account, days: Mapping[tuple[str, int], date], on: date) -> str:
    """Return the page of what was recorded, and what it comes to.

    Parameters
    ----------
    title
        Of the program.
    name
        Of the participant, as on the roster.
    account
        Minutes and credit.
    days
        What and number → day.
    on
        The day on which the page is made.
    """
    head = Markup("<tr>{}</tr>").format(
        _cells("th scope=col", ("Activity", "Day", "Minutes", "Designated", "Credit"))
    )
    rows = Markup("\n").join(_row(line, days[line.what, line.number]) for line in account.lines)
    sums = Markup("\n").join(_sum(words, figure) for words, figure in _sums(account))
    body = Markup(
        '<p class="name">{}</p>\n<table>\n<caption>Recorded as of {}. Full quarter hours count, at '
        "most what is designated.</caption>\n<thead>{}</thead>\n<tbody>\n{}\n</tbody>\n"
        "<tfoot>\n{}\n</tfoot>\n</table>\n"
        '<p class="note">{}</p>'
    ).format(name, _day(on), head, rows, sums, _DECIDES)
    return _page("Statement of participation and credit", title, body)


def _row(line: Line, day: date) -> Markup:
    what = f"{line.what.capitalize()} {line.number}"
    return Markup("<tr><th scope=row>{}</th>{}</tr>").format(
        what, _cells("td", (_day(day), line.minutes, line.designated, line.credit))
    )


def _sums(account: Account) -> list[tuple[str, str]]:
    sums = [("Sum", f"{account.counted:.2f}")]
    if account.counted > account.cap:
        sums.append(("At most, for the whole program", f"{account.cap:.2f}"))
    if account.asked is None:
        return [*sums, ("Credit for participation (no other claim is recorded)", f"{account.earned:.2f}")]
    sums.append(("Credit for participation", f"{account.earned:.2f}"))
    if account.asked > account.earned:
        sums.append((f"Claimed ({account.asked:.2f} is above participation)", f"{account.claimed:.2f}"))
    else:
        sums.append(("Claimed", f"{account.claimed:.2f}"))
    return sums


def _sum(words: str, figure: str) -> Markup:
    return Markup("<tr><th scope=row colspan=4>{}</th><td>{}</td></tr>").format(words, figure)


def certificate(title: str, name: str, account: Account, completed: date, on: date) -> str:
    """Return the certificate, to be completed and signed by the accredited provider.

    Parameters
    ----------
    title, name, account, on
        As in :func:`statement`.
    completed
        Day of the last session or call that counts.
    """
    lines = Markup("\n").join(
        Markup("<div><dt>{}</dt><dd>&nbsp;</dd></div>").format(words)
        for words in (
            "Accredited provider",
            "Accreditation and designation statements",
            "Name and signature",
            "Date",
        )
    )
    body = Markup(
        '<p>This is to record that</p>\n<p class="name">{}</p>\n<p>took part in <b>{}</b>, completed on '
        '{}, and claims</p>\n<p class="sum"><b>{:.2f}</b> {}</p>\n<p>for participation that comes to {:.2f}, '
        'of at most {:.2f} designated.</p>\n<dl class="sign">\n{}\n</dl>\n<p class="note">{} {} '
        "Prepared on {}.</p>"
    ).format(
        name,
        title,
        _day(completed),
        account.claimed,
        _CREDIT if account.claimed <= 1 else _CREDITS,
        account.earned,
        account.cap,
        lines,
        _DECIDES,
        _UNSIGNED,
        _day(on),
    )
    return _page("Certificate of participation and credit", title, body)


def _cells(tag: str, cells: Iterable[object]) -> Markup:
    opening, closing = Markup(f"<{tag}>"), Markup(f"</{tag.split(maxsplit=1)[0]}>")  # noqa: S704 - words of this file
    return Markup().join(opening + Markup("{}").format(cell) + closing for cell in cells)


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _page(heading: str, title: str, body: Markup) -> str:
    return str(
        Markup(
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'; img-src data:\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<title>{heading}</title>\n<link rel="icon" href="data:,">\n<style>\n{style}</style>\n'
            '</head>\n<body>\n<main>\n<h1>{heading}</h1>\n<p class="program">{title}</p>\n'
            "{body}\n</main>\n</body>\n</html>\n"
        ).format(
            heading=heading,
            title=title,
            body=body,
            style=Markup(_STYLE.read_text("utf-8")),  # noqa: S704 - package's own
        )
    )
