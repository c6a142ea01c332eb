//! Which media type an answer has (GraphQL over HTTP, section "Media Types").

use axum::http::{HeaderMap, StatusCode, header};

/// A media type of a GraphQL answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphqlResponse,
    /// `application/json`: the status is 200 for everything that is GraphQL, also for errors.
    Json,
}

impl MediaType {
    /// What the client prefers. A client that does not say gets `application/json`, as older ones expect; None where it takes neither.
    pub(super) fn preferred(headers: &HeaderMap) -> Option<Self> {
        let mut ranges = headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok()).peekable();
        if ranges.peek().is_none() {
            return Some(Self::Json);
        }
        let ranges: Vec<Range<'_>> = ranges.flat_map(|accept| accept.split(',')).map(Range::parse).collect();
        let quality = |media: Self| {
            let matching = ranges.iter().filter(|range| range.matches(media.essence()));
            // The most specific range decides (RFC 9110, section 12.5.1).
            matching.max_by_key(|range| range.precision()).map_or(0.0, |range| range.quality)
        };
        let (graphql, json) = (quality(Self::GraphqlResponse), quality(Self::Json));
        let names_graphql =
            ranges.iter().any(|range| range.essence.eq_ignore_ascii_case(Self::GraphqlResponse.essence()));
        match (graphql, json) {
            (graphql, json) if graphql <= 0.0 && json <= 0.0 => None,
            (graphql, json) if graphql > json || (graphql >= json && names_graphql) => Some(Self::GraphqlResponse),
            _ => Some(Self::Json),
        }
    }

    fn essence(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json",
            Self::Json => "application/json",
        }
    }

    /// The value of `Content-Type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// The status of an answer to a request that was good HTTP.
    pub(super) fn status(self, executed: bool) -> StatusCode {
        match (self, executed) {
            (Self::GraphqlResponse, false) => StatusCode::BAD_REQUEST,
            _ => StatusCode::OK,
        }
    }
}

/// Whether the client names `text/event-stream` among what it takes.
pub(super) fn takes_event_streams(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
    let mut ranges = accept.flat_map(|accept| accept.split(',')).map(Range::parse);
    ranges.any(|range| range.essence.eq_ignore_ascii_case("text/event-stream") && range.quality > 0.0)
}

/// One range of an `Accept` header.
struct Range<'h> {
    essence: &'h str,
    quality: f32,
}

impl<'h> Range<'h> {
    fn parse(range: &'h str) -> Self {
        let mut parts = range.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Self { essence, quality: quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0)) }
    }

    fn matches(&self, essence: &str) -> bool {
        self.essence == "*/*"
            || self.essence.eq_ignore_ascii_case("application/*")
            || self.essence.eq_ignore_ascii_case(essence)
    }

    fn precision(&self) -> u8 {
        match self.essence {
            "*/*" => 0,
            essence if essence.ends_with("/*") => 1,
            _ => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferred(accept: &str) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        MediaType::preferred(&headers)
    }

    #[test]
    fn an_older_client_gets_json() {
        assert_eq!(MediaType::preferred(&HeaderMap::new()), Some(MediaType::Json));
        assert_eq!(preferred("*/*"), Some(MediaType::Json));
        assert_eq!(preferred("application/json"), Some(MediaType::Json));
        assert_eq!(preferred("text/html, application/*;q=0.5"), Some(MediaType::Json));
    }

    #[test]
    fn a_client_that_knows_the_new_type_gets_it() {
        assert_eq!(preferred("application/graphql-response+json"), Some(MediaType::GraphqlResponse));
        assert_eq!(preferred("application/graphql-response+json, application/json"), Some(MediaType::GraphqlResponse));
        assert_eq!(preferred("application/json, application/graphql-response+json"), Some(MediaType::GraphqlResponse));
        assert_eq!(preferred("application/graphql-response+json;q=0.5, application/json"), Some(MediaType::Json));
    }

    #[test]
    fn the_most_specific_range_decides() {
        assert_eq!(preferred("*/*, application/json;q=0"), Some(MediaType::GraphqlResponse));
    }

    #[test]
    fn a_client_that_takes_neither_gets_nothing() {
        assert_eq!(preferred("text/html"), None);
        assert_eq!(preferred("application/json;q=0"), None);
    }
}
