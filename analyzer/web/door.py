"""The pages outside the app: the one that asks for the token, and the ones that say no."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from reports import theme

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>rebill: {title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root {{ {light} }}
@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}
body {{ background: var(--paper); color: var(--ink); font: 1rem/1.5 sans-serif; margin: 0; }}
main {{ max-width: 34rem; margin: 18vh auto; padding: 0 1rem; overflow-wrap: anywhere; }}
input, button {{ font: inherit; padding: .6rem .8rem; width: 100%; box-sizing: border-box;
  border: 1px solid var(--muted); border-radius: 4px; background: var(--paper);
  color: var(--ink); }}
button {{ margin-top: .8rem; background: var(--after); color: var(--paper); border: 0; }}
a {{ color: var(--after); }}
p.wrong {{ color: var(--added); }}
</style></head><body><main>{body}</main></body></html>
"""
_LOGIN = """<h1>rebill</h1>
<form method="post" action="/login">
<p><label for="token">The token that <code>rebill serve</code> printed where it was
started</label></p>
<p class="wrong" role="alert">{wrong}</p>
<input id="token" name="token" type="password" autocomplete="off" required autofocus>
<button>Open</button></form>"""
_NOTICE = """<h1>{title}</h1><p role="alert">{text}</p><p><a href="{back}">Go back</a></p>"""


def login_page(wrong: str = "") -> HTMLResponse:
    """Return the page that asks for the token."""
    return _page("token", _LOGIN.format(wrong=escape(wrong)), 401)


def notice(request: Request, title: str, text: str, status: int, back: str = "/") -> Response:
    """Say no: as a page to a person, as a line of text to a program."""
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(f"{text}\n", status)
    body = _NOTICE.format(title=escape(title), text=escape(text), back=escape(back))
    return _page(title, body, status)


def _page(title: str, body: str, status: int) -> HTMLResponse:
    light, dark = theme.custom_properties(dark=False), theme.custom_properties(dark=True)
    return HTMLResponse(_PAGE.format(title=title, light=light, dark=dark, body=body), status)
