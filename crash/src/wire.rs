//! The wire between a replica and its database, which can be cut: silently, as when packets vanish,
//! or by resetting its connections. What was under way when it was cut silently arrives when it is
//! mended, however late.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::AbortHandle,
};

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Whole.
    Whole,
    /// Nothing passes, and nobody is told.
    Silent,
    /// Connections are reset, new ones too.
    Reset,
}

/// A wire to a port of the loopback address.
pub struct Cable {
    address: SocketAddr,
    state: Arc<watch::Sender<Wire>>,
    accepting: AbortHandle,
}

impl Cable {
    /// Lays one.
    pub async fn lay(port: u16) -> Result<Self> {
        let socket = TcpListener::bind("127.0.0.1:0").await.context("laying a wire")?;
        let address = socket.local_addr().context("laying a wire")?;
        let state = Arc::new(watch::Sender::new(Wire::Whole));
        let of_all = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            while let Ok((here, _)) = socket.accept().await {
                tokio::spawn(connect(here, port, of_all.subscribe()));
            }
        })
        .abort_handle();
        Ok(Self { address, state, accepting })
    }

    /// Its near end.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Cuts or mends it.
    pub fn set(&self, wire: Wire) {
        self.state.send_replace(wire);
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn connect(here: TcpStream, port: u16, mut state: watch::Receiver<Wire>) {
    if state.wait_for(|wire| *wire != Wire::Silent).await.is_ok_and(|w| *w == Wire::Reset) {
        reset(&here);
        return;
    }
    let Ok(there) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    // A connection that ends without having been closed is reset.
    reset(&here);
    reset(&there);
    let (mine, theirs) = (here.into_split(), there.into_split());
    let until_reset = {
        let mut state = state.clone();
        async move { state.wait_for(|wire| *wire == Wire::Reset).await.map(drop) }
    };
    tokio::select! {
        () = carry(mine.0, theirs.1, state.clone()) => {}
        () = carry(theirs.0, mine.1, state) => {}
        _ = until_reset => {}
    }
}

/// Closing it from now on is resetting it.
fn reset(stream: &TcpStream) {
    // Otherwise it is closed in the usual way, which is as good as an end.
    let _set = stream.set_zero_linger();
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<Wire>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let Ok(read @ 1..) = from.read(&mut buffer).await else { return };
        // What was read while it is cut waits until it is whole again.
        if state.wait_for(|wire| *wire != Wire::Silent).await.is_err()
            || to.write_all(&buffer[..read]).await.is_err()
        {
            return;
        }
    }
}
