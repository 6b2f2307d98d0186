"""Edits: what is accepted is in force, what is refused changes nothing."""

import pytest
from lab import BASE, Failure, edit, refused, running, values
from ncclient.operations.rpc import RPCError

POOL_OUTSIDE = """<subnet4><id>3</id><subnet>198.18.0.0/24</subnet><pool>
    <start-address>198.19.0.10</start-address><end-address>198.19.0.20</end-address></pool></subnet4>"""


def subnets(lab):
    answer = lab.command("subnet4-list")
    return {subnet["id"] for subnet in answer.get("arguments", {}).get("subnets", [])}


def commands(lab):
    """The commands that changed the server, in order."""
    received = [line.split("'")[1] for line in lab.server.output().splitlines()
                if "COMMAND_RECEIVED" in line]
    return [name for name in received if name.startswith(("config-set", "config-prepare"))]


def test_an_edit_is_in_force_when_it_is_answered(site):
    assert subnets(site) == {1, 2}
    config = site.command("config-get")["arguments"]["Dhcp4"]
    network = config["shared-networks"][0]
    assert network["name"] == "campus"
    assert network["subnet4"][0]["reservations"][0]["ip-address"] == "192.0.2.10"


def test_subnets_pools_and_reservations_come_change_and_go(site):
    with site.connect() as session:
        edit(session, """<subnet4><id>2</id><pool><start-address>203.0.113.50</start-address>
            <end-address>203.0.113.99</end-address><pool-id>7</pool-id></pool></subnet4>""")
        pools = site.command("subnet4-get", {"id": 2})["arguments"]["subnet4"][0]["pools"]
        assert pools[0]["pool-id"] == 7
        edit(session, """<shared-network><name>campus</name><subnet4><id>1</id>
            <host><identifier-type>hw-address</identifier-type><identifier>02:00:00:00:00:aa</identifier>
            <ip-address>192.0.2.11</ip-address></host></subnet4></shared-network>""")
        host = site.command("reservation-get", {"subnet-id": 1, "ip-address": "192.0.2.11"})
        assert host["result"] == 0
        edit(session, """<shared-network><name>campus</name><subnet4 nc:operation="delete"><id>1</id>
            </subnet4></shared-network>""")
        assert subnets(site) == {2}
        edit(session, '<shared-network nc:operation="delete"><name>campus</name></shared-network>')
        assert site.command("network4-list")["result"] == 3


CLASSES = """<client-class><name>phones</name><test>option[60].text == 'phone'</test>
        <option-data><code>42</code><space>dhcp4</space><data>192.0.2.123</data></option-data>
        <valid-lifetime>600</valid-lifetime></client-class>
    <client-class><name>room</name><template-test>option[12].text</template-test></client-class>"""


def test_client_classes_come_in_their_order_guard_and_go(site):
    with site.connect() as session:
        edit(session, CLASSES + """<subnet4><id>2</id>
            <client-classes>phones</client-classes></subnet4>""")
        config = site.command("config-get")["arguments"]["Dhcp4"]
        assert [one["name"] for one in config["client-classes"]] == ["phones", "room"]
        phones = {"relay": "203.0.113.1", "classes": ["phones"]}
        assert site.command("subnet4-select-test", phones)["result"] == 0
        assert site.command("subnet4-select-test", {"relay": "203.0.113.1"})["result"] == 3
        edit(session, """<client-class nc:operation="delete"><name>room</name></client-class>
            <subnet4><id>2</id><client-classes nc:operation="delete">phones</client-classes>
            </subnet4>""")
        assert site.command("subnet4-select-test", {"relay": "203.0.113.1"})["result"] == 0


def test_a_class_whose_test_cannot_be_read_is_refused_with_the_place(site):
    wrong = CLASSES.replace("option[60].text ==", "option[60].txt ==")
    with site.connect() as session:
        error = refused(session, wrong)
        assert "txt" in error.message and "^" in error.message
        assert "client-class" in error.path and "test" in error.path
        assert "client-classes" not in site.command("config-get")["arguments"]["Dhcp4"] or \
            site.command("config-get")["arguments"]["Dhcp4"]["client-classes"] == []


def test_names_and_their_updater_are_configured(site):
    with site.connect() as session:
        edit(session, """<dhcp-ddns><enable-updates>true</enable-updates></dhcp-ddns>
            <ddns-qualifying-suffix>example.com</ddns-qualifying-suffix>
            <subnet4><id>2</id><ddns-replace-client-name>always</ddns-replace-client-name></subnet4>""")
        config = site.command("config-get")["arguments"]["Dhcp4"]
        assert config["dhcp-ddns"]["enable-updates"]
        assert config["ddns-qualifying-suffix"] == "example.com"
        subnet = next(one for one in config["subnet4"] if one["id"] == 2)
        assert subnet["ddns-replace-client-name"] == "always"


@pytest.mark.parametrize("content, path, message", [
    (POOL_OUTSIDE, "pool", "is not inside subnet 198.18.0.0/24"),
    ("<subnet4><id>3</id><subnet>203.0.113.0/24</subnet></subnet4>", "subnet4", "subnet"),
    ("<valid-lifetime>5</valid-lifetime><min-valid-lifetime>9</min-valid-lifetime>", "lifetime", ""),
    ("<lease-database><database-type>mysql</database-type></lease-database>", "database-type",
     "not supported yet"),
    ("<subnet4><id>2</id><option-data><code>3</code><space>dhcp4</space><data>nonsense</data>"
     "</option-data></subnet4>", "option-data", "not an IPv4 address"),
])
def test_a_refusal_says_where_and_why_and_changes_nothing(site, content, path, message):
    with site.connect() as session:
        before, hash_before = running(session), site.command("config-hash-get")
        error = refused(session, content)
        assert path in (error.path or ""), error.path
        assert message in error.message
        assert running(session) == before
    assert site.command("config-hash-get") == hash_before


def test_one_wrong_thing_refuses_the_whole_edit(site):
    right = "<subnet4><id>9</id><subnet>198.18.9.0/24</subnet></subnet4>"
    with site.connect() as session:
        refused(session, right + POOL_OUTSIDE)
    assert subnets(site) == {1, 2}


def errors(session, content, **options):
    """The errors of an edit that goes on behind what is refused."""
    with pytest.raises(RPCError) as refusal:
        edit(session, content, error_option="continue-on-error", **options)
    return getattr(refusal.value, "errors", None) or [refusal.value]


def test_an_edit_that_goes_on_makes_what_the_server_accepts(site):
    def right(number):
        return f"<subnet4><id>{number}</id><subnet>198.18.{number}.0/24</subnet></subnet4>"
    edits = right(8) + POOL_OUTSIDE + right(9)
    with site.connect() as session:
        # Only the server knows the fault, and a test does not ask it.
        edit(session, edits, error_option="continue-on-error", test_option="test-only")
        assert subnets(site) == {1, 2}
        found = errors(session, edits)
        assert len(found) == 1, found
        assert "subnet4[" in found[0].path and "id='3'" in found[0].path
        assert "is not inside subnet 198.18.0.0/24" in found[0].message
        assert subnets(site) == {1, 2, 8, 9}
        config = running(session)
        assert "198.18.8.0/24" in config and "198.18.9.0/24" in config
        assert "198.18.0.0/24" not in config
        # Of a subnet that is there, each thing stands for itself.
        found = errors(session, """<subnet4><id>2</id><renew-timer>77</renew-timer><option-data>
            <code>3</code><space>dhcp4</space><data>nonsense</data></option-data></subnet4>""")
        assert len(found) == 1 and "option-data" in found[0].path, found
        assert site.command("subnet4-get", {"id": 2})["arguments"]["subnet4"][0]["renew-timer"] == 77
        assert values(session, "/k:state/s:server/s:sync/s:status") == ["in-sync"]


def test_an_edit_does_not_go_on_without_the_server(site):
    site.server.end()
    with site.connect() as session:
        before = running(session)
        found = errors(session, "".join(
            f"<subnet4><id>{n}</id><subnet>198.18.{n}.0/24</subnet></subnet4>" for n in range(20, 60)))
        assert [error.tag for error in found] == ["resource-denied"]
        assert running(session) == before


def test_a_candidate_is_committed_as_a_whole_or_not_at_all(site):
    with site.connect() as session, session.locked("candidate"):
        edit(session, "<subnet4><id>5</id><subnet>198.18.5.0/24</subnet></subnet4>", "candidate")
        assert subnets(site) == {1, 2}
        session.commit()
        assert subnets(site) == {1, 2, 5}
        edit(session, POOL_OUTSIDE, "candidate")
        with pytest.raises(Exception, match="is not inside subnet"):
            session.commit()
        session.discard_changes()
    assert subnets(site) == {1, 2, 5}


def test_sysrepocfg_does_the_same(site):
    file = site.directory / "edit.xml"
    wrap = '<config xmlns="urn:ietf:params:xml:ns:yang:kea-dhcp4-server">{}</config>'
    command = ["sysrepocfg", f"--edit={file}", "-d", "running", "-t", "30"]
    file.write_text(wrap.format("<subnet4><id>5</id><subnet>198.18.5.0/24</subnet></subnet4>"))
    site.execute("server", command)
    assert subnets(site) == {1, 2, 5}
    file.write_text(wrap.format(POOL_OUTSIDE))
    with pytest.raises(Failure, match="is not inside subnet"):
        site.execute("server", command)
    assert subnets(site) == {1, 2, 5}


def test_startup_is_what_a_reboot_begins_with(site):
    with site.connect() as session:
        session.copy_config(source="running", target="startup")
        startup = session.get_config("startup").data_xml
    assert "campus" in startup


def test_the_openssh_client_speaks_netconf_too(site):
    hello = (f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.0'
             "</capability></capabilities></hello>]]>]]>")
    rpc = (f'<rpc xmlns="{BASE}" message-id="7"><get-config><source><running/></source>'
           '<filter type="subtree"><config xmlns="urn:ietf:params:xml:ns:yang:kea-dhcp4-server">'
           "<shared-network><name/></shared-network></config></filter></get-config></rpc>]]>]]>"
           f'<rpc xmlns="{BASE}" message-id="8"><close-session/></rpc>]]>]]>')
    (site.directory / "requests").write_text(hello + rpc)
    output = site.execute("operator", ["sh", "-c", (
        f"ssh -q -i {site.directory}/admin -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
        f"-p 830 root@10.255.0.1 -s netconf < {site.directory}/requests")])
    assert 'message-id="7"' in output and "<name>campus</name>" in output
    assert 'message-id="8"' in output and "<ok/>" in output
