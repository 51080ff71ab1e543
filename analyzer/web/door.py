"""The one page that needs no token: it asks for it."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse

from reports import theme

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>rebill: token</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root {{ {light} }}
@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}
body {{ background: var(--paper); color: var(--ink); font: 1rem/1.5 sans-serif; margin: 0; }}
main {{ max-width: 26rem; margin: 18vh auto; padding: 0 1rem; }}
input, button {{ font: inherit; padding: .6rem .8rem; width: 100%; box-sizing: border-box;
  border: 1px solid var(--muted); border-radius: 4px; background: var(--paper);
  color: var(--ink); }}
button {{ margin-top: .8rem; background: var(--after); color: var(--paper); border: 0; }}
p.wrong {{ color: var(--added); }}
</style></head><body><main><h1>rebill</h1>
<form method="post" action="/login">
<p><label for="token">The token that <code>rebill serve</code> printed where it was
started</label></p>
<p class="wrong" role="alert">{wrong}</p>
<input id="token" name="token" type="password" autocomplete="off" required autofocus>
<button>Open</button></form></main></body></html>
"""


def login_page(wrong: str = "") -> HTMLResponse:
    """Return the page that asks for the token."""
    light, dark = theme.custom_properties(dark=False), theme.custom_properties(dark=True)
    return HTMLResponse(_PAGE.format(light=light, dark=dark, wrong=escape(wrong)), 401)
