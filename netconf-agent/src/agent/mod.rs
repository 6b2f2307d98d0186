//! The agent: what changes in `kea-dhcp4-server` becomes commands to the DHCP servers that
//! `managed-servers` names, and what they know becomes operational data.
