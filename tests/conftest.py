"""What all tests share: the folder of real extracts, and a patient hypothesis."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# a busy machine is slow, not wrong; the same examples every time
settings.register_profile("minqing", deadline=None, derandomize=True)
settings.load_profile("minqing")

# what a shell starts in the background ignores Ctrl-C, and so would all that tests start and stop
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def real_data():
    """Return the folder with the real extracts, named by MINQING_REAL_DATA."""
    folder = os.environ.get("MINQING_REAL_DATA")
    if not folder:
        pytest.skip("real extracts are not here: MINQING_REAL_DATA names no folder")
    return Path(folder)
