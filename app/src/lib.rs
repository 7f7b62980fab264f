//! The user interface: pages, components and server functions, compiled for the server and for the browser.
//!
//! It shows what services answer and must not know storage, the engine or any adapter. [`app`] lists the routes,
//! [`pages`] hold what each shows, [`api`] what they ask the server for, [`live`] the streams they follow;
//! [`shell`](mod@shell) is the document and the frame around each page, [`ui`] the components, [`icons`] the one icon
//! set. To add a page: a file in `pages/`, a route in [`App`].

// A form around a page's fields is a deep type until it is erased.
#![recursion_limit = "256"]

pub mod app;
pub mod shell;

#[expect(
    missing_docs,
    reason = "the fields of its generated types are the arguments, whose names say what they are"
)]
pub mod api;
pub mod live;
pub mod pages;

pub mod icons;
pub mod ui;

pub use app::App;
