"""Texts that try to act: each calls ``acted`` of the page if anything lets it."""

from __future__ import annotations

ACT = "top.acted?.(location.href)"
HOSTILE = (
    f"<script>{ACT}</script>",
    f'<img src=x onerror="{ACT}">',
    f'"><svg onload="{ACT}">',
    f"'><details open ontoggle='{ACT}'>",
    f"</textarea></title></style></script><script>{ACT}</script>",
    f"<iframe srcdoc='<script>{ACT}</script>'></iframe>",
    f"<input autofocus onfocus='{ACT}'>",
    f"[a](javascript:{ACT}) ![a](x onerror={ACT}) <a href='javascript:{ACT}'>",
    f"{{{{ {ACT} }}}} ${{{ACT}}} <style>@import 'x'</style><body onload='{ACT}'>",
)
