//! Who the server is: its DUID, RFC 9915 section 11, which must not change from one start to the next.

use std::fs;
use std::io;
use std::path::Path;

use ruru_config::v6::{DuidKind, ServerId};
use ruru_process::clock;
use ruru_wire::HardwareAddress;
use ruru_wire::v6::{Duid, DuidType, HardwareType};

use crate::staged::Staged;

/// The file that keeps it.
const FILE: &str = "kea-dhcp6-serverid";
/// The enterprise number of ISC.
const ISC: u32 = 2495;
/// Midnight UTC of 1 January 2000, from which the times of DUIDs are counted.
const EPOCH: u64 = 946_684_800;

/// Why there is no DUID.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServerIdError {
    /// The file cannot be read or written.
    #[error("the server's identifier in {path}")]
    File { path: String, source: io::Error },
    /// It would be too long.
    #[error("the 'identifier' of server-id is too long")]
    TooLong,
    /// There is no interface whose address could be taken.
    #[error("there is no interface with a hardware address; give server-id an 'identifier'")]
    NoInterface,
}

/// The DUID as it is configured, and the file if it has to be another one; what is not said comes from
/// the file, else is made now.
pub(super) fn of(
    settings: &ServerId,
    directory: &Path,
) -> Result<(Duid, Option<Staged>), ServerIdError> {
    let path = directory.join(FILE);
    let failed = |source| ServerIdError::File { path: path.display().to_string(), source };
    let kept = match fs::read_to_string(&path) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    let duid = match (settings.kind, &kept) {
        (None, Some(kept)) => kept.clone(),
        (None | Some(DuidKind::Llt), _) => with_time(settings, kept.as_ref())?,
        (Some(DuidKind::Ll), _) => {
            let (kind, address) = hardware(settings, kept.as_ref(), DuidType::LL)?;
            Duid::ll(kind, &address)
        }
        (Some(DuidKind::En), _) => of_enterprise(settings, kept.as_ref())?,
    };
    let is_new = settings.persist && kept.as_ref() != Some(&duid);
    let staged = is_new.then(|| Staged::write(&path, &format!("{duid}\n"))).transpose();
    Ok((duid, staged.map_err(failed)?))
}

fn with_time(settings: &ServerId, kept: Option<&Duid>) -> Result<Duid, ServerIdError> {
    let (kind, address) = hardware(settings, kept, DuidType::LLT)?;
    let of_file = kept.filter(|duid| duid.duid_type() == DuidType::LLT);
    let of_file = of_file.and_then(|duid| duid.as_bytes().get(4..8)?.try_into().ok());
    // Modulo 2^32, as the RFC says.
    let now = || clock::now().as_secs().saturating_sub(EPOCH) as u32;
    let time = match settings.time {
        0 => of_file.map_or_else(now, u32::from_be_bytes),
        time => time,
    };
    Ok(Duid::llt(kind, time, &address))
}

fn of_enterprise(settings: &ServerId, kept: Option<&Duid>) -> Result<Duid, ServerIdError> {
    let enterprise = if settings.enterprise == 0 { ISC } else { settings.enterprise };
    let of_file = kept.filter(|duid| duid.duid_type() == DuidType::EN);
    let of_file =
        of_file.filter(|duid| duid.as_bytes().get(2..6) == Some(&enterprise.to_be_bytes()));
    let identifier = match (&*settings.identifier, of_file) {
        ([], Some(duid)) => duid.as_bytes().get(6..).unwrap_or_default().to_vec(),
        ([], None) => std::iter::repeat_with(|| fastrand::u8(..)).take(8).collect(),
        (given, _) => given.to_vec(),
    };
    Duid::en(enterprise, &identifier).map_err(|_| ServerIdError::TooLong)
}

/// The hardware address: as configured, else as in the file, else that of the first interface.
fn hardware(
    settings: &ServerId,
    kept: Option<&Duid>,
    of: DuidType,
) -> Result<(HardwareType, HardwareAddress), ServerIdError> {
    let given = |kind: HardwareType| match settings.htype {
        0 => kind,
        htype => HardwareType(htype),
    };
    if !settings.identifier.is_empty() {
        let address = HardwareAddress::new(&settings.identifier).ok_or(ServerIdError::TooLong)?;
        return Ok((given(HardwareType::ETHERNET), address));
    }
    let of_file = kept.filter(|duid| duid.duid_type() == of).and_then(Duid::hardware_address);
    if let Some((kind, address)) = of_file {
        return Ok((given(kind), address));
    }
    let mut interfaces = pnet_datalink::interfaces().into_iter();
    let found = interfaces.find_map(|interface| {
        let mac = interface.mac.filter(|mac| *mac != pnet_base::MacAddr::zero())?;
        HardwareAddress::new(&mac.octets()).filter(|_| !interface.is_loopback())
    });
    found.map(|address| (given(HardwareType::ETHERNET), address)).ok_or(ServerIdError::NoInterface)
}

/// Octets in hexadecimal with colons, as Kea writes them.
fn parse(text: &str) -> Option<Duid> {
    let octets = text.trim().split(':').map(|octet| u8::from_str_radix(octet, 16).ok());
    Duid::new(&octets.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(kind: Option<DuidKind>, identifier: &[u8]) -> ServerId {
        ServerId { kind, identifier: identifier.into(), persist: true, ..ServerId::default() }
    }

    /// The DUID that a server has which goes on to use it.
    fn of(settings: &ServerId, directory: &Path) -> Result<Duid, ServerIdError> {
        let (duid, staged) = super::of(settings, directory)?;
        staged.map(Staged::keep).transpose().unwrap();
        Ok(duid)
    }

    #[test]
    fn one_that_is_not_used_leaves_the_file_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let used = of(&settings(Some(DuidKind::En), &[1]), directory.path()).unwrap();
        let tried = super::of(&settings(Some(DuidKind::En), &[2]), directory.path()).unwrap();
        assert_ne!(tried.0, used);
        drop(tried);
        assert_eq!(of(&settings(None, &[]), directory.path()).unwrap(), used);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn it_is_the_same_after_another_start() {
        let directory = tempfile::tempdir().unwrap();
        let first = of(&settings(Some(DuidKind::En), &[]), directory.path()).unwrap();
        assert_eq!(first.as_bytes().len(), 14);
        assert_eq!(of(&settings(Some(DuidKind::En), &[]), directory.path()).unwrap(), first);
        // Whatever its kind is, where none is said.
        assert_eq!(of(&settings(None, &[]), directory.path()).unwrap(), first);
        let text = fs::read_to_string(directory.path().join(FILE)).unwrap();
        assert_eq!(text.trim(), first.to_string());
    }

    #[test]
    fn what_is_configured_comes_before_what_was_kept() {
        let directory = tempfile::tempdir().unwrap();
        let mac = [2, 0, 0, 0, 0, 1];
        let llt = of(&settings(Some(DuidKind::Llt), &mac), directory.path()).unwrap();
        assert_eq!(llt.duid_type(), DuidType::LLT);
        let told = ServerId { time: 7, htype: 8, ..settings(Some(DuidKind::Llt), &mac) };
        let again = of(&told, directory.path()).unwrap();
        assert_eq!(again.to_string(), "00:01:00:08:00:00:00:07:02:00:00:00:00:01");
        let ll = of(&settings(Some(DuidKind::Ll), &mac), directory.path()).unwrap();
        assert_eq!(ll.to_string(), "00:03:00:01:02:00:00:00:00:01");
        let long = settings(Some(DuidKind::En), &[0; 125]);
        assert!(matches!(of(&long, directory.path()), Err(ServerIdError::TooLong)));
    }

    #[test]
    fn nothing_is_kept_unless_wanted() {
        let directory = tempfile::tempdir().unwrap();
        let told = ServerId { persist: false, ..settings(Some(DuidKind::En), &[1, 2]) };
        assert_eq!(of(&told, directory.path()).unwrap().to_string(), "00:02:00:00:09:bf:01:02");
        assert!(!directory.path().join(FILE).exists());
    }
}
