//! Who connects, where proxies stand before the program: what these say of it counts only where the operator named them.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use ipnet::IpNet;

/// The header to which each proxy appends from whom it has a request.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Proxies that are believed, by their networks.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Arc<[IpNet]>);

impl Proxies {
    /// The proxies in these networks.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks.into())
    }

    /// `request`, as one that comes from the client's address and not from that of a proxy.
    pub(super) fn look_through(&self, mut request: Request) -> Request {
        let peer = request.extensions().get().map(|ConnectInfo(peer): &ConnectInfo<SocketAddr>| *peer);
        if let Some(peer) = peer {
            let client = self.client(peer.ip(), request.headers());
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
        }
        request
    }

    /// The client, where `peer` connects: the last address on the way here that is no proxy's. Whatever stands before it anybody may have written.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        // By bytes: what a client wrote must not hide what a proxy has appended to it.
        let lists = headers.get_all(FORWARDED_FOR).iter().flat_map(|list| list.as_bytes().split(|byte| *byte == b','));
        let way: Vec<&[u8]> = lists.map(<[u8]>::trim_ascii).collect();
        let mut client = peer;
        for step in way.into_iter().rev() {
            let step = std::str::from_utf8(step).ok().and_then(address);
            let (true, Some(before)) = (self.has(client), step) else { break };
            client = before;
        }
        client
    }

    fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address, as proxies write it: some with a port.
fn address(step: &str) -> Option<IpAddr> {
    let bare = step.strip_prefix('[').and_then(|step| step.strip_suffix(']')).unwrap_or(step);
    bare.parse().ok().or_else(|| step.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(peer: &str, lists: &[&'static str]) -> String {
        let proxies = Proxies::new(["10.0.0.0/8", "2001:db8::/32"].map(|net| net.parse().unwrap()).into());
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(list.as_bytes()).unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_proxy_that_was_named_is_believed() {
        assert_eq!(client("10.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(client("10.0.0.1", &["192.0.2.7, 10.0.0.2"]), "192.0.2.7", "through two of them");
        assert_eq!(client("10.0.0.1", &["192.0.2.7", "10.0.0.2"]), "192.0.2.7", "in two headers");
        assert_eq!(client("::ffff:10.0.0.1", &["192.0.2.7:4711"]), "192.0.2.7", "with a port");
        assert_eq!(client("2001:db8::1", &["[2001:dead::7]:4711"]), "2001:dead::7");
        assert_eq!(client("2001:db8::1", &["[2001:dead::7]"]), "2001:dead::7");
    }

    #[test]
    fn what_a_client_writes_itself_is_not_believed() {
        assert_eq!(client("192.0.2.7", &["198.51.100.1"]), "192.0.2.7", "no proxy at all");
        assert_eq!(client("10.0.0.1", &["198.51.100.1, 192.0.2.7"]), "192.0.2.7", "it wrote before the proxy did");
        assert_eq!(client("10.0.0.1", &["10.0.0.9, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(client("10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["é, 192.0.2.7"]), "192.0.2.7", "nor does it hide what the proxy says");
        assert_eq!(client("10.0.0.1", &["198.51.100.1", "é, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(client("10.0.0.1", &["192.0.2.7, "]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }
}
