//! What an event says, read member by member: most of it is passed on as it is written.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of a JSON object, in their order, each as the text that it is written as.
#[derive(Debug, Default)]
pub(super) struct Members<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'t> Members<'t> {
    /// Those of the object that `text` is; None where it is something else.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Each key with what is there.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'t RawValue)> {
        self.0.iter().map(|(key, value)| (&**key, *value))
    }

    /// What is at `key`, if it is a `T`.
    pub(super) fn get<T: Deserialize<'t>>(&self, key: &str) -> Option<T> {
        read(self.iter().find(|(of, _)| *of == key)?.1)
    }

    /// The text at `key`, if it is one, and not blank.
    pub(super) fn text(&self, key: &str) -> Option<Cow<'t, str>> {
        self.get(key).map(|Text(text)| text).filter(|text| !text.trim().is_empty())
    }
}

/// `value` as a `T`, if it is one.
pub(super) fn read<'t, T: Deserialize<'t>>(value: &'t RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

/// `value` as a text, if it is one.
pub(super) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    read(value).map(|Text(text)| text)
}

/// A text, which is borrowed where nothing in it is escaped.
#[derive(Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnObject;

        impl<'de> Visitor<'de> for AnObject {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::with_capacity(8);
                while let Some((Text(key), value)) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(AnObject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_by_what_their_keys_mean_and_stay_as_they_are_written() {
        let members = Members::of(r#"{ "a": 1.50, "\u0062": [1,  2], "c": " ", "d": "x\ny" }"#).expect("an object");
        let written: Vec<_> = members.iter().map(|(key, value)| (key, value.get())).collect();
        assert_eq!(written, [("a", "1.50"), ("b", "[1,  2]"), ("c", "\" \""), ("d", r#""x\ny""#)]);
        assert_eq!(members.get::<Vec<i64>>("b"), Some(vec![1, 2]));
        assert_eq!(members.text("d").as_deref(), Some("x\ny"));
        assert_eq!((members.text("a"), members.text("c"), members.text("e")), (None, None, None));
        assert!(Members::of("[1]").is_none() && Members::of("{").is_none());
    }
}
