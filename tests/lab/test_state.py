"""Operational state: by key, in pages, and wide enough."""

from lab import KEA, STATE, get, values
from ncclient.xml_ import to_ele


def add_leases(lab, count):
    for number in range(count):
        answer = lab.command("lease4-add", {
            "ip-address": f"192.0.2.{100 + number}", "hw-address": f"02:00:00:00:01:{number:02x}",
            "subnet-id": 1, "hostname": f"host{number}"})
        assert answer["result"] == 0, answer


def test_one_lease_is_asked_for_by_its_address_alone(site):
    add_leases(site, 3)
    path = "/k:state/k:leases/k:lease[k:ip-address='192.0.2.101']"
    with site.connect() as session:
        assert values(session, f"{path}/k:hostname") == ["host1"]
        assert values(session, "/k:state/k:leases/k:lease[k:ip-address='192.0.2.9']/k:hostname") == []
    asked = [line for line in site.server.output().splitlines() if "COMMAND_RECEIVED" in line]
    assert any("lease4-get'" in line for line in asked)
    assert not any("lease4-get-page" in line or "lease4-get-all" in line for line in asked)


def test_all_leases_and_those_of_a_subnet(site):
    add_leases(site, 5)
    with site.connect() as session:
        assert len(values(session, "/k:state/k:leases/k:lease/k:ip-address")) == 5
        assert len(values(
            session, "/k:state/k:leases/k:lease[k:subnet-id='1']/k:ip-address")) == 5
        assert values(session, "/k:state/k:leases/k:lease[k:subnet-id='2']/k:ip-address") == []
        # What cannot be asked by key is answered all the same.
        both = "/k:state/k:leases/k:lease[k:hostname='host1' or k:hostname='host2']/k:ip-address"
        assert values(session, both) == ["192.0.2.101", "192.0.2.102"]


def test_leases_are_read_in_pages(site):
    add_leases(site, 5)
    seen, start = [], ""
    with site.connect() as session:
        for _ in range(5):
            reply = session.dispatch(to_ele(
                f'<lease-page xmlns="{STATE}">{start}<limit>2</limit></lease-page>'))
            tree = to_ele(reply.xml)
            seen += [n.text for n in tree.findall(f".//{{{STATE}}}ip-address")]
            following = tree.find(f".//{{{STATE}}}next")
            if following is None:
                break
            start = f"<from>{following.text}</from>"
    assert seen == [f"192.0.2.{100 + number}" for number in range(5)]


def test_use_of_addresses_and_counters(site):
    add_leases(site, 4)
    with site.connect() as session:
        stats = "/k:state/k:lease-stats/k:subnet[k:subnet-id='1']"
        assert values(session, f"{stats}/k:assigned-addresses") == ["4"]
        assert values(session, f"{stats}/s:addresses/s:total") == ["100"]
        assert values(session, f"{stats}/s:addresses/s:used") == ["4.0"]
        everything = get(session, "/k:state/k:lease-stats")
        assert len(everything.findall(f".//{{{KEA}}}subnet")) == 2
        names = values(session, "/k:state/s:statistics/s:counter/s:name")
        assert "pkt4-received" in names and names == sorted(names)


def test_the_server_and_its_agreement_with_the_datastore(site):
    with site.connect() as session:
        server = "/k:state/s:server"
        assert values(session, f"{server}/s:sync/s:status") == ["in-sync"]
        assert values(session, f"{server}/s:pid") == [str(site.command("status-get")["arguments"]["pid"])]
        site.command("dhcp-disable")
        assert values(session, f"{server}/s:serving") == ["false"]
        assert values(session, f"{server}/s:disabled-by") == ["user"]
