"""What operators' tools look at: names, files, modes, logs, signals, exit statuses."""

import json
import os
import re
import signal
import stat
import subprocess

from lab import BINARIES, wait_for

CONFIG = {"valid-lifetime": 600, "subnet4": [{"id": 1, "subnet": "192.0.2.0/24"}]}


def config(lab, **more):
    return {**CONFIG, "control-sockets": [
        {"socket-type": "unix", "socket-name": str(lab.control_socket)}], **more}


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_link_with_keas_name_shows_that_name_everywhere(lab):
    link = lab.directory / "kea-dhcp4"
    link.symlink_to(BINARIES / "ruru-dhcp4")
    lab.server_config.write_text(json.dumps({"Dhcp4": config(lab)}))
    server = lab.start("kea", "server", [link, "-c", lab.server_config])
    pid_file = lab.run / "kea-dhcp4.kea-dhcp4.pid"
    wait_for("the PID file", pid_file.exists)
    wait_for("the start", lambda: "DHCP4_STARTED" in server.output())
    pid = pid_file.read_text().strip()
    assert open(f"/proc/{pid}/comm").read().strip() == "kea-dhcp4"
    assert mode(pid_file) == 0o640 and mode(lab.control_socket) == 0o770
    line = next(line for line in server.output().splitlines() if "DHCP4_STARTED" in line)
    pattern = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO  \[kea-dhcp4\.dhcp4/\d+\.\d+\] DHCP4_STARTED "
    assert re.match(pattern, line), line
    assert "server version" in line and line.endswith("started")
    assert server.end() == 0
    assert not pid_file.exists() and not lab.control_socket.exists()


def test_a_second_server_of_the_same_configuration_does_not_start(lab):
    lab.start_server(config(lab))
    second = lab.start("second", "server", [BINARIES / "ruru-dhcp4", "-c", lab.server_config])
    assert second.process.wait(10) == 1
    assert "already running" in second.output() and "Failed to initialize server" in second.output()
    assert lab.command("version-get")["result"] == 0


def test_a_configuration_is_checked_with_file_line_and_column(lab):
    wrong = lab.directory / "wrong.conf"
    wrong.write_text('{ "Dhcp4": {\n  # comment\n  "subnet4": [ { "id": 1, "subnet": "x" } ] } }')
    done = subprocess.run([BINARIES / "ruru-dhcp4", "-t", wrong], capture_output=True, text=True)
    assert done.returncode == 1
    assert f"{wrong}:3:37: " in done.stderr and "is not an IPv4 prefix" in done.stderr
    wrong.write_text('{ "Dhcp4": { "valid-lifetime": 1 } }')
    done = subprocess.run([BINARIES / "ruru-dhcp4", "-t", wrong], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_sighup_reads_the_file_again_and_a_wrong_one_changes_nothing(lab):
    server = lab.start_server(config(lab))
    lab.server_config.write_text(json.dumps({"Dhcp4": config(lab, **{"valid-lifetime": 77})}))
    server.process.send_signal(signal.SIGHUP)
    wait_for("the new file", lambda: (
        lab.command("config-get")["arguments"]["Dhcp4"]["valid-lifetime"] == 77))
    assert f"succeeded with file: {lab.server_config}" in server.output()
    lab.server_config.write_text("{ nonsense")
    server.process.send_signal(signal.SIGHUP)
    wait_for("the refusal", lambda: "DHCP4_DYNAMIC_RECONFIGURATION_FAIL" in server.output())
    assert lab.command("config-get")["arguments"]["Dhcp4"]["valid-lifetime"] == 77


def test_config_write_keeps_what_reads_back_the_same(lab):
    lab.start_server(config(lab, **{"user-context": {"site": "x"}, "comment": "kept"}))
    before = lab.command("config-hash-get")
    written = lab.command("config-write", {"filename": "copy.conf"})
    assert written["result"] == 0, written
    copy = lab.directory / "copy.conf"
    assert mode(copy) == 0o640
    document = json.loads(copy.read_text())
    assert document["Dhcp4"]["user-context"] == {"site": "x", "comment": "kept"}
    assert lab.command("config-set", document)["result"] == 0
    assert lab.command("config-hash-get") == before


def test_files_elsewhere_are_refused_unless_told_otherwise(lab):
    elsewhere = {"lease-database": {"type": "memfile", "name": "/tmp/leases.csv"}}
    lab.server_config.write_text(json.dumps({"Dhcp4": config(lab, **elsewhere)}))
    server = lab.start("refused", "server", [BINARIES / "ruru-dhcp4", "-c", lab.server_config])
    assert server.process.wait(10) == 1
    assert "must lie directly in" in server.output() and "Failed to apply configuration" in server.output()


def test_an_error_answer_has_exactly_result_and_text(lab):
    lab.start_server(config(lab))
    for name, arguments in (("config-set", {"Dhcp4": {"foo": 1}}), ("nonsense", None),
                            ("subnet4-add", {"subnet4": []}), ("lease4-get", {"ip-address": "x"})):
        answer = lab.command(name, arguments)
        assert set(answer) == {"result", "text"} and answer["result"] in (1, 2), answer


def test_shutdown_ends_with_the_status_that_is_asked_for(lab):
    server = lab.start_server(config(lab))
    assert lab.command("shutdown", {"exit-value": 3})["result"] == 0
    assert server.process.wait(5) == 3


def test_a_socket_that_cannot_be_opened_is_told_and_the_rest_serves(lab):
    interfaces = {"interfaces-config": {"interfaces": ["lan", "nothing0"]}}
    lab.start_server(config(lab, **interfaces))
    sockets = lab.command("status-get")["arguments"]["sockets"]
    assert sockets["status"] == "failed" and "nothing0" in sockets["errors"][0]


def test_damaged_lease_files_do_not_keep_the_server_from_starting(lab):
    leases = lab.directory / "kea-leases4.csv"
    lab.start_server(config(lab))
    for number in (5, 6):
        assert lab.command("lease4-add", {
            "ip-address": f"192.0.2.{number}", "hw-address": f"02:00:00:00:00:0{number}"})["result"] == 0
    lab.server.end(signal.SIGKILL)
    whole = leases.read_bytes()
    leases.write_bytes(whole + b"garbage\n" + whole.splitlines()[-1][:30])
    os.sync()
    server = lab.start_server()
    assert "DHCPSRV_MEMFILE_LEASE_LOAD_ROW_ERROR" in server.output()
    assert len(lab.command("lease4-get-all")["arguments"]["leases"]) == 2


def test_the_lease_file_is_compacted_while_the_server_serves(lab):
    lab.start_server(config(lab, **{"lease-database": {"type": "memfile", "lfc-interval": 1}}))
    for _ in range(20):
        lab.command("lease4-update", {"ip-address": "192.0.2.5", "hw-address": "02:00:00:00:00:05",
                                      "force-create": True})
    cleaned = lab.directory / "kea-leases4.csv.2"
    wait_for("the compacted file", lambda: (
        cleaned.exists() and "192.0.2.5" in cleaned.read_text()), 15)
    assert cleaned.read_text().count("192.0.2.5") == 1 and mode(cleaned) == 0o640
    lab.command("lease4-add", {"ip-address": "192.0.2.6", "hw-address": "02:00:00:00:00:06"})
    lab.server.end(signal.SIGKILL)
    lab.start_server()
    assert len(lab.command("lease4-get-all")["arguments"]["leases"]) == 2


def test_a_logger_keeps_what_its_severity_says(lab):
    log = lab.directory / "server.log"
    lab.start_server(config(lab, **{"loggers": [
        {"name": "kea-dhcp4", "severity": "WARN", "output-options": [{"output": "server.log"}]},
        {"name": "kea-dhcp4.commands", "severity": "INFO"}]}))
    lab.command("version-get")
    # Lines are written within milliseconds.
    wait_for("the line of the command",
             lambda: "COMMAND_RECEIVED received command 'version-get'" in log.read_text())
    text = log.read_text()
    assert mode(log) == 0o640
    assert "DHCP4_STARTED" not in text and "config-hash-get" not in text


def test_lines_go_where_the_environment_says_until_a_logger_says_more(lab):
    log = lab.directory / "early.log"
    lab.environment["KEA_LOGGER_DESTINATION"] = str(log)
    server = lab.start_server(config(lab))
    wait_for("the start", lambda: "DHCP4_STARTED" in log.read_text())
    assert "DHCP4_STARTED" not in server.output()
    loggers = {"loggers": [{"name": "kea-dhcp4", "output-options": [{"output": "stderr"}]}]}
    assert lab.command("config-set", {"Dhcp4": config(lab, **loggers)})["result"] == 0
    lab.command("status-get")
    wait_for("the line of the command",
             lambda: "received command 'status-get'" in server.output())
    assert "received command 'status-get'" not in log.read_text()


# A /dev of its own, so that the system log of the host is not the one that is written to.
OWN_DEV = """set -e
mount -t tmpfs none "$1"
for name in null zero random urandom; do touch "$1/$name"; mount --bind "/dev/$name" "$1/$name"; done
mount --rbind "$1" /dev
exec busybox syslogd -n -O "$2"
"""


def test_lines_go_to_the_system_log_also_after_it_was_started_anew(lab):
    dev = lab.directory / "dev"
    dev.mkdir()
    messages = lab.directory / "messages"

    def said(text):
        lines = messages.read_text().splitlines() if messages.exists() else []
        return next((line for line in lines if text in line), None)

    syslog = lab.start("syslogd", "server", ["unshare", "-m", "sh", "-c", OWN_DEV, "sh", dev, messages])
    wait_for("the system log", lambda: said("syslogd started"))
    loggers = [{"name": "kea-dhcp4", "output-options": [{"output": "syslog:daemon"}]}]
    lab.server_config.write_text(json.dumps({"Dhcp4": config(lab, loggers=loggers)}))
    server = lab.start("ruru-dhcp4", "server", [
        "nsenter", f"--mount=/proc/{syslog.pid}/ns/mnt", BINARIES / "ruru-dhcp4", "-c", lab.server_config])
    wait_for("the start", lambda: said("DHCP4_STARTED"))
    line = said("DHCP4_STARTED")
    pattern = rf" daemon\.info ruru-dhcp4\[{server.pid}\]: INFO  \[ruru-dhcp4\.dhcp4/\d+\.\d+\] DHCP4_STARTED "
    assert re.search(pattern, line), line
    syslog.end()
    again = lab.start("syslogd", "server", [
        "nsenter", f"--mount=/proc/{server.pid}/ns/mnt", "busybox", "syslogd", "-n", "-O", messages])
    wait_for("the new system log", lambda: messages.read_text().count("syslogd started") == 2)
    lab.command("status-get")
    wait_for("the line of the command", lambda: said("'status-get'"))
    assert again.alive()
    loggers[0]["output-options"][0]["output"] = "syslog:nowhere"
    answer = lab.command("config-test", {"Dhcp4": config(lab, loggers=loggers)})
    assert answer["result"] == 1 and "no facility 'nowhere'" in answer["text"], answer


def test_settings_of_the_lease_file_change_while_it_is_in_use(lab):
    lab.start_server(config(lab))
    lab.command("lease4-add", {"ip-address": "192.0.2.5", "hw-address": "02:00:00:00:00:05"})
    for database in ({"lfc-interval": 7}, {"sync": "never"}, {"max-row-errors": 3}, {"persist": False},
                     {"name": "other.csv"}, {}):
        wanted = config(lab, **{"lease-database": {"type": "memfile", **database}})
        answer = lab.command("config-set", {"Dhcp4": wanted})
        assert answer["result"] == 0, (database, answer)
    # Back in the first file, which nobody else had.
    assert len(lab.command("lease4-get-all")["arguments"]["leases"]) == 1
