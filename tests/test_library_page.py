"""docs/dlutils.md: the map names every module, and its layer can be written as it says."""

import re
import textwrap
from pathlib import Path

import numpy as np

import dlutils as dl

PAGE = (Path(__file__).parents[1] / "docs" / "dlutils.md").read_text(encoding="utf-8")


def test_the_map_names_every_module():
    named = set(re.findall(r"`(\w+)`", PAGE))
    folder = Path(dl.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} | {
        path.parent.name for path in folder.glob("*/__init__.py")
    }
    assert modules - {"__init__"} - named == set()


def test_the_layer_on_the_page_works():
    start = PAGE.index("    class Scale")
    code = textwrap.dedent(PAGE[start : PAGE.index("The rest comes from")])
    namespace = {"dl": dl, "np": np}
    exec(code, namespace)
    assert dl.gradcheck(namespace["Scale"](2), np.ones((3, 2))) < 1e-6


def test_names_on_the_page_exist():
    for name in re.findall(r"\bdl\.(\w+)", PAGE):
        assert hasattr(dl, name), name
