"""The tools around the course: build the notebooks, grade a class, report. No mathematics here."""

import sys

# jsonschema, which nbformat imports, loads a grammar of internationalised URLs if it finds one:
# 2 of the 2.5 seconds that a command took to start. No notebook schema uses that format.
sys.modules.setdefault("rfc3987_syntax", None)
