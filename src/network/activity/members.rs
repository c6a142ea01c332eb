//! What an event says, read member by member: most of it is passed on as it is written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

/// The members of a JSON object, in their order, each as the text that it is written as.
#[derive(Debug, Default)]
pub struct Members<'t>(Vec<(Cow<'t, str>, Cow<'t, RawValue>)>);

impl<'t> Members<'t> {
    /// Those of the object that `text` is; None where it is something else.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Only what `part` makes of each member, if anything.
    pub(super) fn filter_map(self, part: impl Fn(&str, Cow<'t, RawValue>) -> Option<Cow<'t, RawValue>>) -> Self {
        Self(self.0.into_iter().filter_map(|(key, value)| part(&key, value).map(|value| (key, value))).collect())
    }

    /// What is at `key`, if it is a `T`.
    pub(super) fn get<'m, T: Deserialize<'m>>(&'m self, key: &str) -> Option<T> {
        read(&self.0.iter().find(|(of, _)| of == key)?.1)
    }

    /// The text at `key`, if it is one, and not blank.
    pub(super) fn text(&self, key: &str) -> Option<Cow<'_, str>> {
        self.get(key).map(|Text(text)| text).filter(|text| !text.trim().is_empty())
    }

    /// The object that they make.
    #[must_use]
    pub fn to_json(&self) -> String {
        // A text is written to memory, and nothing in it fails.
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
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
                while let Some((Text(key), value)) = map.next_entry::<_, &RawValue>()? {
                    members.push((key, Cow::Borrowed(value)));
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
        assert_eq!(members.to_json(), r#"{"a":1.50,"b":[1,  2],"c":" ","d":"x\ny"}"#);
        assert_eq!(members.get::<Vec<i64>>("b"), Some(vec![1, 2]));
        assert_eq!(members.text("d").as_deref(), Some("x\ny"));
        assert_eq!((members.text("a"), members.text("c"), members.text("e")), (None, None, None));
        assert!(Members::of("[1]").is_none() && Members::of("{").is_none());
    }
}
