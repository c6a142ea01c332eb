//! Whether the modules can be asked, as the bus has it.

use std::collections::BTreeMap;

use entity::Timestamp;

use super::reasons::{Reason, ReasonCode};
use crate::bus::contract::network::HealthStatus;
use crate::bus::{Bus, Health, Module};

/// Whether a module can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleState {
    /// The module.
    pub module: Module,
    /// Whether all of its operations can be called.
    pub available: bool,
    /// Since when this is so.
    pub since: Timestamp,
    /// Whether a call of it has failed since it can be asked. The cause is in the log.
    pub has_failed: bool,
}

/// The modules that serve something on `bus`.
pub(super) fn of(bus: &Bus) -> Vec<ModuleState> {
    let mut modules: BTreeMap<Module, Vec<Health>> = BTreeMap::new();
    for alias in bus.aliases() {
        modules.entry(alias.registration.module()).or_default().push(alias.health);
    }
    modules.into_iter().map(|(module, aliases)| state(module, &aliases)).collect()
}

/// A module is as well as the worst of its operations.
fn state(module: Module, aliases: &[Health]) -> ModuleState {
    let failing = aliases.iter().filter(|health| !health.available).map(|health| health.since).min();
    let whole = aliases.iter().map(|health| health.since).max();
    ModuleState {
        module,
        available: failing.is_none(),
        since: failing.or(whole).unwrap_or(Timestamp(0)),
        has_failed: aliases.iter().any(|health| health.last_error.is_some()),
    }
}

/// Why the chain is not well, where a module cannot be asked.
pub(super) fn reason(modules: &[ModuleState]) -> Option<Reason> {
    let silent: Vec<_> = modules.iter().filter(|state| !state.available).map(|state| state.module.name()).collect();
    let message = match silent.as_slice() {
        [] => return None,
        [one] => format!("The {one} module can't answer at the moment."),
        several => format!("The modules {} can't answer at the moment.", several.join(", ")),
    };
    let (code, severity) = (ReasonCode::ModuleUnavailable, HealthStatus::Critical);
    Some(Reason { code, severity, count: silent.len() as u64, message, companies: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(available: bool, since: i64, last_error: Option<&str>) -> Health {
        Health { available, since: Timestamp(since), last_error: last_error.map(str::to_owned) }
    }

    #[test]
    fn a_module_is_as_well_as_the_worst_of_its_operations() {
        let well = state(Module::Orders, &[health(true, 1, None), health(true, 5, None)]);
        assert_eq!((well.available, well.since, well.has_failed), (true, Timestamp(5), false));
        let again = state(Module::Orders, &[health(true, 1, None), health(true, 7, Some("was down"))]);
        assert_eq!((again.available, again.since, again.has_failed), (true, Timestamp(7), true));
        let down = state(
            Module::Orders,
            &[health(true, 9, None), health(false, 4, Some("down")), health(false, 3, Some("down"))],
        );
        assert_eq!((down.available, down.since, down.has_failed), (false, Timestamp(3), true));
        assert_eq!(reason(&[well.clone(), again]), None);
        assert_eq!(
            reason(&[well, down]).map(|reason| reason.message),
            Some("The orders module can't answer at the moment.".to_owned())
        );
    }
}
