"""How the demo tells its story: chapters, commands with what they print, edits and their replies."""

import textwrap
import time

from lab import Failure
from lxml import etree

STARTED = time.monotonic()

# The subnet of clients behind the relay.
REMOTE = """<subnet4>
  <id>2</id>
  <subnet>203.0.113.0/24</subnet>
  <pool><start-address>203.0.113.50</start-address><end-address>203.0.113.99</end-address></pool>
  <option-data><code>3</code><space>dhcp4</space><data>203.0.113.1</data></option-data>
</subnet4>
"""


def chapter(title):
    print(f"\n\033[1m── {title} ──\033[0m ({seconds()})\n", flush=True)


def show(command, output, most=14):
    print(f"  $ {command}")
    lines = [line for line in output.strip().splitlines() if line.strip()]
    for line in lines[:most]:
        print(f"    {line}")
    if len(lines) > most:
        print(f"    … {len(lines) - most} more lines")
    print(flush=True)


def show_edit(content, reply):
    print("  edit-config (running):")
    print(textwrap.indent(textwrap.dedent(content).strip(), "    "))
    print(f"  reply: {reply}\n", flush=True)


def show_xml(title, data):
    text = "".join(etree.tostring(node, pretty_print=True, encoding="unicode") for node in data)
    show(title, text, 26)


def check(condition, what):
    if not condition:
        raise Failure(what)


def seconds():
    """How long the story has taken."""
    return f"{time.monotonic() - STARTED:.0f} s"
