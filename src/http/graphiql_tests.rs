use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::{BUNDLE, BundledFile, CDN_PAGE, router_for};

static BUILT: &[BundledFile] = &[
    BundledFile { path: "assets/editor.worker-C0FFEE.js", bytes: b"self.onmessage = null" },
    BundledFile { path: "assets/index-C0FFEE.css", bytes: b"body {}" },
    BundledFile { path: "index.html", bytes: b"<!doctype html><title>built</title>" },
];
static NOT_BUILT: &[BundledFile] = &[];

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn get(bundle: &'static [BundledFile], path: &str) -> Answer {
    let router: Router = router_for(bundle);
    let request = Request::get(path).body(Body::empty()).unwrap();
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
    Answer { status: parts.status, headers: parts.headers, body }
}

#[tokio::test]
async fn the_built_page_is_served_with_and_without_the_last_slash() {
    for path in ["/graphiql", "/graphiql/"] {
        let answer = get(BUILT, path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header(&header::CONTENT_TYPE), "text/html; charset=utf-8");
        assert_eq!(answer.header(&header::CACHE_CONTROL), "no-cache");
        assert!(answer.body.contains("<title>built</title>"));
    }
}

#[tokio::test]
async fn the_built_page_may_load_nothing_from_elsewhere() {
    let answer = get(BUILT, "/graphiql").await;
    let policy = answer.header(&header::CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(!policy.contains("http"), "{policy}");
}

#[tokio::test]
async fn both_pages_refuse_frames_sniffing_and_referrers() {
    for bundle in [BUILT, NOT_BUILT] {
        let answer = get(bundle, "/graphiql").await;
        assert_eq!(answer.header(&header::X_FRAME_OPTIONS), "DENY");
        assert_eq!(answer.header(&header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(answer.header(&header::REFERRER_POLICY), "no-referrer");
        assert!(answer.header(&header::CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'"));
    }
}

#[tokio::test]
async fn built_assets_have_their_type_and_are_kept_for_ever() {
    let worker = get(BUILT, "/graphiql/assets/editor.worker-C0FFEE.js").await;
    assert_eq!(worker.header(&header::CONTENT_TYPE), "text/javascript; charset=utf-8");
    assert_eq!(worker.header(&header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(worker.body, "self.onmessage = null");

    let style = get(BUILT, "/graphiql/assets/index-C0FFEE.css").await;
    assert_eq!(style.header(&header::CONTENT_TYPE), "text/css; charset=utf-8");
}

#[tokio::test]
async fn an_asset_that_is_not_in_the_bundle_is_not_found() {
    for path in ["/graphiql/assets/nothing.js", "/graphiql/assets/../index.html", "/graphiql/assets/%2e%2e/index.html"]
    {
        assert_eq!(get(BUILT, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn without_a_bundle_the_page_says_that_it_comes_from_the_cdn() {
    let answer = get(NOT_BUILT, "/graphiql").await;
    assert_eq!(answer.header(&header::CONTENT_TYPE), "text/html; charset=utf-8");
    assert!(answer.body.contains("GraphiQL is loaded from the CDN, since this binary was built without"));
}

#[tokio::test]
async fn the_import_map_passes_its_own_policy_and_no_other_answers() {
    let answers = [get(NOT_BUILT, "/graphiql").await, get(NOT_BUILT, "/graphiql").await];
    let nonces = answers.each_ref().map(|answer| {
        let nonce = answer.body.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(answer.header(&header::CONTENT_SECURITY_POLICY).contains(&format!("'nonce-{nonce}'")));
        nonce
    });
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn every_file_of_ours_that_the_cdn_page_names_is_served() {
    let modules = ["api.js", "cdn.js", "credentials.js", "page.js"];
    let sources = modules.map(|name| format!("/graphiql/assets/{name}"));
    let named = CDN_PAGE.split('"').filter(|part| part.starts_with("/graphiql/assets/")).map(str::to_owned);
    for path in named.chain(sources).chain(["/graphiql/assets/sample.graphql".to_owned()]) {
        let answer = get(NOT_BUILT, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header(&header::CACHE_CONTROL), "no-cache", "{path}");
    }
}

#[test]
fn the_cdn_page_names_the_versions_that_the_bundle_is_built_from() {
    let lock: serde_json::Value = serde_json::from_str(include_str!("../../web/package-lock.json")).unwrap();
    let names = ["react", "react-dom", "graphql", "graphiql", "@graphiql/react", "monaco-editor", "monaco-graphql"];
    for name in names {
        let version = lock["packages"][format!("node_modules/{name}")]["version"].as_str().unwrap();
        assert!(CDN_PAGE.contains(&format!("esm.sh/{name}@")), "{name} is not in cdn.html");
        for before in ["esm.sh/", "deps=", ","] {
            for rest in CDN_PAGE.split(&format!("{before}{name}@")).skip(1) {
                assert!(rest.starts_with(version), "cdn.html should name {name}@{version}");
            }
        }
    }
}

#[test]
fn a_bundle_that_was_built_names_only_files_that_it_has() {
    let Some(page) = BUNDLE.iter().find(|file| file.path == "index.html") else { return };
    let page = std::str::from_utf8(page.bytes).unwrap();
    for path in page.split('"').filter_map(|part| part.strip_prefix("/graphiql/")) {
        assert!(BUNDLE.iter().any(|file| file.path == path), "{path}");
    }
}
