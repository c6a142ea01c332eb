//! The module bus: what a transport must do, one suite for every one of them; and who may call whom.

mod access;
mod failing;
mod lasting;
mod values;
mod world;

use std::sync::Arc;

use reseller_network::bus::Transport;

/// Puts a transport before the modules of this process.
type Carrier = fn(Arc<dyn Transport>) -> Arc<dyn Transport>;

/// Makes the tests `name::in_process` and `name::as_json` of each `async fn name(carrier: Carrier)`. A new transport is a new line here.
macro_rules! on_every_transport {
    ($($test:ident),+ $(,)?) => { $(
        mod $test {
            #[tokio::test]
            async fn in_process() {
                super::$test(|modules| modules).await;
            }

            #[tokio::test]
            async fn as_json() {
                super::$test(|modules| std::sync::Arc::new(crate::support::faults::ThroughJson(modules))).await;
            }
        }
    )+ };
}

use on_every_transport;
