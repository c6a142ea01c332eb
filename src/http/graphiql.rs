//! The GraphiQL page: an editor for the API in the browser.
//!
//! Where `web/` was built before the server, the page and all it needs are in the binary, and it works without the
//! internet. Otherwise a small page loads the same version of GraphiQL from a CDN, and says so.

use axum::{
    Router,
    extract::Path,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
            X_FRAME_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
    routing::get,
};

/// One file of the built page.
struct BundledFile {
    /// Its path below `web/dist`, with `/` between the parts.
    path: &'static str,
    bytes: &'static [u8],
}

/// What `build.rs` found in `web/dist`; empty where `web/` was not built.
static BUNDLE: &[BundledFile] = include!(concat!(env!("OUT_DIR"), "/graphiql_bundle.rs"));

/// The files that the page from the CDN shares with the bundle, as they are in `web/`.
static SHARED: &[BundledFile] = &[
    BundledFile { path: "assets/api.js", bytes: include_bytes!("../../web/src/api.js") },
    BundledFile { path: "assets/cdn.js", bytes: include_bytes!("../../web/src/cdn.js") },
    BundledFile { path: "assets/credentials.js", bytes: include_bytes!("../../web/src/credentials.js") },
    BundledFile { path: "assets/icon.svg", bytes: include_bytes!("../../web/src/icon.svg") },
    BundledFile { path: "assets/nothing.js", bytes: include_bytes!("../../web/src/nothing.js") },
    BundledFile { path: "assets/page.css", bytes: include_bytes!("../../web/src/page.css") },
    BundledFile { path: "assets/page.js", bytes: include_bytes!("../../web/src/page.js") },
    BundledFile { path: "assets/sample.graphql", bytes: include_bytes!("../../web/src/sample.graphql") },
];

/// The page that loads GraphiQL from the CDN. `{{nonce}}` is replaced for each answer.
const CDN_PAGE: &str = include_str!("../../web/cdn.html");

/// The editor (Monaco) writes style elements as it runs, hence `'unsafe-inline'` for styles, and for styles alone.
const BUNDLE_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
     style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Names of bundled files carry a hash of their content, so a browser may keep them for a year.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// The routes `/graphiql` and `/graphiql/assets/…`. The page talks to `/graphql` on the same host.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    router_for(BUNDLE)
}

fn router_for<S: Clone + Send + Sync + 'static>(bundle: &'static [BundledFile]) -> Router<S> {
    let page = move || async move { page_of(bundle).map_or_else(cdn_page, bundled_page) };
    let asset = move |Path(name): Path<String>| async move { asset(bundle, &name) };
    Router::new()
        .route("/graphiql", get(page))
        .route("/graphiql/", get(page))
        .route("/graphiql/assets/{*name}", get(asset))
}

fn page_of(bundle: &'static [BundledFile]) -> Option<&'static BundledFile> {
    bundle.iter().find(|file| file.path == "index.html")
}

fn bundled_page(page: &'static BundledFile) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type(page.path)),
        (CACHE_CONTROL, ASK_AGAIN),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(BUNDLE_POLICY)),
    ];
    (headers, page_headers(), page.bytes).into_response()
}

/// The import map has to stand in the page itself, so a nonce of its own lets it pass the policy. What a worker imports
/// falls under `worker-src` too.
fn cdn_page() -> Response {
    let nonce = format!("{:032x}", rand::random::<u128>());
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' https://esm.sh; worker-src blob: https://esm.sh; \
         connect-src 'self'; style-src 'self' 'unsafe-inline' https://esm.sh; font-src data: https://esm.sh; \
         img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = [(CONTENT_TYPE, content_type("cdn.html")), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (headers, page_headers(), [(CONTENT_SECURITY_POLICY, policy)], CDN_PAGE.replace("{{nonce}}", &nonce))
        .into_response()
}

fn page_headers() -> [(HeaderName, HeaderValue); 3] {
    [
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ]
}

fn asset(bundle: &'static [BundledFile], name: &str) -> Response {
    let (files, caching) = if page_of(bundle).is_some() { (bundle, FOR_EVER) } else { (SHARED, ASK_AGAIN) };
    let path = format!("assets/{name}");
    match files.iter().find(|file| file.path == path) {
        Some(file) => {
            let headers = [
                (CONTENT_TYPE, content_type(file.path)),
                (CACHE_CONTROL, caching),
                (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            ];
            (headers, file.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn content_type(path: &str) -> HeaderValue {
    HeaderValue::from_static(match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("graphql") => "text/plain; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
#[path = "graphiql_tests.rs"]
mod tests;
