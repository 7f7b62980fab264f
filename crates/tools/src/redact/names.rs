//! What says "secret" by its name or by its shape.

/// Parts of names that say "secret".
const SECRET_NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "access_key",
    "accesskey",
    "private",
    "credential",
    "auth",
    "cookie",
    "salt",
    "dsn",
    "connection_string",
    "license",
];

/// Beginnings of values that say "secret", whatever the name.
const SECRET_PREFIXES: &[&str] =
    &["ghp_", "github_pat_", "glpat-", "xox", "sk-", "AKIA", "eyJ", "-----BEGIN"];

/// Whether a variable may hold a secret, by its name or by the shape of its value. For settings,
/// of which each has a name of its own; running text is [`super::Redactor`]'s.
pub fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_lowercase();
    if SECRET_NAMES.iter().any(|part| name.contains(part))
        || name.ends_with("_key")
        || name.ends_with("_pwd")
    {
        return true;
    }
    begins_like_a_secret(value) || has_user_info(value) || looks_random(value)
}

/// Whether a value begins as known tokens and keys do.
pub fn begins_like_a_secret(value: &str) -> bool {
    SECRET_PREFIXES.iter().any(|prefix| value.starts_with(prefix))
}

/// `scheme://user:password@host`
pub fn has_user_info(value: &str) -> bool {
    value.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@') {
            return user.contains(':');
        }
        // A password with a `/` in it as it is; after a port there may be an `@` in the path.
        let port = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        !authority.starts_with('[')
            && rest.contains('@')
            && authority.split_once(':').is_some_and(|(_, rest)| !port(rest))
    })
}

/// Long, one word, letters and digits mixed: keys and hashes look like that, sentences and paths don't.
fn looks_random(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '=' | '_' | '-');
    value.len() >= 32
        && value.chars().all(plain)
        && value.chars().filter(char::is_ascii_digit).count() >= 4
        && value.chars().filter(char::is_ascii_alphabetic).count() >= 4
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn secrets_are_known_by_name_or_shape() {
        assert!(is_secret("DB_PASSWORD", "x"));
        assert!(is_secret("UPSTREAM", "postgres://app:hunter2@db/app"));
        assert!(is_secret("UPSTREAM", "postgres://app:hun/ter2@db/app"));
        assert!(is_secret("X", "ghp_abc"));
        assert!(is_secret("X", "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"));
        assert!(!is_secret("MODE", "production"));
        assert!(!is_secret("UPSTREAM", "http://cart:8080/api"));
        assert!(!is_secret("UPSTREAM", "http://cart:8080/of/@me"));
        assert!(!is_secret("UPSTREAM", "http://[fd00::1]:8080/of/@me"));
    }
}
