"""The target is built once, and one zygote serves all attacks, one after the other."""

import sys

import pytest

from dlcourse.judge import judge
from dlcourse.judge.sandbox import SandboxUnavailable, find_sandbox
from tests.red_team.target import build_target


@pytest.fixture(scope="session")
def target(tmp_path_factory):
    if sys.platform != "linux":
        pytest.skip("the sandbox needs Linux")
    try:
        find_sandbox()
    except SandboxUnavailable as error:
        pytest.skip(f"runs where a sandbox can be had: {error}")
    yield build_target(tmp_path_factory.mktemp("target"))
    judge.close()
