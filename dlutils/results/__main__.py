"""python -m dlutils.results [TOPIC ...]: compute stored results anew; all of them by default."""

import importlib
import json
import sys
import time

from dlutils.results import FOLDER


def main(topics):
    known = sorted(p.stem for p in FOLDER.glob("*.py") if not p.stem.startswith("_"))
    for topic in topics or known:
        if topic not in known:
            raise SystemExit(f"no results named {topic!r}; there are: {', '.join(known)}")
        begun = time.perf_counter()
        found = importlib.import_module(f"dlutils.results.{topic}").compute()
        text = json.dumps(found, indent=1, sort_keys=True) + "\n"
        (FOLDER / f"{topic}.json").write_text(text, encoding="utf-8")
        print(f"{topic}: {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
