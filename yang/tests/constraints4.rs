//! The constraints of `kea-dhcp4-server` at work.

mod tools;

use tools::{refused, taken};

#[test]
fn a_fault_is_named_before_commit() {
    let faults = [
        (
            "<valid-lifetime>1</valid-lifetime><min-valid-lifetime>2</min-valid-lifetime>",
            "min-valid-lifetime exceeds",
        ),
        (
            "<min-valid-lifetime>2</min-valid-lifetime><max-valid-lifetime>1</max-valid-lifetime>",
            "min-valid-lifetime exceeds",
        ),
        (
            "<valid-lifetime>2</valid-lifetime><max-valid-lifetime>1</max-valid-lifetime>",
            "max-valid-lifetime is less",
        ),
        (
            "<calculate-tee-times>true</calculate-tee-times>\
             <t1-percent>0.9</t1-percent><t2-percent>0.8</t2-percent>",
            "t1-percent is less than t2-percent",
        ),
        (
            "<calculate-tee-times>true</calculate-tee-times><t1-percent>0</t1-percent>",
            "t1-percent is between 0 and 1",
        ),
        ("<option-data><code>0</code><space>dhcp4</space><data/></option-data>", "codes 1 to 254"),
        (
            "<option-data><code>255</code><space>dhcp4</space><data/></option-data>",
            "codes 1 to 254",
        ),
        (
            "<option-data><code>1</code><space>dhcp6</space><data/></option-data>",
            "not a space of DHCPv4",
        ),
        (
            "<subnet4><id>1</id><subnet>192.0.2.0/24</subnet></subnet4>\
             <subnet4><id>2</id><subnet>192.0.2.1/24</subnet></subnet4>",
            "Unique data leaf",
        ),
        (
            "<subnet4><id>4294967295</id><subnet>192.0.2.0/24</subnet></subnet4>",
            "Unsatisfied range",
        ),
        (
            "<shared-network><name>n</name><client-class>a</client-class>\
             <client-classes>b</client-classes></shared-network>",
            "exclude each other",
        ),
        (
            "<shared-network><name>n</name>\
             <subnet4><id>1</id><subnet>192.0.2.0/25</subnet>\
             <authoritative>true</authoritative></subnet4>\
             <subnet4><id>2</id><subnet>192.0.2.128/25</subnet>\
             <authoritative>false</authoritative></subnet4></shared-network>",
            "all authoritative or none",
        ),
        ("<client-class><name>ALL</name><test>member('X')</test></client-class>", "is built in"),
        (
            "<client-class><name>a</name><test>'' == ''</test>\
             <template-test>option[60].hex</template-test></client-class>",
            "exclude each other",
        ),
        (
            "<client-class><name>a</name><option-def><code>44</code><space>dhcp4</space>\
             <name>x</name><type>string</type></option-def></client-class>",
            "only option 43",
        ),
        ("<ddns-ttl>1</ddns-ttl><ddns-ttl-min>1</ddns-ttl-min>", "ddns-ttl excludes"),
        ("<control-sockets><socket-type>unix</socket-type></control-sockets>", "socket-name"),
        (
            "<control-sockets><socket-type>https</socket-type><cert-file>c</cert-file>\
             </control-sockets>",
            "trust-anchor, cert-file and key-file",
        ),
        (
            "<lease-database><database-type>memfile</database-type>\
             <read-timeout>1</read-timeout></lease-database>",
            "database-type mysql",
        ),
        ("<allocator>fast</allocator>", "iterative, random, flq or shared-flq"),
        ("<next-server>255.255.255.255</next-server>", "broadcast"),
        ("<cache-threshold>1.0</cache-threshold>", "less than 1"),
        ("<user-context>[]</user-context>", "JSON map"),
        ("<server-tag>all</server-tag>", "every server"),
    ];
    refused("kea-dhcp4-server", &faults);
}

#[test]
fn what_kea_accepts_loads() {
    let config = "<subnet4><id>1</id><subnet>192.0.2.0/24</subnet>\
         <min-valid-lifetime>9</min-valid-lifetime><valid-lifetime>9</valid-lifetime>\
         <max-valid-lifetime>9</max-valid-lifetime>\
         <pool><start-address>192.0.2.1</start-address><end-address>192.0.2.9</end-address></pool>\
         <host><identifier-type>hw-address</identifier-type><identifier>02:00:00:00:00:01\
         </identifier><ip-address>192.0.2.3</ip-address></host></subnet4>\
         <option-data><code>0</code><space>vendor</space><data/></option-data>\
         <option-data><code>255</code><space>vendor</space><data>01</data></option-data>\
         <t1-percent>0.9</t1-percent><t2-percent>0.5</t2-percent>\
         <cache-threshold>0.0</cache-threshold>\
         <user-context> { \"comment\": \"a\nb\" } </user-context>\
         <control-sockets><socket-type>http</socket-type><socket-port>8004</socket-port>\
         <authentication><auth-type>basic</auth-type></authentication></control-sockets>\
         <lease-database><database-type>memfile</database-type><read-timeout>0</read-timeout>\
         </lease-database>";
    taken("kea-dhcp4-server", config);
}
