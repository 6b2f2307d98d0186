"""The main job, end to end, as a story: an operator edits DHCP configuration over NETCONF, real
clients get leases by it, and the operator reads leases and statistics back."""

import signal
import sys

import dual_stack
from lab import (
    Failure, Lab, edit, get, refused, running, shell, values, wait_for,
)
from story import REMOTE, chapter, check, seconds, show, show_edit, show_xml

SITE = f"""
<interfaces-config>
  <interfaces>lan</interfaces>
  <interfaces>uplink</interfaces>
</interfaces-config>
<valid-lifetime>3600</valid-lifetime>
<renew-timer>900</renew-timer>
<option-data>
  <code>6</code><space>dhcp4</space><data>192.0.2.53</data>
</option-data>
<shared-network>
  <name>campus</name>
  <subnet4>
    <id>1</id>
    <subnet>192.0.2.0/24</subnet>
    <pool><start-address>192.0.2.100</start-address><end-address>192.0.2.199</end-address></pool>
    <option-data><code>3</code><space>dhcp4</space><data>192.0.2.1</data></option-data>
    <host>
      <identifier-type>hw-address</identifier-type>
      <identifier>02:00:00:00:00:aa</identifier>
      <ip-address>192.0.2.10</ip-address>
      <hostname>printer</hostname>
    </host>
  </subnet4>
</shared-network>
{REMOTE}"""

OVERLAPPING = """
<subnet4>
  <id>3</id>
  <subnet>203.0.113.0/24</subnet>
</subnet4>
"""

OUTSIDE = """
<subnet4>
  <id>3</id>
  <subnet>198.18.0.0/24</subnet>
  <pool><start-address>198.19.0.10</start-address><end-address>198.19.0.20</end-address></pool>
</subnet4>
"""


def install(lab):
    chapter("The modules in sysrepo")
    show("ruru-netconf --install-modules", lab.install_modules())
    listed = lab.execute("server", ["sysrepoctl", "-l"])
    show("sysrepoctl -l | grep -E 'kea|ruru'", "\n".join(
        line for line in listed.splitlines() if "kea" in line or "ruru" in line))


def start(lab):
    chapter("A DHCPv4 server with nothing but a control socket, and the agent")
    server = lab.start_server()
    agent = lab.start_agent()
    show("ruru-dhcp4 -c kea-dhcp4.conf", server.output())
    show("ruru-netconf -c netconf.conf", agent.output())


def configure(lab, session):
    chapter("The operator configures a site over NETCONF (ncclient)")
    print(f"  session {session.session_id}, base:1.1:",
          any("base:1.1" in c for c in session.server_capabilities), "\n")
    reply = edit(session, SITE)
    show_edit(SITE, "ok" if reply.ok else reply)
    answer = lab.command("subnet4-list")
    show("subnet4-list, asked of the server itself", answer["text"])
    check(answer["result"] == 0 and len(answer["arguments"]["subnets"]) == 2, "two subnets")


def serve_direct(lab):
    chapter("Clients on the server's own link")
    output = lab.udhcpc("client")
    show("udhcpc -i eth0", output)
    check("192.0.2.1" in output and "lease time 3600" in output, "udhcpc got a lease")
    output = lab.dhclient("client")
    show("dhclient -1 -v eth0", output)
    check("DHCPACK" in output and "new_routers=192.0.2.1" in output, "dhclient got a lease")
    lab.stop_dhclient("client")
    output = lab.dhclient("client")
    show("dhclient -1 -v eth0, again: the lease is confirmed", output, 6)
    check("DHCPACK" in output, "dhclient confirmed its lease")
    lab.stop_dhclient("client")
    output = lab.dhcpcd("client")
    show("dhcpcd -4 -1 eth0", output)
    check("leased 192.0.2." in output, "dhcpcd got a lease")
    lab.mac("client", "02:00:00:00:00:aa")
    output = lab.udhcpc("client")
    show("udhcpc -i eth0, as 02:00:00:00:00:aa: the reserved address", output)
    check("lease of 192.0.2.10 obtained" in output, "the reserved address")


def serve_relayed(lab):
    chapter("Clients behind a relay")
    relay = lab.start_relay()
    show("dhcrelay -4 -id lan -iu to-server 198.51.100.1", relay.output(), 4)
    output = lab.udhcpc("remote")
    show("udhcpc -i eth0", output)
    check("lease of 203.0.113." in output, "udhcpc got a lease through the relay")
    output = lab.dhclient("remote")
    show("dhclient -1 -v eth0", output, 8)
    check("new_routers=203.0.113.1" in output, "dhclient got a lease through the relay")
    lab.stop_dhclient("remote")
    output = lab.dhcpcd("remote")
    show("dhcpcd -4 -1 eth0", output, 8)
    check("leased 203.0.113." in output, "dhcpcd got a lease through the relay")


def renew(lab):
    chapter("A lease is renewed, by unicast and by the relay's clients too")
    before = lab.command("statistic-get", {"name": "pkt4-ack-sent"})
    client = lab.start("udhcpc-renewing", "client", [
        "udhcpc", "-i", "eth0", "-f", "-t", "4", "-T", "1", "-s", lab.script()])
    wait_for("a lease", lambda: "obtained" in client.output())
    client.process.send_signal(signal.SIGUSR1)
    wait_for("a renewal", lambda: client.output().count("obtained") == 2)
    client.end()
    show("udhcpc -i eth0 -f; kill -USR1: renew", client.output())
    after = lab.command("statistic-get", {"name": "pkt4-ack-sent"})
    count = [answer["arguments"]["pkt4-ack-sent"][0][0] for answer in (before, after)]
    check(count[1] >= count[0] + 2, "two more DHCPACKs")


def read(lab, session):
    chapter("Leases and statistics, read over NETCONF")
    address = "192.0.2.10"
    path = f"/k:state/k:leases/k:lease[k:ip-address='{address}']"
    data = get(session, path)
    show_xml(f"get {path}", data)
    check(values(session, path + "/k:hostname") in ([], ["printer"]), "the lease's name")
    check(len(data) == 1, "the lease is there")
    show_xml("get /k:state/k:lease-stats/k:subnet[k:subnet-id='1']",
             get(session, "/k:state/k:lease-stats/k:subnet[k:subnet-id='1']"))
    sent = values(session, "/k:state/s:statistics/s:counter[s:name='pkt4-ack-sent']/s:value")
    show("get …/s:counter[s:name='pkt4-ack-sent']/s:value", "\n".join(sent))
    leases = values(session, "/k:state/k:leases/k:lease/k:ip-address")
    show("get /k:state/k:leases/k:lease/k:ip-address", "\n".join(leases))
    check(any(lease.startswith("203.0.113.") for lease in leases), "leases of both subnets")


def refuse(lab, session):
    chapter("Edits that must be refused, and change nothing")
    before, hash_before = running(session), lab.command("config-hash-get")
    for title, content in (("a prefix that is in use", OVERLAPPING), ("a pool outside", OUTSIDE)):
        error = refused(session, content)
        show_edit(content, f"{error.tag}\n    path: {error.path}\n    message: {error.message}")
        check(error.message and error.path and "subnet4" in error.path, f"{title}: says where")
    check(running(session) == before, "running is as it was")
    check(lab.command("config-hash-get") == hash_before, "the server is as it was")
    print("  running and the server's configuration hash are as they were\n")


def use_sysrepocfg(lab, session):
    chapter("The same through sysrepo's own tool")
    file = lab.directory / "edit.xml"
    wrap = '<config xmlns="urn:ietf:params:xml:ns:yang:kea-dhcp4-server">{}</config>'
    file.write_text(wrap.format(
        "<subnet4><id>4</id><subnet>198.18.4.0/24</subnet><pool><start-address>198.18.4.10"
        "</start-address><end-address>198.18.4.20</end-address></pool></subnet4>"))
    command = ["sysrepocfg", f"--edit={file}", "-d", "running", "-t", "30"]
    show("sysrepocfg --edit=edit.xml -d running", lab.execute("server", command) or "ok")
    check(lab.command("subnet4-get", {"id": 4})["result"] == 0, "the server has subnet 4")
    file.write_text(wrap.format(OUTSIDE))
    try:
        lab.execute("server", command)
    except Failure as failure:
        show("sysrepocfg --edit=wrong.xml -d running", str(failure), 5)
        check("is not inside subnet" in str(failure), "sysrepocfg shows the server's reason")
    else:
        raise Failure("sysrepocfg should have been refused")
    check(lab.command("subnet4-get", {"id": 3})["result"] == 3, "the server has no subnet 3")


def kill(lab, session):
    chapter("The server is killed and started again")
    before = lab.command("lease4-get-all")["arguments"]["leases"]
    lab.server.end(signal.SIGKILL)
    print(f"  killed by SIGKILL, with {len(before)} leases")
    error = refused(session, "<valid-lifetime>7200</valid-lifetime>")
    show_edit("<valid-lifetime>7200</valid-lifetime>", f"{error.tag}: {error.message}")
    lab.start_server()
    lab.in_sync()
    after = lab.command("lease4-get-all")["arguments"]["leases"]
    check(after == before, "every lease is there again")
    check(lab.command("subnet4-list")["arguments"]["subnets"], "the configuration is there again")
    show("started again; lease4-get-all", f"{len(after)} leases, the same as before\n"
         + "\n".join(f"{lease['ip-address']} {lease['hw-address']}" for lease in after))
    output = lab.udhcpc("client")
    show("udhcpc -i eth0: its old address", output)
    check("lease of 192.0.2.10 obtained" in output, "the client's address")


def end(lab):
    chapter("A clean end")
    statuses = {process.name: process.end() for process in (lab.agent, lab.server)}
    print(f"  exit statuses: {statuses}")
    check(set(statuses.values()) == {0}, "both programs ended cleanly")
    check(not list(lab.run.iterdir()) or all(
        path.suffix == ".lock" for path in lab.run.iterdir()), "no socket and no PID file is left")


def main():
    print("Ruru: from a NETCONF edit to a lease on the wire, and back")
    with Lab() as lab:
        install(lab)
        start(lab)
        with lab.connect() as session:
            configure(lab, session)
            serve_direct(lab)
            serve_relayed(lab)
            renew(lab)
            read(lab, session)
            refuse(lab, session)
            use_sysrepocfg(lab, session)
            kill(lab, session)
        end(lab)
    with dual_stack.Site() as site:
        dual_stack.tell(site)
    left = [line for line in shell(["ip", "netns", "list"]).splitlines()
            if line.startswith((lab.id, site.id))]
    check(not left, f"namespaces are left: {left}")
    print(f"\nEverything worked, and nothing is left behind. {seconds()}")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"\nThe demo failed: {failure}", file=sys.stderr)
        sys.exit(1)
