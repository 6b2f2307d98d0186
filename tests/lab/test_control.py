"""Commands over HTTP and HTTPS, asked by curl."""

import json
import signal
import subprocess

from lab import BINARIES, shell, wait_for

HTTP = "http://10.255.0.1:8000/"
HTTPS = "https://10.255.0.1:8443/"


def config(lab, *sockets):
    unix = {"socket-type": "unix", "socket-name": str(lab.control_socket)}
    return {"control-sockets": [unix, *sockets]}


def user(lab, name, password):
    """A user whose password is in a file."""
    file = lab.directory / f"{name}.password"
    file.write_text(f"{password}\n")
    return {"user-file": str(written(lab, f"{name}.user", name)), "password-file": str(file)}


def written(lab, name, text):
    file = lab.directory / name
    file.write_text(text + "\n")
    return file


def http(*users, **more):
    return {"socket-type": "http", "socket-address": "10.255.0.1", "socket-port": 8000,
            "authentication": {"realm": "dhcp", "clients": list(users)}, **more}


def curl(lab, url, *options, command="version-get", arguments=None):
    """Asks from the operator's place; the exit status of curl, the HTTP status, the answer."""
    request = {"command": command, **({"arguments": arguments} if arguments else {})}
    done = subprocess.run(
        ["ip", "netns", "exec", lab.namespace("operator"), "curl", "-sS", "-m", "10",
         "-w", "\n%{http_code}", "-H", "Content-Type: application/json",
         "-d", json.dumps(request), *map(str, options), url],
        capture_output=True, text=True, check=False)
    body, _, status = done.stdout.rpartition("\n")
    return done.returncode, int(status or 0), json.loads(body) if body else None


def authority(directory, name):
    """A certificate authority."""
    shell(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
           "-subj", f"/CN={name}", "-keyout", directory / f"{name}.key",
           "-out", directory / f"{name}.crt"])
    return directory / f"{name}.crt"


def certificate(directory, name, by):
    """A certificate of the server's address, and of a client as well."""
    extensions = directory / f"{name}.ext"
    extensions.write_text("subjectAltName=IP:10.255.0.1\n")
    shell(["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
           "-keyout", directory / f"{name}.key", "-out", directory / f"{name}.csr"])
    shell(["openssl", "x509", "-req", "-days", "2", "-CA", directory / f"{by}.crt",
           "-CAkey", directory / f"{by}.key", "-CAcreateserial", "-extfile", extensions,
           "-in", directory / f"{name}.csr", "-out", directory / f"{name}.crt"])
    return ["--cert", directory / f"{name}.crt", "--key", directory / f"{name}.key"]


def test_commands_come_over_http_from_those_who_know_the_password(lab):
    users = [user(lab, "ann", "first:secret"), user(lab, "bob", "second")]
    header = {"name": "X-Site", "value": "north"}
    lab.start_server(config(lab, http(*users, **{"http-headers": [header]})))
    _, status, answer = curl(lab, HTTP, "-u", "ann:first:secret")
    assert status == 200 and answer[0]["result"] == 0, answer
    assert curl(lab, HTTP, "-u", "bob:second")[1] == 200
    for refused in [["-u", "ann:second"], ["-u", "eve:first:secret"], []]:
        _, status, answer = curl(lab, HTTP, *refused)
        assert (status, answer) == (401, {"result": 401, "text": "Unauthorized"})
    # Two commands over one connection, and the header of the configuration with each.
    asked = shell([
        "ip", "netns", "exec", lab.namespace("operator"), "curl", "-sS", "-D", "-",
        "-u", "bob:second", "-H", "Content-Type: application/json",
        "-d", '{"command": "version-get"}', "-w", "%{num_connects} new", HTTP, HTTP])
    assert asked.count(" 200 OK") == 2 and asked.count("x-site: north") == 2, asked
    assert "1 new" in asked and "0 new" in asked, asked


def test_a_password_is_changed_by_a_command_that_is_still_answered(lab):
    lab.start_server(config(lab, http(user(lab, "ann", "old"))))
    new = config(lab, http(user(lab, "ann", "new")))
    _, status, answer = curl(
        lab, HTTP, "-u", "ann:new", command="config-set", arguments={"Dhcp4": new})
    assert status == 401, answer
    # The file holds the new one already; the server has read the old one.
    _, status, answer = curl(
        lab, HTTP, "-u", "ann:old", command="config-set", arguments={"Dhcp4": new})
    assert status == 200 and answer[0]["result"] == 0, answer
    assert curl(lab, HTTP, "-u", "ann:old")[1] == 401
    assert curl(lab, HTTP, "-u", "ann:new")[1] == 200


def test_what_lets_everybody_in_or_shows_secrets_needs_x(lab):
    lab.start_server(config(lab))
    for socket, reason in [
        ({"socket-type": "http"}, "neither authentication nor TLS"),
        (http({"user": "ann", "password": "in the clear"}), "must not stand in the configuration"),
        (http(user(lab, "ann", "1234")), "everybody knows from examples"),
        (http({"user-file": "/nowhere", "password-file": "/nowhere"}), "/nowhere cannot be read"),
    ]:
        answer = lab.command("config-set", {"Dhcp4": config(lab, socket)})
        assert answer["result"] == 1 and reason in answer["text"], answer
        assert "control-sockets[1]" in answer["text"], answer
    lab.server.end()
    lab.server_config.write_text(json.dumps({"Dhcp4": config(lab, {
        "socket-type": "http", "socket-address": "10.255.0.1"})}))
    lab.start("relaxed", "server", [BINARIES / "ruru-dhcp4", "-X", "-c", lab.server_config])
    wait_for("HTTP", lambda: curl(lab, HTTP)[1] == 200)


def test_https_asks_for_a_certificate_and_takes_new_ones_at_sighup(lab):
    ours, foreign = authority(lab.directory, "ours"), authority(lab.directory, "foreign")
    own = certificate(lab.directory, "server", "ours")
    client, stranger = (certificate(lab.directory, name, by)
                        for name, by in [("client", "ours"), ("stranger", "foreign")])
    https = {"socket-type": "https", "socket-address": "10.255.0.1", "socket-port": 8443,
             "trust-anchor": str(ours), "cert-file": str(own[1]), "key-file": str(own[3])}
    server = lab.start_server(config(lab, https))
    trust = ["--cacert", ours]
    assert curl(lab, HTTPS, *trust, *client)[1] == 200
    assert curl(lab, HTTPS, *trust, *stranger)[0] != 0
    assert curl(lab, HTTPS, *trust)[0] != 0
    # The server's certificate is replaced by one of the other authority.
    for source, target in [("crt", own[1]), ("key", own[3])]:
        target.write_bytes((lab.directory / f"stranger.{source}").read_bytes())
    server.process.send_signal(signal.SIGHUP)
    wait_for("the new certificate",
             lambda: curl(lab, HTTPS, "--cacert", foreign, *client)[1] == 200)
    # A key that does not belong to it changes nothing.
    own[3].write_bytes((lab.directory / "client.key").read_bytes())
    server.process.send_signal(signal.SIGHUP)
    wait_for("the refusal", lambda: "DHCP4_DYNAMIC_RECONFIGURATION_FAIL" in server.output())
    assert curl(lab, HTTPS, "--cacert", foreign, *client)[1] == 200


def test_connections_that_send_nothing_do_not_keep_others_out(lab):
    lab.start_server(config(lab, http(user(lab, "ann", "secret"))))
    silent = lab.start("silent", "operator", ["python3", "-c", (
        "import socket, time\n"
        "held = [socket.create_connection(('10.255.0.1', 8000)) for _ in range(50)]\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n")])
    wait_for("the connections", lambda: "held" in silent.output())
    assert curl(lab, HTTP, "-u", "ann:secret")[1] == 200
