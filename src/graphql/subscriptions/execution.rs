//! One subscription as the library runs it: an event goes in, a message comes out.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::{Response, ServerError};
use bytes::Bytes;
use entity::{Position, TenantStatus};
use futures_util::FutureExt;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::sync::mpsc;

use super::Subscriptions;
use super::source::{Source, Told, Watched};
use crate::auth::Caller;
use crate::graphql::context::{RequestContext, Services};
use crate::graphql::documents::{Answer, Prepared};
use crate::graphql::error::{as_request_error, forbidden, internal_failure, mask};
use crate::graphql::json;
use crate::graphql::types::activity::cursors;
use crate::network::activity::ActivityEvent;
use crate::tenancy::topology::Topology;

/// What subscribers are sent of one event.
#[derive(Debug)]
pub struct Message {
    /// The place of the event in the log.
    pub position: Position,
    /// The result of the operation, as JSON.
    pub payload: Bytes,
}

impl Message {
    /// Where to go on after this message.
    #[must_use]
    pub fn cursor(&self) -> String {
        cursors::write(self.position)
    }
}

/// A subscription that runs.
pub(super) struct Execution {
    responses: BoxStream<'static, Response>,
    bring: mpsc::Sender<Told>,
    caller: Caller,
    topology: Arc<Topology>,
    services: Arc<Services>,
    request_id: String,
}

impl Execution {
    /// Begins to run an operation, and answers what it watches.
    ///
    /// # Errors
    /// The answer to an operation that its field refuses.
    pub(super) async fn begin(
        subscriptions: &Subscriptions,
        caller: Caller,
        prepared: Prepared,
        request_id: &str,
    ) -> Result<(Self, Watched), Answer> {
        let Subscriptions { api, services, topology, .. } = subscriptions;
        let (source, watched, bring) = Source::new();
        let context = RequestContext::new(caller.clone(), topology.current(), services.clone());
        let (mut responses, unproven) = api.stream(prepared, |request| request.data(context).data(source));
        let begun = AssertUnwindSafe(async {
            tokio::select! {
                biased;
                watched = watched => watched.map_err(|_| None),
                response = responses.next() => Err(response),
            }
        });
        let watched = match begun.catch_unwind().await {
            Ok(Ok(watched)) => watched,
            Ok(Err(Some(response))) => return Err(Answer::failed(response, request_id)),
            Ok(Err(None)) | Err(_) => {
                tracing::error!(request_id, "a subscription ended before it began");
                return Err(Answer::refused(internal_failure(request_id)));
            }
        };
        api.found_good(unproven);
        let (topology, services, request_id) = (topology.clone(), services.clone(), request_id.to_owned());
        Ok((Self { responses, bring, caller, topology, services, request_id }, watched))
    }

    /// What subscribers are sent of `event`.
    ///
    /// # Errors
    /// Where the subscription cannot go on: the company is none any more that is told anything, or the code gave up.
    pub(super) async fn message(&mut self, event: Arc<ActivityEvent>) -> Result<Message, ServerError> {
        let position = event.position;
        // What is seen is seen now: the chain may have changed since the last event.
        let context = RequestContext::new(self.caller.clone(), self.topology.current(), self.services.clone());
        let sight = context.sight().map_err(as_request_error)?;
        if sight.chain.status(sight.own) == TenantStatus::Deactivated {
            return Err(as_request_error(forbidden()));
        }
        self.bring.send((sight, event)).await.map_err(|_| internal_failure(&self.request_id))?;
        let response = AssertUnwindSafe(self.responses.next()).catch_unwind().await;
        match response {
            Ok(Some(mut response)) => {
                mask(&mut response, true, &self.request_id);
                Ok(Message { position, payload: json::write_response(&response, true).into() })
            }
            Ok(None) => Err(as_request_error(forbidden())),
            Err(_) => {
                tracing::error!(request_id = self.request_id, "a resolver of a subscription panicked");
                Err(internal_failure(&self.request_id))
            }
        }
    }
}
