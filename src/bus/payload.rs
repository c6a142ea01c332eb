//! What travels: a value as it is between modules of one process, JSON between processes.

use std::any::Any;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value that can travel both ways.
pub trait Portable: Any + Send {
    /// The value as JSON.
    ///
    /// # Errors
    /// Where it has no JSON, as a map whose keys are no texts.
    fn to_json(&self) -> serde_json::Result<Vec<u8>>;

    /// The value itself.
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send>;
}

impl<T: Any + Send + Serialize> Portable for T {
    fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

/// What goes into a call or comes out of it.
pub enum Payload {
    /// A value of this process.
    Value(Box<dyn Portable>),
    /// JSON, as another process sent it.
    Json(Vec<u8>),
}

impl Payload {
    /// A value of this process.
    pub fn of(value: impl Portable) -> Self {
        Self::Value(Box::new(value))
    }

    /// The value of the type that was agreed on.
    ///
    /// # Errors
    /// What is wrong, where it is something else.
    pub fn read<T: DeserializeOwned + Send + 'static>(self) -> Result<T, String> {
        match self {
            Self::Value(value) => {
                let value = value.into_any().downcast::<T>();
                value.map(|value| *value).map_err(|_| format!("expected a {}", std::any::type_name::<T>()))
            }
            Self::Json(json) => serde_json::from_slice(&json).map_err(|cause| cause.to_string()),
        }
    }
}
