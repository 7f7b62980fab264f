//! Points in time: absolute from the server, refined to "3 min ago" in the browser (see [`crate::live`]).

use jiff::Timestamp;
use leptos::prelude::*;

/// A point in time. The exact one is in `datetime` and the tooltip.
#[component]
pub fn Time(
    /// When.
    at: Timestamp,
    /// Keep the absolute time in the browser too, as journals do.
    #[prop(optional)]
    absolute: bool,
    /// Keep date and time in the browser too, and put "3 min ago" into the tooltip: for trails that are compared.
    #[prop(optional)]
    dated: bool,
) -> impl IntoView {
    let exact = at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    if dated {
        let shown = at.strftime("%Y-%m-%d %H:%M:%S").to_string();
        return view! { <time datetime=at.to_string() title=exact data-ago-title=unix(at)>{shown}</time> }.into_any();
    }
    let shown = at.strftime("%H:%M:%S UTC").to_string();
    let ago = (!absolute).then(|| unix(at));
    view! { <time datetime=at.to_string() title=exact data-ago=ago>{shown}</time> }.into_any()
}

/// How long until something expires; in the last two minutes it says so with a word as well.
#[component]
pub fn Countdown(
    /// When it expires.
    to: Timestamp,
) -> impl IntoView {
    let exact = to.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let shown = format!("until {}", to.strftime("%H:%M:%S UTC"));
    view! { <time class="countdown" datetime=to.to_string() title=exact data-until=unix(to)>{shown}</time> }.into_any()
}

/// What a countdown says with so many seconds to go.
#[must_use]
pub fn left(seconds: f64) -> String {
    if seconds <= 0.0 { "expired".to_owned() } else { format!("{} left", duration(seconds)) }
}

/// Seconds since 1970.
#[must_use]
pub fn unix(at: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double exactly")]
    let milliseconds = at.as_millisecond() as f64;
    milliseconds / 1000.0
}

/// A clock time such as `14:03:21` from seconds since 1970.
#[must_use]
pub fn clock(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "–".to_owned();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a day has 86400 seconds, and none is negative"
    )]
    let second = seconds.rem_euclid(86400.0) as u32;
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// "3 min ago", "in 2 h", "just now".
#[must_use]
pub fn relative(seconds: f64) -> String {
    if seconds.abs() < 5.0 {
        "just now".to_owned()
    } else if seconds < 0.0 {
        format!("{} ago", duration(-seconds))
    } else {
        format!("in {}", duration(seconds))
    }
}

/// A length of time in its two largest units at most: `45 s`, `3 min 20 s`, `2 h 5 min`, `4 d`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to zero and above; saturates"
    )]
    let seconds = seconds.max(0.0) as u64;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..600 if !seconds.is_multiple_of(60) => format!("{minutes} min {} s", seconds % 60),
        60..3600 => format!("{minutes} min"),
        3600..86400 if !minutes.is_multiple_of(60) => format!("{hours} h {} min", minutes % 60),
        3600..86400 => format!("{hours} h"),
        _ => format!("{days} d"),
    }
}

/// How long something took. Short times have a decimal: 1.8 s is not 1 s.
#[must_use]
pub fn took(seconds: f64) -> String {
    if seconds < 10.0 { format!("{:.1} s", seconds.max(0.0)) } else { duration(seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(relative(-2.0), "just now");
        assert_eq!(left(0.0), "expired");
        assert_eq!(left(61.0), "1 min 1 s left");
        assert_eq!(relative(-200.0), "3 min 20 s ago");
        assert_eq!(relative(7500.0), "in 2 h 5 min");
        assert_eq!(duration(59.9), "59 s");
        assert_eq!(duration(1800.0), "30 min");
        assert_eq!(duration(400_000.0), "4 d");
        assert_eq!(duration(f64::NAN), "0 s");
        assert_eq!(clock(1_795_366_923.9), "17:02:03");
        assert_eq!(clock(f64::INFINITY), "–");
    }
}
