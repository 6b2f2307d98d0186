"""A second NETCONF client that shares no code with ncclient: netconf-client."""

import pytest
from lab import BASE, KEA
from netconf_client.connect import connect_ssh
from netconf_client.error import RpcError
from netconf_client.ncclient import Manager


@pytest.fixture
def client(site):
    with site.inside("operator"):
        session = connect_ssh(
            host="10.255.0.1", port=830, username="root",
            key_filename=str(site.directory / "admin"))
    with session:
        yield Manager(session, timeout=60)


def config(content):
    return f'<config xmlns="{BASE}"><config xmlns="{KEA}">{content}</config></config>'


def subnet(number):
    return config(f"<subnet4><id>{number}</id><subnet>198.18.{number}.0/24</subnet></subnet4>")


def test_it_reads_edits_and_commits(site, client):
    assert b"campus" in client.get_config(source="running").data_xml
    client.edit_config(subnet(5), target="running")
    assert site.command("subnet4-get", {"id": 5})["result"] == 0
    client.lock("candidate")
    client.edit_config(subnet(6), target="candidate")
    client.validate(source="candidate")
    assert site.command("subnet4-get", {"id": 6})["result"] == 3
    client.commit()
    client.unlock("candidate")
    assert site.command("subnet4-get", {"id": 6})["result"] == 0
    filter_text = f'<filter type="subtree"><state xmlns="{KEA}"><lease-stats/></state></filter>'
    assert b"total-addresses" in client.get(filter=filter_text).data_xml


def test_it_is_told_why_an_edit_is_refused(site, client):
    wrong = config("""<subnet4><id>7</id><subnet>198.18.7.0/24</subnet><pool>
        <start-address>198.19.0.1</start-address><end-address>198.19.0.2</end-address></pool></subnet4>""")
    with pytest.raises(RpcError, match="is not inside subnet"):
        client.edit_config(wrong, target="running")
    assert site.command("subnet4-get", {"id": 7})["result"] == 3
