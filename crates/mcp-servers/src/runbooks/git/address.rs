//! Where a repository of runbooks is: `ADDRESS[#BRANCH[:FOLDER]]`.
//!
//! Only what cannot run a program is taken: `https`, `ssh`, a local path, and `http` to this machine. Credentials are taken
//! out, so that neither git's arguments nor anything that is shown holds them.

use reqwest::Url;
use secrecy::SecretString;

/// Longest address with branch and folder, in bytes.
const BYTES: usize = 2_000;

/// An address, checked.
pub(super) struct Address {
    /// What git is told; holds no credentials.
    pub(super) url: String,
    /// The one protocol that git may speak.
    pub(super) protocol: &'static str,
    /// Scheme, host and port, for which alone credentials are given out; `None` where git signs in otherwise or not at all.
    pub(super) origin: Option<String>,
    /// Host and port over HTTP, which the installation's networks must allow.
    pub(super) host: Option<(String, u16)>,
    /// User name from the address.
    pub(super) user: Option<String>,
    /// Password or token from the address.
    pub(super) password: Option<SecretString>,
    /// The branch; the repository's own choice when absent.
    pub(super) branch: Option<String>,
    /// The folder inside the repository; all of it when absent.
    pub(super) folder: Option<String>,
    /// The repository's name: the last part of its path.
    pub(super) name: String,
}

impl Address {
    /// Reads an address. What it says when it cannot quotes nothing: there may be a password in it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > BYTES || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("it is too long or has blanks in it");
        }
        let (place, rest) = text.split_once('#').unwrap_or((text, ""));
        let (branch, folder) = rest.split_once(':').unwrap_or((rest, ""));
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let folder = folder.trim_end_matches('/');
        if !branch.is_empty() && !is_branch(branch) {
            return Err("what follows the # is no branch's name");
        }
        if !folder.is_empty() && !is_folder(folder) {
            return Err("the folder must be a path inside the repository, without `..`");
        }
        let mut address = if place.starts_with('-') {
            return Err("it begins with a hyphen");
        } else if place.starts_with('/') {
            Self::bare(place, "file")
        } else if place.contains("://") {
            Self::url(place)?
        } else {
            Self::scp(place)?
        };
        address.branch = some(branch);
        address.folder = some(folder);
        Ok(address)
    }

    fn bare(url: &str, protocol: &'static str) -> Self {
        let last = url.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
        let name = last.strip_suffix(".git").unwrap_or(last);
        Self {
            url: url.to_owned(),
            protocol,
            origin: None,
            host: None,
            user: None,
            password: None,
            branch: None,
            folder: None,
            name: if name.is_empty() { "git".to_owned() } else { decoded(name) },
        }
    }

    fn url(place: &str) -> Result<Self, &'static str> {
        let mut url = Url::parse(place).map_err(|_| "it is no address")?;
        let protocol = match url.scheme() {
            "https" => "https",
            "http" if crate::guard::keeps_secrets(&url) => "http",
            "http" => return Err("http is for this machine only: use https"),
            "ssh" => "ssh",
            "file" if url.host_str().is_none_or(str::is_empty) => "file",
            _ => return Err("only https, ssh and file are taken"),
        };
        if protocol == "file" {
            return Ok(Self::bare(place, protocol));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("it has no host")?;
        if host.starts_with('-') || url.username().starts_with('-') || url.query().is_some() {
            return Err("its host or user begins with a hyphen, or it has a query");
        }
        if protocol == "ssh" {
            // ssh has no use for a password here, and git would hand it on in plain sight.
            if url.password().is_some() {
                return Err("ssh signs in with a key: take the password out");
            }
            return Ok(Self::bare(place, protocol));
        }
        let host = (host.to_owned(), url.port_or_known_default().unwrap_or(443));
        let user = Some(decoded(url.username())).filter(|user| !user.is_empty());
        let password = url.password().map(decoded);
        let stripped = url.set_username("").and_then(|()| url.set_password(None));
        stripped.map_err(|()| "it is no address")?;
        let origin = url.origin().ascii_serialization();
        let kept = |text: &Option<String>| {
            text.as_ref().is_none_or(|text| !text.chars().any(char::is_control))
        };
        if !kept(&user) || !kept(&password) {
            return Err("there is a control character in its user or password");
        }
        Ok(Self {
            origin: Some(origin),
            host: Some(host),
            user,
            password: password.map(SecretString::from),
            ..Self::bare(url.as_str(), protocol)
        })
    }

    /// `user@host:path`.
    fn scp(place: &str) -> Result<Self, &'static str> {
        let (host, path) = place.split_once(':').ok_or("it is no address")?;
        let (user, name) = host.rsplit_once('@').unwrap_or(("", host));
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let fits = |text: &str| !text.starts_with('-') && text.chars().all(plain);
        if name.is_empty() || !fits(name) || !fits(user) || path.starts_with([':', '-']) {
            return Err("only https, ssh and file are taken");
        }
        Ok(Self::bare(place, "ssh"))
    }
}

/// What git takes for a branch (`git check-ref-format`), and nothing that could mean anything else.
fn is_branch(name: &str) -> bool {
    let odd = |c: char| matches!(c, '~' | '^' | ':' | '?' | '*' | '[' | '\\' | ' ');
    let part = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && part.rsplit('.').next() != Some("lock")
    };
    !name.starts_with('-')
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && name != "@"
        && !name.chars().any(odd)
        && name.split('/').all(part)
}

fn is_folder(path: &str) -> bool {
    path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// Without percent signs, as far as they stand for text.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.filter(|_| *first == b'%').and_then(|d| u8::from_str_radix(d, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::Address;

    #[test]
    fn an_address_says_where_which_branch_and_which_folder() {
        for (text, url, protocol, branch, folder, name) in [
            (
                "https://git.example/team/docs.git",
                "https://git.example/team/docs.git",
                "https",
                "",
                "",
                "docs",
            ),
            (
                "https://git.example/docs#main:ops/runbooks/",
                "https://git.example/docs",
                "https",
                "main",
                "ops/runbooks",
                "docs",
            ),
            (
                "https://git.example/docs#:ops",
                "https://git.example/docs",
                "https",
                "",
                "ops",
                "docs",
            ),
            (
                "https://git.example/docs#team/x",
                "https://git.example/docs",
                "https",
                "team/x",
                "",
                "docs",
            ),
            ("http://127.0.0.1:3000/docs", "http://127.0.0.1:3000/docs", "http", "", "", "docs"),
            (
                "ssh://git@git.example:2222/docs.git",
                "ssh://git@git.example:2222/docs.git",
                "ssh",
                "",
                "",
                "docs",
            ),
            (
                "git@git.example:team/docs.git#main",
                "git@git.example:team/docs.git",
                "ssh",
                "main",
                "",
                "docs",
            ),
            ("file:///srv/docs.git", "file:///srv/docs.git", "file", "", "", "docs"),
            ("/srv/docs", "/srv/docs", "file", "", "", "docs"),
        ] {
            let address = Address::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            let told = |part: &Option<String>| part.clone().unwrap_or_default();
            assert_eq!(
                (address.url.as_str(), address.protocol, address.name.as_str()),
                (url, protocol, name)
            );
            assert_eq!(
                (told(&address.branch), told(&address.folder)),
                (branch.into(), folder.into())
            );
        }
    }

    #[test]
    fn what_could_run_a_program_or_leave_the_repository_is_refused_and_not_quoted() {
        for text in [
            "",
            "docs",
            "--upload-pack=touch${IFS}x",
            "ext::sh -c touch% x",
            "ext::sh",
            "fd::17",
            "git://git.example/docs",
            "ftp://git.example/docs",
            "http://git.example/docs",
            "http://u:hunter2@git.example/docs",
            "ssh://-oProxyCommand=x/docs",
            "ssh://u:hunter2@git.example/docs",
            "-oProxyCommand=x:docs",
            "u@-oProxyCommand=x:docs",
            "file://elsewhere/srv/docs",
            "https://",
            "https://git.example/docs?x=1",
            "https://git.example/do cs",
            "https://u:hunter2%0Ahost=evil@git.example/docs",
            "/srv/docs#-x",
            "/srv/docs#a..b",
            "/srv/docs#main:../etc",
            "/srv/docs#main:/etc",
            "/srv/docs#ma~in",
            "/srv/docs#main.lock",
        ] {
            let why = Address::parse(text).err().unwrap_or_else(|| panic!("{text} is taken"));
            assert!(!why.contains("hunter2"), "{why}");
        }
    }

    #[test]
    fn credentials_are_taken_out_of_the_address() {
        let address = Address::parse("https://bot:p%40ss@git.example/docs.git").unwrap();
        assert_eq!(address.url, "https://git.example/docs.git");
        assert_eq!(address.user.as_deref(), Some("bot"));
        assert_eq!(address.password.unwrap().expose_secret(), "p@ss");
        assert_eq!(address.origin.as_deref(), Some("https://git.example"));
    }
}
