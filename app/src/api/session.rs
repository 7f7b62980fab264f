//! Signing in and out, and who one is.

use evenkeel_domain::view::Me;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// The signed-in person.
#[server(name = AskMe, prefix = "/api/ui", endpoint = "me", input = GetUrl)]
pub async fn me() -> Result<Me, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.me(&caller).await?)
}

/// Signs in and leads to `next`, if that is a page of ours.
#[server(prefix = "/api/ui", endpoint = "sign-in")]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<(), ApiError> {
    use super::asking::{begin_session, remote, services};
    let caller = services()?.sign_in(&email, password.into(), &remote()).await?;
    begin_session(caller.user).await?;
    leptos_axum::redirect(local(&next));
    Ok(())
}

/// Ends the session.
#[server(prefix = "/api/ui", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), ApiError> {
    super::asking::end_session().await?;
    leptos_axum::redirect("/login");
    Ok(())
}

/// The path itself if it leads to a page of this site, the Overview otherwise: what stands in a link somebody sent
/// must not lead elsewhere after signing in.
#[cfg_attr(not(feature = "ssr"), expect(dead_code, reason = "only the server redirects"))]
fn local(next: &str) -> &str {
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/api/");
    let plain =
        next.len() < 2048 && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if ours && plain { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_pages_of_ours_are_led_to() {
        assert_eq!(local("/incidents/01J?tab=findings"), "/incidents/01J?tab=findings");
        for foreign in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "",
            "/a\r\nSet-Cookie: x",
            "/api/ui/me",
        ] {
            assert_eq!(local(foreign), "/", "{foreign:?}");
        }
    }
}
