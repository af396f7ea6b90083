"""Every registered driver passes the conformance suite: a new file is tested by existing."""

import pytest

import brainpy_lab as bp

from .conformance import DriverConformance


class TestRegisteredDrivers(DriverConformance):
    @pytest.fixture(params=list(bp.drivers.registry()))
    def driver(self, request):
        reason = bp.drivers.registry()[request.param].available()
        if reason is not None:
            pytest.skip(reason)
        return request.param
