//! What the process says; ids are Kea's where the event is the same, in DHCPv4. DHCPv6 has its own
//! for the same events, see [`crate::v6`].

use std::io;
use std::net::SocketAddr;
use std::path::Display;

use ruru_observe::events;

events! {
    /// About the server.
    pub enum ServerEvent<'a> in "dhcp4" {
        /// The server begins to start.
        Starting DHCP4_STARTING Info "Ruru {protocol} server version {version} starting"
            { protocol: &'a str, version: &'a str },
        /// The server serves.
        Started DHCP4_STARTED Info "Ruru {protocol} server version {version} started"
            { protocol: &'a str, version: &'a str },
        /// A configuration is in use.
        ConfigComplete DHCP4_CONFIG_COMPLETE Info "{protocol} server has completed configuration: added {ip} subnets: {subnets}"
            { protocol: &'a str, ip: &'a str, subnets: usize },
        /// The configuration file is read again.
        Reconfiguring DHCP4_DYNAMIC_RECONFIGURATION Info "initiate server reconfiguration using file: {file}, after receiving SIGHUP signal or config-reload command"
            { file: &'a str },
        /// It was, and is in use.
        Reconfigured DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS Info "dynamic server reconfiguration succeeded with file: {file}"
            { file: &'a str },
        /// It was, and the earlier one stays.
        ReconfigurationFailed DHCP4_DYNAMIC_RECONFIGURATION_FAIL Error "dynamic server reconfiguration failed with file: {file}, reason: {reason}"
            { file: &'a str, reason: &'a str },
        /// The configuration is wrong.
        ConfigFailed DHCP4_CONFIG_LOAD_FAIL Error "configuration error using file: {file}, reason: {reason}"
            { file: &'a str, reason: &'a str },
        /// Something in the configuration file should be changed.
        ConfigWarning DHCP4_CONFIG_SYNTAX_WARNING Warn "configuration syntax warning: {place}: {text}"
            { place: &'a str, text: &'a str },
        /// Packets came faster than they were served.
        QueueFull DHCP4_PACKET_QUEUE_FULL Warn "{dropped} packets were dropped: they came faster than they were served"
            { dropped: u64, marker: std::marker::PhantomData<&'a ()> },
        /// Sockets that could not be opened are open now.
        SocketsReopened DHCP4_SOCKETS_REOPENED Info "sockets that could not be opened before are open now; {failed} still are not"
            { failed: usize, marker: std::marker::PhantomData<&'a ()> },
        /// It was tried often enough.
        SocketsGivenUp DHCP4_OPEN_SOCKETS_FAILED Error "{failed} sockets could not be opened in {times} attempts, and are not tried again"
            { failed: usize, times: u32, marker: std::marker::PhantomData<&'a ()> },
        /// The file with the server's identifier cannot be written.
        IdentityNotKept DHCP4_IDENTITY_NOT_KEPT Error "the server's identifier could not be kept, and will be another one after the next start: {reason}" { reason: &'a std::io::Error, marker: std::marker::PhantomData<&'a ()> },
        /// A socket cannot be opened.
        OpenSocketFailed DHCP4_OPEN_SOCKETS_FAILED Error "{reason}" { reason: &'a str },
        /// Threads serve packets.
        Threads DHCP4_MULTI_THREADING_INFO Info "number of packet threads: {workers}" { workers: usize },
        /// The number of threads is another one now.
        ThreadsLater DHCP4_MULTI_THREADING_LATER Warn "the server keeps its {workers} packet threads until it is started anew"
            { workers: usize },
        /// The server ends.
        Shutdown DHCP4_SHUTDOWN Info "server shutdown{reason}" { reason: &'a str },
        /// A path is where it may not be, and rules are not enforced.
        PathWarning DHCP4_SECURITY_WARNING Warn "{text}" { text: &'a str },
    }
}

events! {
    /// About packets that are not worked on or could not be sent.
    pub enum WorkerEvent<'a> in "bad-packets" {
        /// A packet came while the service was disabled.
        Disabled DHCP4_PACKET_DROP_0008 Debug(15) "DHCP service is globally disabled; packet from {source} on interface {interface} dropped"
            { source: &'a str, interface: &'a str },
        /// An answer could not be sent.
        SendFailed DHCP4_PACKET_SEND_FAIL Error "failed to send answer on interface {interface}: {reason}"
            { interface: &'a str, reason: &'a io::Error },
        /// A message could not be passed to the server of the other protocol.
        PassFailed DHCP4_DHCP4O6_PACKET_SEND_FAIL Error "failed to pass a message to the server of the other protocol: {reason}"
            { reason: &'a io::Error, marker: std::marker::PhantomData<&'a ()> },
        /// A socket could not be read.
        ReceiveFailed DHCP4_BUFFER_RECEIVE_FAIL Error "failed to receive on interface {interface}: {reason}"
            { interface: &'a str, reason: &'a io::Error },
    }
}

events! {
    /// About the lease store.
    pub enum StoreEvent<'a> in "dhcpsrv" {
        /// Leases are kept.
        Opened DHCPSRV_MEMFILE_DB Info "opening memory file lease database: {path}"
            { path: &'a str },
        /// A file was read.
        Loaded DHCPSRV_MEMFILE_LEASE_FILE_LOAD Info "loading leases from file {path}"
            { path: Display<'a>, },
        /// A line was passed over.
        Damaged DHCPSRV_MEMFILE_LEASE_LOAD_ROW_ERROR Error "discarding row {row} of {path}: {reason}"
            { path: Display<'a>, row: u64, reason: &'a str },
        /// Leases cannot be written; their clients get no answer.
        WriteFailed DHCPSRV_MEMFILE_WRITE_FAIL Error "leases cannot be written: {reason}; clients whose leases cannot be stored get no answer"
            { reason: &'a str },
        /// Writing leases takes long; their clients wait as long.
        WriteSlow DHCPSRV_MEMFILE_WRITE_SLOW Warn "writing leases takes {seconds:.1} seconds; clients wait as long for their acknowledgements"
            { seconds: f32, marker: std::marker::PhantomData<&'a ()> },
        /// Leases are written as they should be again.
        WritesAgain DHCPSRV_MEMFILE_WRITE_RECOVERED Info "leases are written as they should be again"
            { marker: std::marker::PhantomData<&'a ()> },
        /// The lease file was removed, replaced or could not be synced, and was made anew.
        Rewritten DHCPSRV_MEMFILE_REWRITTEN Warn "the lease file was removed or damaged; it was written anew with all leases"
            { marker: std::marker::PhantomData<&'a ()> },
        /// It could not be made anew.
        RewriteFailed DHCPSRV_MEMFILE_REWRITE_FAIL Error "the lease file was removed or damaged: {reason}; it will be tried again"
            { reason: &'a str },
        /// Leases end faster than the configuration lets them be reclaimed.
        StillExpired ALLOC_ENGINE_V4_LEASES_RECLAMATION_SLOW Warn "leases that have ended were left over {times} times in a row; raise 'max-reclaim-leases' or 'max-reclaim-time', or leave them out"
            { times: u32, marker: std::marker::PhantomData<&'a ()> },
        /// Leases that have ended were reclaimed.
        Reclaimed ALLOC_ENGINE_V4_LEASES_RECLAMATION_COMPLETE Debug(40) "reclaimed {count} leases in {seconds:.3} seconds"
            { count: usize, seconds: f32, marker: std::marker::PhantomData<&'a ()> },
        /// The lease file is compacted.
        CompactionStarted DHCPSRV_MEMFILE_LFC_START Info "starting Lease File Cleanup"
            { marker: std::marker::PhantomData<&'a ()> },
        /// It was.
        CompactionFailed DHCPSRV_MEMFILE_LFC_FAIL Error "Lease File Cleanup failed: {reason}; it will be tried again"
            { reason: &'a str },
    }
}

events! {
    /// About telling the DNS updater.
    pub enum UpdateEvent<'a> in "dhcp4" {
        /// Requests cannot be sent.
        SendFailed DHCP4_DDNS_REQUEST_SEND_FAILED Error "the DNS updater at {to} cannot be told: {reason}; requests are lost until it can"
            { to: std::net::SocketAddr, reason: &'a io::Error },
        /// There were more requests than may wait.
        Dropped DHCP_DDNS_NCR_QUEUE_FULL Warn "{dropped} requests to the DNS updater were dropped: more than 'max-queue-size' were waiting"
            { dropped: u64, marker: std::marker::PhantomData<&'a ()> },
    }
}

events! {
    /// About commands.
    pub enum CommandEvent<'a> in "commands" {
        /// The control socket is open.
        Listening COMMAND_ACCEPTOR_START Info "starting to accept connections via unix domain socket bound to {path}"
            { path: Display<'a> },
        /// A command came.
        Received COMMAND_RECEIVED Info "received command '{command}'" { command: &'a str },
        /// A command came that callers send all the time to see whether anything has changed.
        Polled COMMAND_RECEIVED Debug(50) "received command '{command}'" { command: &'a str },
        /// An HTTP or HTTPS control socket is open.
        ListeningHttp HTTP_COMMAND_MGR_SERVICE_STARTED Info "started HTTP listener on address {address}"
            { address: SocketAddr },
        /// A connection cannot be accepted; it is tried again.
        Failed COMMAND_SOCKET_ACCEPT_FAIL Error "control socket {socket}: {reason}"
            { socket: &'a str, reason: &'a io::Error },
    }
}
