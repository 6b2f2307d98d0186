//! Commands of DHCPv6, as Kea answers them.
