"""What a student's cell wrote: reduced, on the judge's side, to text and images."""

import base64
import binascii
from dataclasses import dataclass, field

from nbformat import from_dict

from dlcourse.judge.text import clean

MAX_OUTPUTS = 200
MAX_TEXT = 100_000  # characters of one output
MAX_IMAGE = 4 << 20  # characters of base64
IMAGES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@dataclass
class Ran:
    """A cell that ran: nbformat outputs, the name of the error that ended it or "", interrupted?"""

    outputs: list = field(default_factory=list)
    error: str = ""
    interrupted: bool = False


def new_output(kind, **content):
    """An output as a notebook holds it; nbformat's own maker takes 2 ms to validate each."""
    if kind in ("display_data", "execute_result"):
        content["metadata"] = {}
    if kind == "execute_result":
        content["execution_count"] = None
    return from_dict({"output_type": kind, **content})


def clean_outputs(given):
    """nbformat outputs from what the student's process says they are; what is odd is left out."""
    given = given if type(given) is tuple else ()
    found = [output for one in given[:MAX_OUTPUTS] if (output := _output(one)) is not None]
    if len(given) > MAX_OUTPUTS:
        left_out = f"({len(given) - MAX_OUTPUTS} further outputs are left out.)\n"
        found.append(new_output("stream", name="stdout", text=left_out))
    return found


def _output(one):
    if type(one) is not tuple or len(one) != 3:
        return None
    kind, first, second = one
    if kind in ("stdout", "stderr"):
        text = clean(first, MAX_TEXT)
        return new_output("stream", name=kind, text=text) if text else None
    if kind == "error":
        lines = clean(second, MAX_TEXT).split("\n")
        name, _, text = clean(first, MAX_TEXT).partition(": ")
        return new_output("error", ename=name, evalue=text, traceback=lines)
    if kind in ("display_data", "execute_result"):
        data = _data(first)
        return new_output(kind, data=data) if data else None
    return None


def _data(pairs):
    """{type: text or image} without anything a browser would run."""
    data = {}
    for pair in pairs if type(pairs) is tuple else ():
        if type(pair) is not tuple or len(pair) != 2:
            continue
        mime, content = pair
        if mime == "text/plain" and type(content) is str:
            data[mime] = clean(content, MAX_TEXT)
        elif mime in IMAGES and type(content) is str and _is_image(mime, content):
            data[mime] = content
    return data


def _is_image(mime, content):
    if len(content) > MAX_IMAGE:
        return False
    try:
        start = base64.b64decode("".join(content.split()), validate=True)
    except (ValueError, binascii.Error):
        return False
    return start.startswith(IMAGES[mime])
