"""Is a piece of saved HTML inert? A strict grammar, so that no browser can read it otherwise.

The static views escape what people write; this is the wall behind them, and the content security
policy the wall behind this one. Nothing is repaired: HTML that the grammar does not know is not shown.
"""

from __future__ import annotations

import re

__all__ = ["is_inert"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS = _words(
    """a abbr article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl
    dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li main mark meter ol p pre progress
    q s section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr
    svg g path rect circle ellipse line polyline polygon text tspan title desc defs marker
    lineargradient radialgradient stop clippath pattern symbol"""
)
_ATTRIBUTES = _words(
    """abbr class cite colspan datetime dir headers hidden high id lang low max min open optimum reversed role
    rowspan scope span start tabindex title value xmlns
    clip-path cx cy d dominant-baseline dx dy fill fill-opacity fill-rule focusable font-family font-size
    font-weight gradienttransform gradientunits height letter-spacing marker-end marker-mid marker-start
    markerheight markerunits markerwidth offset opacity orient pathlength patterntransform patternunits
    points preserveaspectratio r refx refy rotate rx ry shape-rendering stop-color stop-opacity stroke
    stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity
    stroke-width text-anchor textlength transform vector-effect version viewbox width x x1 x2 y y1 y2"""
)
_LINKS = re.compile(r"#[\w.-]*\Z|(?:https?://|mailto:)[^\s\"'<>]*\Z", re.ASCII)
_FREE_NAME = re.compile(r"(?:aria|data)-[a-z0-9-]+\Z")
_SPACE = r"[ \t\r\n]"
_TOKEN = re.compile(
    rf"""(?P<text>[^<\x00]+)
    | </(?P<close>[a-zA-Z][a-zA-Z0-9]*){_SPACE}*>
    | <(?P<open>[a-zA-Z][a-zA-Z0-9]*)
       (?P<attributes>(?:{_SPACE}+[a-zA-Z][-a-zA-Z0-9]*(?:=(?:"[^"<\x00]*"|'[^'<\x00]*'))?)*)
       {_SPACE}*/?>""",
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""([a-zA-Z][-a-zA-Z0-9]*)(?:=(?:"([^"]*)"|'([^']*)'))?""")


def is_inert(html: str) -> bool:
    """Say whether HTML holds nothing but known tags, attributes and links, plainly written.

    Examples
    --------
    >>> is_inert('<p class="mdli-text">&lt;script&gt; is only a word here</p>')
    True
    >>> is_inert("<p>one</p><script>two()</script>"), is_inert('<img src="x" onerror="y()">')
    (False, False)
    >>> is_inert('<a href="javascript:x()">go</a>'), is_inert('<svg onload="x()"></svg>')
    (False, False)
    """
    at = 0
    while at < len(html):
        token = _TOKEN.match(html, at)
        if token is None or not _is_known(token):
            return False
        at = token.end()
    return True


def _is_known(token: re.Match[str]) -> bool:
    tag = token["open"] or token["close"]
    if tag is None:
        return True
    return tag.lower() in _TAGS and all(
        _may_have(name.lower(), double or single)
        for name, double, single in _ATTRIBUTE.findall(token["attributes"] or "")
    )


def _may_have(name: str, value: str) -> bool:
    if name in {"href", "cite"}:
        return _LINKS.match(value) is not None
    if "url(" in value.replace(" ", "").lower():
        return re.fullmatch(r"url\(#[\w.-]+\)", value, re.ASCII) is not None
    return name in _ATTRIBUTES or name == "rel" or _FREE_NAME.match(name) is not None
