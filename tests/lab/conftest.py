"""Laboratories for the tests."""

import pytest
from lab import Lab

SITE = """
<interfaces-config><interfaces>lan</interfaces><interfaces>uplink</interfaces></interfaces-config>
<valid-lifetime>600</valid-lifetime>
<option-data><code>6</code><space>dhcp4</space><data>192.0.2.53</data></option-data>
<shared-network><name>campus</name><subnet4><id>1</id><subnet>192.0.2.0/24</subnet>
  <pool><start-address>192.0.2.100</start-address><end-address>192.0.2.199</end-address></pool>
  <option-data><code>3</code><space>dhcp4</space><data>192.0.2.1</data></option-data>
  <host><identifier-type>hw-address</identifier-type><identifier>02:00:00:00:00:aa</identifier>
    <ip-address>192.0.2.10</ip-address><hostname>printer</hostname></host></subnet4>
</shared-network>
<subnet4><id>2</id><subnet>203.0.113.0/24</subnet>
  <pool><start-address>203.0.113.50</start-address><end-address>203.0.113.99</end-address></pool>
  <option-data><code>3</code><space>dhcp4</space><data>203.0.113.1</data></option-data></subnet4>
"""


@pytest.fixture
def lab():
    """An empty laboratory."""
    with Lab() as lab:
        yield lab


@pytest.fixture
def managed(lab):
    """A server and its agent, nothing configured."""
    lab.install_modules()
    lab.start_server()
    lab.start_agent()
    return lab


@pytest.fixture
def site(managed):
    """A server, its agent, and a site configured over NETCONF."""
    from lab import edit

    with managed.connect() as session:
        edit(session, SITE)
    return managed
