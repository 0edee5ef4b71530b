"""Modules that build stay on one worker. pytest 9.2 with xdist 3.8 ignored that without a word: two builds in one schema."""

import os

import pytest


def test_xdist_groups_this_module(request: pytest.FixtureRequest) -> None:
    is_parallel = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@test_workers") == is_parallel
