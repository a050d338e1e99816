"""Text that student code wrote, made fit for a page."""

import re

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text, most):
    """At most so many characters, without control characters; "" for what is no text."""
    if type(text) is not str:
        return ""
    cut = CONTROL.sub("", ANSI.sub("", text[: 2 * most]))
    return cut if len(cut) <= most else cut[:most] + " …"
