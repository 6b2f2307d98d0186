//! The command line.

use std::net::Ipv4Addr;
use std::time::Duration;

use clap::Parser;

use crate::pacing::Pacing;

/// Plays a relay with many DHCPv4 clients.
#[derive(Debug, Parser)]
#[command(version, disable_version_flag = true)]
pub(crate) struct Options {
    /// DHCPv4, which is what there is
    #[arg(short = '4')]
    _v4: bool,
    /// Exchanges to begin in a second; without it as many as --window allows
    #[arg(short = 'r', value_name = "RATE", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Renewals among them in a second
    #[arg(short = 'f', value_name = "RATE", requires = "rate", conflicts_with = "renewals")]
    renew_rate: Option<u32>,
    /// Of a hundred exchanges, how many are renewals of leases that clients have
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=100))]
    renewals: u32,
    /// Exchanges under way at the same time
    #[arg(long, value_name = "COUNT", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    window: u32,
    /// Different clients
    #[arg(short = 'R', value_name = "CLIENTS", default_value_t = 1 << 24, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) clients: u32,
    /// The first client's number
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) first_client: u32,
    /// Exchanges to begin
    #[arg(short = 'n', value_name = "COUNT", required_unless_present = "seconds")]
    pub(crate) count: Option<u64>,
    /// Seconds to begin exchanges in
    #[arg(short = 'p', value_name = "SECONDS")]
    seconds: Option<f64>,
    /// Seconds after which an answer counts as lost
    #[arg(short = 'd', value_name = "SECONDS", default_value_t = 1.0)]
    drop_time: f64,
    /// The relay's address
    #[arg(short = 'l', value_name = "ADDRESS")]
    pub(crate) relay: Ipv4Addr,
    /// The relay's port
    #[arg(short = 'L', value_name = "PORT", default_value_t = 67)]
    pub(crate) local_port: u16,
    /// The server's port
    #[arg(short = 'N', value_name = "PORT", default_value_t = 67)]
    pub(crate) server_port: u16,
    /// Report as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The server's address
    pub(crate) server: Ipv4Addr,
}

impl Options {
    /// How exchanges begin.
    pub(crate) fn pacing(&self) -> Pacing {
        match self.rate {
            None => Pacing::Window(self.window as usize),
            Some(rate) => Pacing::Rate(rate),
        }
    }

    /// How many of a hundred exchanges are renewals.
    pub(crate) fn renewals(&self) -> u32 {
        match (self.rate, self.renew_rate) {
            (Some(rate), Some(renewals)) => renewals.min(rate) * 100 / rate,
            _ => self.renewals,
        }
    }

    /// How long exchanges begin.
    pub(crate) fn duration(&self) -> Option<Duration> {
        self.seconds.map(seconds)
    }

    /// After what time an answer counts as lost.
    pub(crate) fn drop_time(&self) -> Duration {
        seconds(self.drop_time)
    }
}

/// A day at most, which bounds what people type.
fn seconds(number: f64) -> Duration {
    Duration::from_secs_f64(number.clamp(0.0, 86_400.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Options {
        Options::try_parse_from(line.split(' ')).unwrap()
    }

    #[test]
    fn a_rate_opens_the_loop_and_its_renewals_are_a_share() {
        let options = read("ruru-perf -4 -r 1000 -f 250 -p 2 -l 192.0.2.1 192.0.2.2");
        assert_eq!((options.pacing(), options.renewals()), (Pacing::Rate(1000), 25));
        let options = read("ruru-perf -n 10 --window 8 -l 192.0.2.1 192.0.2.2");
        assert_eq!((options.pacing(), options.renewals()), (Pacing::Window(8), 0));
    }

    #[test]
    fn there_must_be_an_end() {
        let line = ["ruru-perf", "-l", "192.0.2.1", "192.0.2.2"];
        assert!(Options::try_parse_from(line).is_err());
    }
}
