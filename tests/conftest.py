"""Fixtures. The tests of dlutils use none, so they run where nothing of dlcourse is installed."""

import pytest
from hypothesis import settings

settings.register_profile("course", deadline=None)  # a busy machine is no failure
settings.load_profile("course")


@pytest.fixture(scope="session")
def small_course(tmp_path_factory):
    """Built once; tests that change it take a copy."""
    from tests.small_course import build_small_course

    return build_small_course(tmp_path_factory.mktemp("course"))
