//! The Service proxy: one listener per Service port, connections go to ready endpoints in turn.
//! A Service without endpoints has no listener, so that connections are refused.

use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::lock;
use crate::kubeapi::store::{Key, Store};
use crate::value::{int, list, name, namespace, text};

struct Front {
    backends: Arc<Mutex<Vec<SocketAddr>>>,
    _stop: tokio_util::sync::DropGuard,
}

/// Keeps the listeners in line with Services and Endpoints until `stop`.
pub async fn run(store: Arc<Store>, stop: CancellationToken) {
    let mut fronts: BTreeMap<SocketAddr, Front> = BTreeMap::new();
    let mut changed = store.subscribe();
    loop {
        changed.mark_unchanged();
        let wanted = wanted(&store);
        let keep: HashSet<SocketAddr> = wanted.keys().copied().collect();
        fronts.retain(|address, _| keep.contains(address));
        for (address, backends) in wanted {
            if let Some(front) = fronts.get(&address) {
                *lock(&front.backends) = backends;
            } else if let Ok(listener) = TcpListener::bind(address).await {
                let shared = Arc::new(Mutex::new(backends));
                let token = stop.child_token();
                tokio::spawn(accept(listener, Arc::clone(&shared), token.clone()));
                fronts.insert(address, Front { backends: shared, _stop: token.drop_guard() });
            } else {
                tracing::warn!(%address, "the address of a service of the range is in use");
            }
        }
        tokio::select! {
            result = changed.changed() => if result.is_err() { return },
            () = stop.cancelled() => return,
        }
    }
}

/// Every Service port with at least one ready endpoint.
fn wanted(store: &Store) -> BTreeMap<SocketAddr, Vec<SocketAddr>> {
    let mut found = BTreeMap::new();
    for service in store.list("services", None).0 {
        let Ok(ip) = text(&service, &["spec", "clusterIP"]).parse::<IpAddr>() else { continue };
        let key = Key {
            plural: "endpoints",
            namespace: namespace(&service).to_owned(),
            name: name(&service).to_owned(),
        };
        let Some(endpoints) = store.get(&key).filter(|_| ip.is_loopback()) else { continue };
        for port in list(&service, &["spec", "ports"]) {
            let backends = backends(&endpoints, text(port, &["name"]));
            if let (Ok(number), false) = (u16::try_from(int(port, &["port"])), backends.is_empty())
            {
                found.insert(SocketAddr::new(ip, number), backends);
            }
        }
    }
    found
}

fn backends(endpoints: &Value, port_name: &str) -> Vec<SocketAddr> {
    let mut found = Vec::new();
    for subset in list(endpoints, &["subsets"]) {
        for port in list(subset, &["ports"]).iter().filter(|p| text(p, &["name"]) == port_name) {
            for address in list(subset, &["addresses"]) {
                let number = u16::try_from(int(port, &["port"]));
                if let (Ok(ip), Ok(number)) = (text(address, &["ip"]).parse(), number) {
                    found.push(SocketAddr::new(ip, number));
                }
            }
        }
    }
    found
}

async fn accept(
    listener: TcpListener,
    backends: Arc<Mutex<Vec<SocketAddr>>>,
    stop: CancellationToken,
) {
    let turn = AtomicUsize::new(0);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((mut client, _)) = accepted else {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            continue;
        };
        let backend = {
            let backends = lock(&backends);
            let index = turn.fetch_add(1, Ordering::Relaxed);
            backends.get(index % backends.len().max(1)).copied()
        };
        let Some(backend) = backend else { continue };
        tokio::spawn(async move {
            if let Ok(mut server) = TcpStream::connect(backend).await {
                let _not_urgent = (client.set_nodelay(true), server.set_nodelay(true));
                let _either_side_left = tokio::io::copy_bidirectional_with_sizes(
                    &mut client,
                    &mut server,
                    4_096,
                    4_096,
                )
                .await;
            }
        });
    }
}
