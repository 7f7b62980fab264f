//! Line charts as inline SVG, with no chart library.
//!
//! [`scale`] turns values into positions, [`plot`] draws them, [`hover`] reads them out under the pointer, [`Sparkline`] and [`VerificationChart`] are what pages use.
//! Nothing here invents data: a gap stays a gap, and no data at all is said with its reason.

pub mod hover;
pub mod plot;
pub mod scale;
mod sparkline;
mod verification;
mod vital;

pub use sparkline::Sparkline;
pub use verification::VerificationChart;
pub use vital::{Change, Vital, VitalCard};

/// A measured curve: seconds since 1970, and the value, `None` where there was none.
pub type Points = Vec<(f64, Option<f64>)>;
