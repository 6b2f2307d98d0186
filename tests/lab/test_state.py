"""Operational state: by key, in pages, and wide enough."""

from lab import KEA, STATE, edit, get, lease_pages, values
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
    with site.connect() as session:
        seen = list(lease_pages(session, STATE))
    assert seen == [f"192.0.2.{100 + number}" for number in range(5)]


HOSTS = """<shared-network><name>campus</name><subnet4><id>1</id>
  <host><identifier-type>client-id</identifier-type><identifier>01:02:03</identifier>
    <ip-address>192.0.2.12</ip-address><user-context>{"desk":7}</user-context>
    <option-data><code>6</code><space>dhcp4</space><data>192.0.2.54</data></option-data></host>
  <host><identifier-type>circuit-id</identifier-type><identifier>'door 5'</identifier></host>
  </subnet4></shared-network>
  <subnet4><id>2</id><host><identifier-type>hw-address</identifier-type>
    <identifier>02:00:00:00:00:aa</identifier><hostname>elsewhere</hostname></host></subnet4>
  <host><identifier-type>duid</identifier-type><identifier>00:01:02:03</identifier>
    <hostname>roams</hostname></host>"""


def get_data(session, what):
    """Operational data by get-data: the hosts, as element trees."""
    reply = session.dispatch(to_ele(
        '<get-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda" '
        'xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores">'
        f"<datastore>ds:operational</datastore>{what}</get-data>"))
    return to_ele(reply.xml).findall(f".//{{{KEA}}}host")


def hosts_at(session, predicates=""):
    return get_data(session, f'<xpath-filter xmlns:k="{KEA}">/k:state/k:hosts/k:host{predicates}'
                             "</xpath-filter>")


def identifiers(hosts):
    return [host.findtext(f"{{{KEA}}}identifier") for host in hosts]


def asked(lab):
    """The commands about reservations since the last time."""
    lines = [line for line in lab.server.output().splitlines() if "COMMAND_RECEIVED" in line]
    new, lab.asked = lines[getattr(lab, "asked", 0):], len(lines)
    return [line.split("'")[1] for line in new if "'reservation-get" in line]


def test_reservations_are_read_by_subnet_by_key_and_by_filter(site):
    with site.connect() as session:
        edit(session, HOSTS)
        asked(site)
        everywhere = hosts_at(session)
        assert sorted(identifiers(everywhere)) == [
            "'door 5'", "00:01:02:03", "01:02:03", "02:00:00:00:00:aa", "02:00:00:00:00:aa"]
        assert sorted(host.findtext(f"{{{KEA}}}subnet-id") for host in everywhere) == list("01112")
        of_subnet = hosts_at(session, "[k:subnet-id='1']")
        assert sorted(identifiers(of_subnet)) == ["'door 5'", "01:02:03", "02:00:00:00:00:aa"]
        assert identifiers(hosts_at(session, "[k:subnet-id='7']")) == []
        assert set(asked(site)) == {"reservation-get-page"}

        keys = "[k:subnet-id='{}'][k:identifier-type='{}'][k:identifier={}]"
        [host] = hosts_at(session, keys.format(1, "client-id", "'01:02:03'"))
        assert host.findtext(f"{{{KEA}}}ip-address") == "192.0.2.12"
        assert host.findtext(f"{{{KEA}}}user-context") == '{"desk":7}'
        assert host.find(f"{{{KEA}}}hostname") is None and host.find(f"{{{KEA}}}next-server") is None
        assert host.findtext(f"{{{KEA}}}option-data/{{{KEA}}}data") == "192.0.2.54"
        [host] = hosts_at(session, keys.format(2, "hw-address", "'02:00:00:00:00:aa'"))
        assert host.findtext(f"{{{KEA}}}hostname") == "elsewhere"
        [host] = hosts_at(session, keys.format(0, "duid", "'00:01:02:03'"))
        assert host.findtext(f"{{{KEA}}}hostname") == "roams"
        assert len(hosts_at(session, keys.format(1, "circuit-id", '"\'door 5\'"'))) == 1
        for absent in ("nonsense", "02:00:00:00:00:ab"):
            assert hosts_at(session, keys.format(1, "hw-address", f"'{absent}'")) == []
        assert set(asked(site)) == {"reservation-get"}

        some = get_data(session, f'<subtree-filter><state xmlns="{KEA}"><hosts><host>'
                                 "<subnet-id>1</subnet-id><identifier-type>hw-address</identifier-type>"
                                 "<hostname/></host></hosts></state></subtree-filter>")
        assert [host.findtext(f"{{{KEA}}}hostname") for host in some] == ["printer"]
        assert identifiers(get(session, "/k:state/k:hosts").findall(f".//{{{KEA}}}host"))


def test_many_reservations_are_read_in_pages(site):
    many = "".join(
        "<host><identifier-type>hw-address</identifier-type><identifier>"
        f"02:00:00:01:{number // 256:02x}:{number % 256:02x}</identifier></host>"
        for number in range(2300))
    with site.connect() as session:
        edit(session, f"<subnet4><id>2</id>{many}</subnet4>")
        asked(site)
        assert len(hosts_at(session, "[k:subnet-id='2']")) == 2300
        assert asked(site).count("reservation-get-page") >= 3


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
