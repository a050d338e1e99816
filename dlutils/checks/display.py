"""A failed check where a notebook shows it: HTML that fits light and dark themes, read in order.

Colours are the theme's own but for one red bar; expected and got are rows of a table, so that a
screen reader names them; a front end without HTML shows the text.
"""

import re
import sys
from html import escape

FRAME = "border-left: 4px solid #d1242f; padding: 2px 12px; margin: 4px 0; max-width: 60em"
CODE = "font-family: monospace; white-space: pre-wrap; overflow-wrap: anywhere; text-align: left"
COMPARED = re.compile(r"^\s*(?:(\S.*?)\s+)?(expected|got)\s+(.*)$")


def show(message):
    """Display a message in the notebook that runs this; False where none does."""
    python = sys.modules.get("IPython")
    if not hasattr(python and python.get_ipython(), "kernel"):
        return False
    from IPython.display import publish_display_data

    publish_display_data({"text/html": html(message), "text/plain": message})
    return True


def html(message):
    """A check's message as HTML; everything in it is text."""
    first, *lines = message.splitlines()
    name, colon, rest = first.partition(": ")
    parts = [f"<p><strong>✗ {escape(name)}</strong>{colon}{_code(rest)}</p>"]
    while lines:
        rows = []
        while lines and (row := COMPARED.match(lines[0])):
            rows.append(_row(*row.groups(default="")))
            del lines[0]
        if rows:
            parts.append(f"<table><tbody>{''.join(rows)}</tbody></table>")
        else:
            parts.append(_paragraph(lines.pop(0).strip()))
    return f'<div role="alert" style="{FRAME}">{"".join(parts)}</div>'


def _row(label, kind, value):
    head = escape(f"{label} {kind}".strip())
    return (
        f'<tr><th scope="row" style="text-align: left">{head}</th>'
        f'<td style="text-align: left">{_code(value)}</td></tr>'
    )


def _paragraph(line):
    """A sentence as it is, the hint in bold, what Python said in its own type."""
    if line.startswith("This is what you get"):
        return f"<p><strong>{escape(line)}</strong></p>"
    return f"<p>{escape(line)}</p>" if line.endswith(".") else f"<p>{_code(line)}</p>"


def _code(text):
    return f'<span style="{CODE}">{escape(text)}</span>' if text else ""
