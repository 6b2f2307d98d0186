//! `--install-modules`: everything that NETCONF and the DHCP servers need in sysrepo.

use ruru_sysrepo::{Connection, Error, Install};

/// Installs the modules that are not there and switches on the features that are off; answers the
/// names of the new modules.
///
/// Install before there are many data: sysrepo reads all of them again for each new module.
pub fn install_modules(connection: &Connection) -> Result<Vec<&'static str>, Error> {
    let mut missing: Vec<&ruru_yang::Module> = Vec::new();
    let mut features = Vec::new();
    {
        // A context keeps modules from being installed, so it must go first.
        let context = connection.context()?;
        missing.extend(ruru_yang::MODULES.iter().filter(|m| context.module(m.name).is_none()));
        for (name, wanted) in ruru_yang::FEATURES {
            let enabled: Vec<&str> =
                context.module(name).map(|module| module.features().collect()).unwrap_or_default();
            features.extend(
                wanted.iter().filter(|feature| !enabled.contains(feature)).map(|f| (*name, *f)),
            );
        }
    }
    for (module, feature) in features {
        connection.set_feature(module, feature, true)?;
    }
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let install: Vec<Install> =
        missing.iter().map(|module| Install::text(module.text).features(module.features)).collect();
    connection.install(&install, &[])?;
    Ok(missing.iter().map(|module| module.name).collect())
}
