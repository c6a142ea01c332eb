//! The bearer token in a request's headers.

use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

use crate::auth::{Reason, bearer};

fn headers(values: &[&[u8]]) -> HeaderMap {
    values.iter().map(|value| (AUTHORIZATION, HeaderValue::from_bytes(value).unwrap())).collect()
}

#[test]
fn nobody_signs_in_without_a_header() {
    assert_eq!(bearer(&headers(&[])).unwrap(), None);
}

#[test]
fn the_scheme_is_written_as_one_likes() {
    for value in ["Bearer abc.d-e_f.g~+/==", "bearer abc.d-e_f.g~+/==", "BEARER   abc.d-e_f.g~+/== "] {
        assert_eq!(bearer(&headers(&[value.as_bytes()])).unwrap(), Some("abc.d-e_f.g~+/=="), "{value}");
    }
}

#[test]
fn anything_else_is_refused() {
    let bad: [&[&[u8]]; 12] = [
        &[b"Bearer a", b"Bearer a"],
        &[b"Bearer a", b"Basic a"],
        &[b"Basic dXNlcjpwYXNz"],
        &[b""],
        &[b"Bearer"],
        &[b"Bearer "],
        &[b"Bearer a b"],
        &[b"Bearer a, Bearer b"],
        &[b"Bearer a=b"],
        &[b"Bearer =="],
        &[b"Bearer\ta"],
        &[b"Bearer \xff"],
    ];
    for values in bad {
        assert_eq!(*bearer(&headers(values)).unwrap_err().reason(), Reason::Header, "{values:?}");
    }
}
