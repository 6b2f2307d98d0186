"""VRFs, in a kernel that has them."""

from kernel import run_tests


def test_servers_of_vrfs(tmp_path):
    said = run_tests("cases_vrf.py", tmp_path)
    assert " passed" in said
