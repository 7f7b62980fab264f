//! The user interface: pages, components and server functions.
//!
//! It shows what services answer and must not know storage, the engine or any adapter. Pages are rendered on the server
//! and only there: [`app`] lists the routes, [`pages`] hold what each shows, [`api`] what they ask the services for and
//! what forms post, [`shell`](mod@shell) is the document and the frame around each page. What the browser runs is compiled
//! from [`live`], which keeps a page up to date, and the islands among the components in [`ui`]; [`icons`] is the one icon
//! set. To add a page: a file in `pages/`, a route in [`App`].

// A form around a page's fields is a deep type until it is erased.
#![recursion_limit = "256"]

#[cfg(not(feature = "hydrate"))]
pub mod app;
#[cfg(not(feature = "hydrate"))]
pub mod shell;

#[cfg(not(feature = "hydrate"))]
#[expect(
    missing_docs,
    reason = "the fields of its generated types are the arguments, whose names say what they are"
)]
pub mod api;
pub mod live;
#[cfg(not(feature = "hydrate"))]
pub mod pages;

pub mod icons;
pub mod ui;

#[cfg(not(feature = "hydrate"))]
pub use app::App;
