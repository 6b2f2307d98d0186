"""The agent manages ISC Kea as well, by Kea's own commands."""

import pytest
from lab import edit, refused, values, wait_for

HOOKS = "".join(
    f"<hook-library><library>libdhcp_{name}_cmds.so</library></hook-library>"
    for name in ("lease", "subnet", "host", "stat"))

SITE = f"""{HOOKS}
<interfaces-config><interfaces>lan</interfaces></interfaces-config>
<lease-database><database-type>memfile</database-type><persist>false</persist></lease-database>
<valid-lifetime>600</valid-lifetime>
<subnet4><id>1</id><subnet>192.0.2.0/24</subnet>
  <pool><start-address>192.0.2.100</start-address><end-address>192.0.2.199</end-address></pool>
  <option-data><code>3</code><space>dhcp4</space><data>192.0.2.1</data></option-data></subnet4>
"""


@pytest.fixture
def kea(lab):
    """Kea, its agent, and a site configured over NETCONF."""
    lab.install_modules()
    inside = lab.start_kea({"lease-database": {"type": "memfile", "persist": False}})
    lab.start_agent()
    socket = (f"<control-sockets><socket-type>unix</socket-type>"
              f"<socket-name>{inside}/kea.sock</socket-name></control-sockets>")
    try:
        with lab.connect() as session:
            edit(session, SITE + socket)
        yield lab
    finally:
        if lab.kea.alive():
            lab.kea.end()
        lab.forget_kea()


def test_an_edit_reaches_kea_and_clients_get_leases_by_it(kea):
    assert "lease of 192.0.2.1" in kea.udhcpc("client")
    with kea.connect() as session:
        addresses = values(session, "/k:state/k:leases/k:lease/k:ip-address")
        assert addresses == ["192.0.2.100"]
        stats = "/k:state/k:lease-stats/k:subnet[k:subnet-id='1']/k:assigned-addresses"
        assert values(session, stats) == ["1"]


def test_small_edits_use_keas_own_small_commands(kea):
    with kea.connect() as session:
        edit(session, "<subnet4><id>2</id><subnet>198.18.2.0/24</subnet></subnet4>")
        assert kea.command("subnet4-get", {"id": 2})["result"] == 0
        edit(session, """<subnet4><id>2</id><host><identifier-type>hw-address</identifier-type>
            <identifier>02:00:00:00:00:01</identifier><ip-address>198.18.2.9</ip-address></host></subnet4>""")
        host = kea.command("reservation-get", {"subnet-id": 2, "ip-address": "198.18.2.9"})
        assert host["result"] == 0, host
        edit(session, '<subnet4 nc:operation="delete"><id>2</id></subnet4>')
        assert kea.command("subnet4-get", {"id": 2})["result"] == 3


def test_keas_reservations_are_read(kea):
    with kea.connect() as session:
        edit(session, """<subnet4><id>1</id><host><identifier-type>hw-address</identifier-type>
            <identifier>02:00:00:00:00:01</identifier><hostname>printer</hostname><option-data>
            <code>6</code><space>dhcp4</space><data>192.0.2.54</data></option-data></host></subnet4>""")
        host = "/k:state/k:hosts/k:host"
        assert values(session, f"{host}/k:hostname") == ["printer"]
        assert values(session, f"{host}[k:subnet-id='1']/k:option-data/k:code") == ["6"]
        assert values(session, f"{host}[k:subnet-id='7']/k:hostname") == []
        keys = "[k:subnet-id='1'][k:identifier-type='hw-address'][k:identifier='02:00:00:00:00:01']"
        assert values(session, f"{host}{keys}/k:hostname") == ["printer"]
        library = "<library>libdhcp_host_cmds.so</library>"
        edit(session, f'<hook-library nc:operation="delete">{library}</hook-library>')
        # Without the library Kea does not tell.
        assert values(session, f"{host}/k:hostname") == []
        assert values(session, f"{host}{keys}/k:hostname") == []


def test_keas_refusal_reaches_the_operator(kea):
    with kea.connect() as session:
        error = refused(session, """<subnet4><id>3</id><subnet>198.18.0.0/24</subnet><pool>
            <start-address>198.19.0.10</start-address><end-address>198.19.0.20</end-address></pool></subnet4>""")
    assert "does not match the prefix" in error.message and "subnet4" in error.path
    assert kea.command("subnet4-get", {"id": 3})["result"] == 3


def test_a_restarted_kea_gets_the_running_configuration(kea):
    kea.kea.end()
    kea.forget_kea()
    kea.start_kea({"lease-database": {"type": "memfile", "persist": False}})
    wait_for("Kea's configuration", lambda: kea.command("config-get")["arguments"]["Dhcp4"]["subnet4"], 15)
