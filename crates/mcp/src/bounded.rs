//! A reader that hangs up on messages without end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

/// Ends the stream once a line is longer than the limit, and remembers that it did. The transport alone would drop the
/// line and wait for an answer that has just gone by.
pub(crate) struct BoundedLines<R> {
    inner: R,
    limit: usize,
    line: usize,
    flooded: Arc<AtomicBool>,
}

impl<R> BoundedLines<R> {
    pub(crate) fn new(inner: R, limit: usize) -> (Self, Arc<AtomicBool>) {
        let flooded = Arc::new(AtomicBool::new(false));
        (Self { inner, limit, line: 0, flooded: Arc::clone(&flooded) }, flooded)
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for BoundedLines<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        if this.flooded.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        std::task::ready!(Pin::new(&mut this.inner).poll_read(cx, buf))?;
        let read = &buf.filled()[before..];
        let mut longest = this.line;
        for part in read.split_inclusive(|byte| *byte == b'\n') {
            this.line += part.len();
            longest = longest.max(this.line);
            if part.ends_with(b"\n") {
                this.line = 0;
            }
        }
        if longest > this.limit {
            this.flooded.store(true, Ordering::Relaxed);
            // Nothing of this chunk is handed on: to the reader the stream ends here.
            buf.set_filled(before);
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::BoundedLines;
    use std::sync::atomic::Ordering;
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn short_lines_pass_and_endless_ones_end_the_stream() {
        let (mut reader, flooded) = BoundedLines::new(&b"12345\n1234\n"[..], 6);
        let mut text = String::new();
        reader.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "12345\n1234\n");
        assert!(!flooded.load(Ordering::Relaxed));
        let (mut reader, flooded) = BoundedLines::new(tokio::io::repeat(b'x'), 1_000_000);
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await.unwrap();
        assert!(bytes.len() <= 1_000_000);
        assert!(flooded.load(Ordering::Relaxed));
    }
}
