"""The wall behind the escaping of the static views."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from mdli_workbook.site.inert import is_inert

HARMLESS = [
    "",
    "plain",
    "a &lt;b&gt; &amp; c",
    '<section class="mdli-view"><h3 dir="auto">One</h3>\n<p>two<br>three</p></section>',
    '<table><caption>c</caption><tr><th scope="row">a</th><td colspan="2">b</td></tr></table>',
    """<svg class="mdli-picture" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 10 10">
    <title>t</title><path d="M0 0 L1 1" fill="none" stroke="currentColor" clip-path="url(#c)"/></svg>""",
    '<time datetime="2026-03-18">18 March</time>',
    "<details open><summary>more</summary></details>",
    '<a href="https://example.org/a?b=1" rel="noopener">there</a> <a href="#part">here</a>',
    "a > b",
    "<p data-kind='x' aria-label='y'>z</p>",
]
HARMFUL = [
    "<script>x()</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    '<img src=x onerror="x()">',
    '<img src="x">',
    '<svg onload="x()"></svg>',
    "<svg/onload=x()>",
    '<p onclick="x()">y</p>',
    '<p ONCLICK="x()">y</p>',
    '<p style="background:url(//evil.example)">y</p>',
    '<a href="javascript:x()">y</a>',
    '<a href=" javascript:x()">y</a>',
    '<a href="java&#10;script:x()">y</a>',
    '<a href="&#106;avascript:x()">y</a>',
    '<a href="data:text/html,x">y</a>',
    '<a href="//evil.example">y</a>',
    '<svg><a xlink:href="javascript:x()"><text>y</text></a></svg>',
    '<svg><use href="data:image/svg+xml,x#y"/></svg>',
    '<svg><animate attributeName="href" values="javascript:x()"/></svg>',
    '<svg><set attributeName="onmouseover" to="x()"/></svg>',
    "<svg><foreignObject><p>x</p></foreignObject></svg>",
    "<svg><style>*{background:url(//evil.example)}</style></svg>",
    '<rect fill="url(//evil.example/x)"/>',
    '<rect fill="url( javascript:x )"/>',
    "<style>*{}</style>",
    '<link rel="stylesheet" href="https://evil.example">',
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
    '<base href="https://evil.example">',
    '<iframe srcdoc="x"></iframe>',
    '<form action="https://evil.example"><button>y</button></form>',
    '<object data="x"></object><embed src="x">',
    '<math><mtext><mglyph><style><img src=x onerror="x()">',
    "<!-- --><p>y</p>",
    "<!--><img src=x onerror=x()>-->",
    "<![CDATA[<p>y</p>]]>",
    "<?xml version='1.0'?>",
    "<p title=\"a\" b='<'>y</p>",
    "<p title=a>y</p>",
    '<p title="a"class="b">y</p>',
    '<p title="a>y</p>',
    "<p",
    "a < b",
    "<textarea></textarea><noscript></noscript><xmp></xmp>",
    "<p>\x00</p>",
    "</script>",
    '<p/onclick="x()">y</p>',
]


@pytest.mark.parametrize("html", HARMLESS)
def test_what_the_static_views_draw_is_inert(html: str) -> None:
    assert is_inert(html)


@pytest.mark.parametrize("html", HARMFUL)
def test_what_could_act_is_not(html: str) -> None:
    assert not is_inert(html)
    assert not is_inert(f"<p>before</p>{html}<p>after</p>")


@pytest.mark.parametrize("html", HARMFUL)
def test_the_same_as_escaped_text_is_inert(html: str) -> None:
    assert is_inert(f"<p>{escape(html)}</p>") is ("\x00" not in html)


@given(st.text())
def test_escaped_text_of_any_kind_is_inert(text: str) -> None:
    assert is_inert(f'<p title="{escape(text)}">{escape(text)}</p>') is ("\x00" not in text)
