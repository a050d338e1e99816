"""Comparisons over seeds, too slow for a live notebook: computed once, stored with the package.

    results.load("dropout")             # what a chapter plots
    python -m dlutils.results dropout   # compute it anew (make results: all of them)

One module per chapter, named like its notebook; its `compute()` returns plain data (numbers,
strings, lists, dicts), which is kept beside it as JSON.
"""

import json
from pathlib import Path

FOLDER = Path(__file__).parent


def load(topic):
    """The stored results of a chapter, as `compute()` of its module returned them."""
    path = FOLDER / f"{topic}.json"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.json")))
        raise LookupError(f"no stored results named {topic!r}; there are: {known}")
    return json.loads(path.read_text(encoding="utf-8"))
