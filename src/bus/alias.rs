//! What can be called.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Portable;

/// An operation of a module.
pub trait Alias: Send + Sync + 'static {
    /// What goes in.
    type Args: Portable + Sync + Clone + Serialize + DeserializeOwned;
    /// What comes out, of each target one.
    type Answer: Portable + Sync + Serialize + DeserializeOwned;

    /// Its name: the module's, a point, and what is done.
    const NAME: &'static str;
    /// What it does, for the developers of modules.
    const DESCRIPTION: &'static str;
    /// Whether a company may call it in another one, at or below it.
    const CROSS_TENANT: bool;
    /// Whether it changes something.
    const EFFECT: Effect;

    /// What the registry knows of it.
    #[must_use]
    fn registration() -> Registration {
        Registration {
            name: Self::NAME,
            description: Self::DESCRIPTION,
            arguments: std::any::type_name::<Self::Args>(),
            answer: std::any::type_name::<Self::Answer>(),
            cross_tenant: Self::CROSS_TENANT,
            effect: Self::EFFECT,
        }
    }
}

/// Whether an operation changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It does not: it may be called again, and cut off.
    Reads,
    /// It does: who calls it and hears nothing does not know whether it was done.
    Writes,
}

/// An operation, as the registry knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
    /// The type of what goes in.
    pub arguments: &'static str,
    /// The type of what comes out, of each target one.
    pub answer: &'static str,
    /// Whether a company may call it in another one.
    pub cross_tenant: bool,
    /// Whether it changes something.
    pub effect: Effect,
}

impl Registration {
    /// The module that serves it.
    #[must_use]
    pub fn module(&self) -> Module {
        Module::of(self.name)
    }
}

/// A supply-chain module, or the network over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Module {
    /// Who is in the chain.
    Admin,
    /// Products and prices.
    Catalog,
    /// Orders on their way up the chain.
    Orders,
    /// Balances and payments.
    Finance,
    /// This program's own.
    Network,
    /// Another one.
    Other,
}

impl Module {
    /// The module of an alias, by what stands before its point.
    #[must_use]
    pub fn of(alias: &str) -> Self {
        match alias.split('.').next() {
            Some("admin") => Self::Admin,
            Some("catalog") => Self::Catalog,
            Some("orders") => Self::Orders,
            Some("finance") => Self::Finance,
            Some("network") => Self::Network,
            _ => Self::Other,
        }
    }

    /// The module that publishes events of this type, by what stands before its first point.
    #[must_use]
    pub fn publishing(event_type: &str) -> Self {
        match event_type.split('.').next() {
            Some("ResellerAdmin") => Self::Admin,
            Some("ResellerCatalog") => Self::Catalog,
            Some("ResellerOrders") => Self::Orders,
            Some("ResellerFinance") => Self::Finance,
            Some("ResellerNetwork") => Self::Network,
            _ => Self::Other,
        }
    }

    /// Its name, as aliases have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Catalog => "catalog",
            Self::Orders => "orders",
            Self::Finance => "finance",
            Self::Network => "network",
            Self::Other => "other",
        }
    }
}

/// Declares an [`Alias`]: `/// What it does. GetStats = "catalog.getStats": cross_tenant Reads (StatsArgs) -> Stats;`
macro_rules! aliases {
    ($($(#[doc = $doc:literal])+ $alias:ident = $name:literal: $crossing:ident $effect:ident ($args:ty) -> $answer:ty;)+) => { $(
        $(#[doc = $doc])+
        pub enum $alias {}

        impl $crate::bus::Alias for $alias {
            type Args = $args;
            type Answer = $answer;

            const NAME: &'static str = $name;
            const DESCRIPTION: &'static str = concat!($($doc),+).trim_ascii();
            const CROSS_TENANT: bool = $crate::bus::alias::aliases!(@ $crossing);
            const EFFECT: $crate::bus::Effect = $crate::bus::Effect::$effect;
        }
    )+ };
    (@ cross_tenant) => { true };
    (@ own_tenant) => { false };
}

pub(crate) use aliases;
