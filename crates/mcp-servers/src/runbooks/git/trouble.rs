//! What went wrong with git, in words and with a next step.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;

use super::address::Address;
use super::command::Trouble;
use crate::failure::failure;

/// How git says that it isn't let in.
const REFUSED: &[&str] = &[
    "Authentication failed",
    "could not read Username",
    "could not read Password",
    "terminal prompts disabled",
    "Permission denied",
    "Host key verification failed",
    "returned error: 401",
    "returned error: 403",
];
/// That there is nothing of that name.
const ABSENT: &[&str] =
    &["not found", "does not appear to be a git repository", "does not exist", "not exported"];
/// That nobody answers.
const SILENT: &[&str] = &[
    "unable to access",
    "Could not resolve",
    "Failed to connect",
    "Connection refused",
    "Connection timed out",
    "Operation timed out",
    "No route to host",
    "early EOF",
    "the remote end hung up",
    "RPC failed",
    "Could not read from remote repository",
];
/// That the branch isn't there.
const NO_REF: &str = "couldn't find remote ref";

/// Whether git speaks of the server, so that another clone would fare no better.
pub(super) fn is_of_the_server(why: &str) -> bool {
    why.contains(NO_REF) || [REFUSED, ABSENT, SILENT].concat().iter().any(|say| why.contains(say))
}

/// In the words of the tools.
pub(super) fn told(trouble: &Trouble, address: &Address) -> ToolFailure {
    let name = &address.name;
    match trouble {
        Trouble::Start(error) => failure(
            codes::RUNBOOKS_GIT_MISSING,
            format!("git can't be started: {error}"),
            "Install git (2.32 or newer) where Evenkeel runs; for ssh addresses an ssh client too.",
        ),
        Trouble::Slow(limit) => failure(
            codes::RUNBOOKS_GIT_TIMEOUT,
            format!("git took longer than {} s for {name}", limit.as_secs()),
            "It is tried again by itself; check the network path to the repository.",
        ),
        Trouble::Large(most) => failure(
            codes::RUNBOOKS_GIT_TOO_LARGE,
            format!("{name} has more than {} MiB in one commit", most / (1024 * 1024)),
            "Keep runbooks in a repository of their own.",
        ),
        Trouble::Folder(error) => failure(
            codes::RUNBOOKS_GIT_FAILED,
            format!("the folder for the clone of {name} can't be used: {error}"),
            "Let Evenkeel write to EVENKEEL_CACHE, and check that the disk isn't full.",
        ),
        Trouble::Garbled => failure(
            codes::RUNBOOKS_GIT_FAILED,
            format!("what git says of {name} can't be understood"),
            "It is tried again by itself; check that `git` is git, 2.32 or newer.",
        ),
        Trouble::Refused(why) => refused(why, address),
    }
}

fn refused(why: &str, address: &Address) -> ToolFailure {
    let name = &address.name;
    let says = |list: &[&str]| list.iter().any(|say| why.contains(say));
    if why.contains(NO_REF) {
        return match &address.branch {
            Some(branch) => failure(
                codes::RUNBOOKS_GIT_NOT_FOUND,
                format!("{name} has no branch {branch}"),
                "Correct the branch after the # in EVENKEEL_RUNBOOKS_GIT, or push it again.",
            ),
            None => failure(
                codes::RUNBOOKS_GIT_NOT_FOUND,
                format!("{name} is empty, or its default branch is gone"),
                "Push a commit, or name a branch after a # in EVENKEEL_RUNBOOKS_GIT.",
            ),
        };
    }
    if says(ABSENT) {
        return failure(
            codes::RUNBOOKS_GIT_NOT_FOUND,
            format!("there is no repository {name} there: {why}"),
            "Check the address in EVENKEEL_RUNBOOKS_GIT, and that its credentials may read it.",
        );
    }
    if says(REFUSED) {
        let next = match address.protocol {
            "ssh" => {
                "Give the user that Evenkeel runs as an ssh key that may read it, and the host's key in known_hosts."
            }
            _ => {
                "Put a token that may read it into the file that EVENKEEL_RUNBOOKS_GIT_TOKEN_FILE names."
            }
        };
        return failure(
            codes::RUNBOOKS_GIT_UNAUTHORIZED,
            format!("{name} can't be read with these credentials: {why}"),
            next,
        );
    }
    if says(SILENT) {
        return failure(
            codes::RUNBOOKS_GIT_UNREACHABLE,
            format!("{name} can't be reached: {why}"),
            "Check the address and the network path (redirects are not followed: write where it leads); it is tried again by itself.",
        );
    }
    failure(
        codes::RUNBOOKS_GIT_FAILED,
        format!("git can't fetch {name}: {why}"),
        "Run `git ls-remote` on the address as the user that Evenkeel runs as; a local repository must be that user's.",
    )
}

/// The commit has no such folder.
pub(super) fn no_folder(address: &Address) -> ToolFailure {
    failure(
        codes::RUNBOOKS_GIT_NOT_FOUND,
        format!("{} has no folder {}", address.name, address.folder.as_deref().unwrap_or("/")),
        "Correct the folder after the branch in EVENKEEL_RUNBOOKS_GIT, or push it again.",
    )
}

/// A source that can't be used as it was written.
pub(super) fn unusable(why: impl Into<String>) -> ToolFailure {
    failure(
        codes::RUNBOOKS_GIT_CONFIG,
        why,
        "Correct EVENKEEL_RUNBOOKS_GIT: https://HOST/REPOSITORY.git#BRANCH:FOLDER.",
    )
}
