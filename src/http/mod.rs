//! The outer edge: what is served over HTTP.
//!
//! - [`graphiql`]: the editor for the API in the browser.

pub mod graphiql;
