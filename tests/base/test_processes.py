import subprocess
import sys

from barograph.base import processes


def test_this_process_lives():
    assert not processes.is_gone(processes.me())


def test_a_process_that_ended_is_gone():
    code = "from barograph.base import processes; print(processes.me())"
    owner = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert processes.is_gone(owner)


def test_nobody_is_gone_and_another_host_is_left_to_its_lease():
    assert processes.is_gone("")
    assert not processes.is_gone("elsewhere/12345678/99/1234")
