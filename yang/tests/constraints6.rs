//! The constraints of `kea-dhcp6-server` at work.

mod tools;

use tools::{refused, taken};

#[test]
fn a_fault_is_named_before_commit() {
    let faults = [
        (
            "<preferred-lifetime>1</preferred-lifetime>\
             <min-preferred-lifetime>2</min-preferred-lifetime>",
            "min-preferred-lifetime exceeds",
        ),
        (
            "<min-preferred-lifetime>2</min-preferred-lifetime>\
             <max-preferred-lifetime>1</max-preferred-lifetime>",
            "min-preferred-lifetime exceeds",
        ),
        (
            "<preferred-lifetime>2</preferred-lifetime>\
             <max-preferred-lifetime>1</max-preferred-lifetime>",
            "max-preferred-lifetime is less",
        ),
        (
            "<valid-lifetime>2</valid-lifetime><max-valid-lifetime>1</max-valid-lifetime>",
            "max-valid-lifetime is less",
        ),
        (
            "<option-data><code>0</code><space>dhcp6</space><data/></option-data>",
            "codes 1 to 65535",
        ),
        (
            "<option-def><code>0</code><space>dhcp6</space><name>n</name><type>string</type>\
             </option-def>",
            "codes 1 to 65535",
        ),
        (
            "<option-data><code>1</code><space>dhcp4</space><data/></option-data>",
            "not a space of DHCPv6",
        ),
        (
            "<subnet6><id>1</id><subnet>2001:db8::/32</subnet></subnet6>\
             <subnet6><id>2</id><subnet>2001:DB8:0::/32</subnet></subnet6>",
            "Unique data leaf",
        ),
        (
            "<subnet6><id>1</id><subnet>2001:db8::/32</subnet><interface>eth0</interface>\
             <interface-id>port1</interface-id></subnet6>",
            "interface and interface-id exclude",
        ),
        (
            "<shared-network><name>n</name><interface>eth0</interface>\
             <interface-id>port1</interface-id></shared-network>",
            "interface and interface-id exclude",
        ),
        (
            "<shared-network><name>n</name>\
             <subnet6><id>1</id><subnet>2001:db8:1::/48</subnet><rapid-commit>true</rapid-commit>\
             </subnet6>\
             <subnet6><id>2</id><subnet>2001:db8:2::/48</subnet><rapid-commit>false</rapid-commit>\
             </subnet6></shared-network>",
            "all have rapid-commit or none",
        ),
        (
            "<subnet6><id>1</id><subnet>2001:db8::/32</subnet><pd-pool>\
             <prefix>2001:db8:8::/48</prefix><delegated-len>47</delegated-len></pd-pool></subnet6>",
            "not shorter than their pool",
        ),
        (
            "<subnet6><id>1</id><subnet>2001:db8::/32</subnet><pd-pool>\
             <prefix>2001:db8:8::/48</prefix><delegated-len>129</delegated-len></pd-pool></subnet6>",
            "Unsatisfied range",
        ),
        (
            "<subnet6><id>1</id><subnet>2001:db8::/32</subnet><pd-pool>\
             <prefix>2001:db8:8::/48</prefix><delegated-len>56</delegated-len>\
             <excluded-prefix>2001:db8:8::/56</excluded-prefix></pd-pool></subnet6>",
            "longer than the delegated one",
        ),
        (
            "<host><identifier-type>duid</identifier-type><identifier>01:02:03</identifier>\
             <prefixes>2001:db8:1::/48</prefixes><prefixes>2001:db8:2::/48</prefixes>\
             <excluded-prefixes>2001:db8:1::/64</excluded-prefixes></host>",
            "one excluded prefix for each prefix",
        ),
        ("<mac-sources>guess</mac-sources>", "no source of hardware addresses"),
        ("<server-id><persist>true</persist></server-id>", "server-id needs a type"),
        ("<server-id><type>EN</type><identifier>ab:cd</identifier></server-id>", "two a byte"),
        ("<pd-allocator>fast</pd-allocator>", "iterative, random, flq or shared-flq"),
    ];
    refused("kea-dhcp6-server", &faults);
}

#[test]
fn what_kea_accepts_loads() {
    let config = "<preferred-lifetime>9</preferred-lifetime>\
         <min-preferred-lifetime>9</min-preferred-lifetime>\
         <max-preferred-lifetime>9</max-preferred-lifetime>\
         <subnet6><id>1</id><subnet>2001:db8::/32</subnet><interface/>\
         <interface-id>port1</interface-id>\
         <pool><start-address>2001:db8::1</start-address><end-address>2001:db8::9</end-address>\
         </pool>\
         <pd-pool><prefix>2001:db8:8::/48</prefix><delegated-len>48</delegated-len>\
         <excluded-prefix>::/0</excluded-prefix></pd-pool>\
         <pd-pool><prefix>2001:db8:9::/48</prefix><delegated-len>56</delegated-len>\
         <excluded-prefix>2001:db8:9::/57</excluded-prefix></pd-pool>\
         <host><identifier-type>duid</identifier-type><identifier>01:02:03</identifier>\
         <ip-addresses>2001:db8::5</ip-addresses><ip-addresses>2001:db8::4</ip-addresses>\
         <prefixes>2001:db8:1::/48</prefixes></host></subnet6>\
         <option-data><code>0</code><space>vendor</space><data/></option-data>\
         <mac-sources>rfc6939</mac-sources><mac-sources>duid</mac-sources>\
         <server-id><type>LL</type><identifier>AB cd</identifier></server-id>";
    taken("kea-dhcp6-server", config);
}
