//! Counting what is hidden in the course of a piece of work, wherever in it a redactor is made.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::Kind;

/// The key of a result's `_meta` that holds the [`Tally`] of what a shipped server hid in it.
pub const META: &str = "evenkeel/redactions";

/// How often each kind was hidden, by the kinds' names.
pub type Tally = BTreeMap<&'static str, u64>;

thread_local! {
    static CURRENT: RefCell<Option<Tally>> = const { RefCell::new(None) };
}

/// Counts one, if somebody counts.
pub(super) fn add(kind: Kind) {
    CURRENT.with_borrow_mut(|current| {
        if let Some(tally) = current {
            *tally.entry(kind.as_str()).or_default() += 1;
        }
    });
}

/// The same work, with what is hidden while it is polled. What it hands to other threads or tasks is not counted.
pub fn tallied<F: Future>(work: F) -> Tallied<F> {
    Tallied { work: Box::pin(work), tally: Tally::new() }
}

/// See [`tallied`].
pub struct Tallied<F> {
    work: Pin<Box<F>>,
    tally: Tally,
}

/// Puts the outer tally back, also when the work panics.
struct Outer(Option<Tally>);

impl Drop for Outer {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(|current| *current = self.0.take());
    }
}

impl<F: Future> Future for Tallied<F> {
    type Output = (F::Output, Tally);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mine = std::mem::take(&mut self.tally);
        let outer = Outer(CURRENT.with_borrow_mut(|current| current.replace(mine)));
        let polled = self.work.as_mut().poll(context);
        let mine = CURRENT.with_borrow_mut(Option::take).unwrap_or_default();
        drop(outer);
        match polled {
            Poll::Ready(output) => Poll::Ready((output, mine)),
            Poll::Pending => {
                self.tally = mine;
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Redactor;

    /// Is ready the second time it is polled.
    async fn later() {
        let mut first = true;
        std::future::poll_fn(|context| {
            if std::mem::take(&mut first) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let mut context = Context::from_waker(std::task::Waker::noop());
        loop {
            if let Poll::Ready(output) = work.as_mut().poll(&mut context) {
                return output;
            }
        }
    }

    #[test]
    fn what_is_hidden_is_counted_across_polls_and_not_twice() {
        let hide = || Redactor::new().text("password=hunter2");
        let work = tallied(async {
            hide();
            later().await;
            hide();
            tallied(async { hide() }).await.1
        });
        let (inner, outer) = run(work);
        assert_eq!((inner["password"], outer["password"]), (1, 2));
        hide();
        assert!(CURRENT.with_borrow(Option::is_none));
    }
}
