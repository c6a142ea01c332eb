//! The bearer token of a request.

use axum::http::{HeaderMap, header::AUTHORIZATION};

use super::{Reason, Refused};

/// The bearer token in `headers` (RFC 6750 section 2.1), or none when nobody signs in.
///
/// The only place where a token is looked for. Two `Authorization` headers, another scheme, and a token with characters
/// that no token has are refused: a proxy in front of us might have read them differently.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Reason::Header.into());
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Reason::Header)?;
    let token = token.trim_matches(' ');
    if scheme.eq_ignore_ascii_case("bearer") && is_b64token(token) {
        Ok(Some(token))
    } else {
        Err(Reason::Header.into())
    }
}

/// Whether `text` is a `b64token` of RFC 6750 section 2.1.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}
