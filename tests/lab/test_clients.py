"""Real clients, on the link and behind a relay."""

import signal
import time

from lab import edit, wait_for


def test_udhcpc_gets_a_lease_with_its_options(site):
    output = site.udhcpc("client")
    assert "lease of 192.0.2.1" in output and "lease time 600" in output
    assert "router=192.0.2.1" in output and "dns=192.0.2.53" in output


def test_dhclient_gets_a_lease_and_confirms_it_after_a_reboot(site):
    output = site.dhclient("client")
    assert "DHCPACK" in output and "new_subnet_mask=255.255.255.0" in output
    site.stop_dhclient("client")
    again = site.dhclient("client")
    assert "DHCPDISCOVER" not in again and "DHCPACK" in again


def test_dhcpcd_gets_a_lease(site):
    assert "leased 192.0.2.1" in site.dhcpcd("client")


def test_a_reserved_address_is_for_its_client_alone(site):
    assert "192.0.2.10 " not in site.udhcpc("client")
    site.mac("client", "02:00:00:00:00:aa")
    output = site.udhcpc("client", "-O", "hostname")
    assert "lease of 192.0.2.10 obtained" in output and "hostname=printer" in output


def test_clients_behind_a_relay_get_addresses_of_their_own_subnet(site):
    site.start_relay()
    assert "lease of 203.0.113." in site.udhcpc("remote")
    assert "new_routers=203.0.113.1" in site.dhclient("remote")
    site.stop_dhclient("remote")
    assert "leased 203.0.113." in site.dhcpcd("remote")


def test_what_the_relay_tells_chooses_a_class_and_stays_with_the_lease(site):
    with site.connect() as session:
        edit(session, """<client-class><name>lan</name><test>relay4[1].hex == 'lan'</test>
                <option-data><code>15</code><space>dhcp4</space><data>lan.example</data></option-data>
            </client-class>
            <subnet4><id>2</id><store-extended-info>true</store-extended-info></subnet4>""")
    # Without -a the relay tells nothing of itself.
    relay = site.start_relay()
    assert "domain=" not in site.udhcpc("remote", "-O", "domain")
    relay.end()
    site.start_relay("-a")
    output = site.udhcpc("remote", "-O", "domain")
    assert "domain=lan.example" in output
    address = output.split("lease of ")[1].split()[0]
    info = site.lease(address)["user-context"]["ISC"]["relay-agent-info"]
    assert bytes.fromhex(info["sub-options"][2:]).startswith(b"\x01\x03lan")


def test_a_lease_is_renewed_and_released(site):
    client = site.start("udhcpc", "client", [
        "udhcpc", "-i", "eth0", "-f", "-R", "-t", "4", "-T", "1", "-s", site.script()])
    wait_for("a lease", lambda: "obtained" in client.output())
    client.process.send_signal(signal.SIGUSR1)
    wait_for("a renewal", lambda: client.output().count("obtained") == 2)
    lease = site.command("lease4-get-all")["arguments"]["leases"][0]
    assert lease["state"] == 0
    # The release goes by unicast, from the address itself.
    site.ip("client", "addr", "add", f"{lease['ip-address']}/24", "dev", "eth0")
    client.end()
    # Released, and soon reclaimed; remembered for the client all the while.
    wait_for("the release", lambda: site.lease(lease["ip-address"])["state"] in (2, 3))
    assert site.command("stat-lease4-get", {"subnet-id": 1})["arguments"]["result-set"]["rows"][0][3] == 0


def test_the_lease_is_in_the_file_before_the_client_has_it(site):
    output = site.udhcpc("client")
    address = output.split("lease of ")[1].split()[0]
    rows = (site.directory / "kea-leases4.csv").read_text().splitlines()
    assert any(row.startswith(f"{address},{site.mac('client')}") for row in rows)


def test_an_address_that_is_in_use_is_declined_and_rests(site):
    # dhcpcd probes the address that it gets; somebody on the link has it already.
    site.ip("server", "addr", "add", "192.0.2.100/32", "dev", "lan")
    site.run_dhcpcd("client", "-4", "--noipv4ll", "-t", "20")
    wait_for("the decline", lambda: (site.lease("192.0.2.100") or {}).get("state") == 1)
    used = site.command("stat-lease4-get", {"subnet-id": 1})["arguments"]["result-set"]["rows"][0]
    assert used[4] == 1


def test_leases_end_by_themselves(managed):
    from lab import edit

    with managed.connect() as session:
        edit(session, """<interfaces-config><interfaces>lan</interfaces></interfaces-config>
            <valid-lifetime>2</valid-lifetime>
            <subnet4><id>1</id><subnet>192.0.2.0/24</subnet><pool>
            <start-address>192.0.2.5</start-address><end-address>192.0.2.5</end-address></pool></subnet4>""")
    managed.udhcpc("client")
    assert managed.lease("192.0.2.5")["state"] == 0
    time.sleep(2)
    wait_for("the lease's end", lambda: managed.lease("192.0.2.5")["state"] == 2, 3)
    managed.mac("client", "02:00:00:00:00:02")
    assert "lease of 192.0.2.5 obtained" in managed.udhcpc("client")
