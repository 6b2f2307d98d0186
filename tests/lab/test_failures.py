"""What goes wrong: servers that go and come, and those who change them behind the agent's back."""

import signal

import pytest
from lab import KEA, Failure, edit, get, refused, running, values, wait_for

SUBNET = "<subnet4><id>5</id><subnet>198.18.5.0/24</subnet></subnet4>"


def test_an_edit_fails_while_the_server_is_away_and_nothing_changes(site):
    site.server.end(signal.SIGKILL)
    with site.connect() as session:
        before = running(session)
        error = refused(session, SUBNET)
        assert error.tag == "resource-denied" and "cannot reach the server" in error.message
        assert running(session) == before
        assert values(session, "/k:state/s:server/s:sync/s:status") == ["unreachable"]


def test_a_restarted_server_gets_the_running_configuration_and_has_its_leases(site):
    site.udhcpc("client")
    before = site.command("lease4-get-all")["arguments"]["leases"]
    site.server.end(signal.SIGKILL)
    site.start_server()
    site.in_sync()
    assert site.command("lease4-get-all")["arguments"]["leases"] == before
    assert len(site.command("subnet4-list")["arguments"]["subnets"]) == 2


def test_what_others_change_on_the_server_is_taken_back(site):
    assert site.command("subnet4-del", {"id": 2})["result"] == 0
    wait_for("subnet 2", lambda: site.command("subnet4-get", {"id": 2})["result"] == 0)


def test_an_agent_that_starts_later_brings_the_server_to_running(site):
    site.agent.end()
    site.command("subnet4-del", {"id": 2})
    site.start_agent()
    site.in_sync()
    assert site.command("subnet4-get", {"id": 2})["result"] == 0


def test_the_configuration_of_a_server_is_taken_over_into_an_empty_datastore(lab):
    lab.install_modules()
    lab.start_server({
        "control-sockets": [{"socket-type": "unix", "socket-name": str(lab.control_socket)}],
        "valid-lifetime": 123,
        "subnet4": [{"id": 1, "subnet": "192.0.2.0/24", "comment": "here already",
                     "pools": [{"pool": "192.0.2.64/26"}]}]})
    hash_before = lab.command("config-hash-get")
    lab.start_agent()
    lab.in_sync()
    with lab.connect() as session:
        config = running(session)
        assert "<valid-lifetime>123</valid-lifetime>" in config
        assert "192.0.2.64/26" in config and "here already" in config
        assert session.get_config("startup").data_xml.count("192.0.2.64/26") == 1
    assert lab.command("config-hash-get") == hash_before


def test_a_server_that_comes_after_the_agent_is_taken_over_too(lab):
    lab.install_modules()
    lab.start_agent()
    lab.start_server({
        "control-sockets": [{"socket-type": "unix", "socket-name": str(lab.control_socket)}],
        "valid-lifetime": 123})
    lab.in_sync()
    with lab.connect() as session:
        assert "<valid-lifetime>123</valid-lifetime>" in running(session)
        edit(session, SUBNET)
    assert lab.command("subnet4-get", {"id": 5})["result"] == 0


def test_an_edit_waits_for_nobody_who_only_asks(site):
    with site.connect() as one, site.connect() as other:
        get(one, "/k:state")
        edit(other, SUBNET)
        assert values(one, "/k:state/k:lease-stats/k:subnet/k:subnet-id") == ["1", "2", "5"]


def test_no_edit_cuts_the_server_off_from_its_agent(site):
    with site.connect() as session:
        edit(session, '<control-sockets nc:operation="remove"><socket-type>unix</socket-type></control-sockets>')
        edit(session, SUBNET)
    assert site.command("subnet4-get", {"id": 5})["result"] == 0


def test_what_was_prepared_and_never_committed_does_not_block_for_good(site):
    prepared = site.command("config-prepare", {"commands": [
        {"command": "subnet4-del", "arguments": {"id": 2}}]})
    assert prepared["result"] == 0
    assert site.command("subnet4-del", {"id": 2})["result"] == 4
    token = prepared["arguments"]["token"]
    assert site.command("config-abort", {"token": token})["result"] == 0
    assert site.command("config-commit", {"token": token})["result"] == 3
    assert site.command("subnet4-get", {"id": 2})["result"] == 0


def test_a_server_that_agrees_too_late_is_told_to_forget(site):
    # The client's patience ends while the server is stopped, and sysrepo tells nobody.
    file = site.directory / "edit.xml"
    file.write_text(f'<config xmlns="{KEA}">{SUBNET}</config>')
    hash_before = site.command("config-hash-get")
    site.server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(Failure, match="timed? ?out|[Tt]imeout"):
            site.execute("server", ["sysrepocfg", f"--edit={file}", "-d", "running", "-t", "1"])
    finally:
        site.server.process.send_signal(signal.SIGCONT)
    wait_for("the abort", lambda: "'config-abort'" in site.server.output(), 30)
    assert site.command("config-hash-get") == hash_before
    assert site.command("subnet4-get", {"id": 5})["result"] == 3
    with site.connect() as session:
        assert "198.18.5.0" not in running(session)
        edit(session, SUBNET)
    assert site.command("subnet4-get", {"id": 5})["result"] == 0
