//! What can go wrong with a repository, and that nothing is lost by it.

use std::path::{Path, PathBuf};

use evenkeel_mcp_servers::runbooks::git::GitConfig;
use rand::rngs::StdRng;
use rand::{RngCore as _, SeedableRng as _};

use super::{client, config, failed, ids, remote::Remote, text, unseen, until};

#[tokio::test]
async fn each_failure_has_its_code_and_a_next_step() {
    let remote = Remote::new();
    let url = remote.file_url();
    let empty = client(vec![config(&url)], None).await;
    let failure = failed(&empty, "docs").await;
    assert_eq!(failure.code, "runbooks.git_not_found");
    assert!(failure.message.contains("is empty"), "{failure:?}");
    assert!(unseen(&empty).await[0].starts_with("docs: docs is empty"));

    remote.put("a.md", "# A\n");
    remote.commit();
    until(&empty, "docs", |source| source.complete && source.failure.is_none()).await;
    for (address, name, code) in [
        (format!("{url}#absent"), "docs", "runbooks.git_not_found"),
        (format!("{url}#main:absent"), "docs", "runbooks.git_not_found"),
        (format!("{url}#main:a.md"), "docs", "runbooks.git_not_found"),
        ("/nowhere/at/all".to_owned(), "all", "runbooks.git_not_found"),
        ("http://127.0.0.1:1/docs.git".to_owned(), "docs", "runbooks.git_unreachable"),
        ("ssh://127.0.0.1:1/docs.git".to_owned(), "docs", "runbooks.git_unreachable"),
        ("https://169.254.169.254/docs.git".to_owned(), "docs", "runbooks.git_config"),
        ("http://u:hunter2@git.example/docs".to_owned(), "git", "runbooks.git_config"),
        ("ext::sh -c false".replace(' ', "%20"), "git", "runbooks.git_config"),
    ] {
        let client = client(vec![config(&address)], None).await;
        let failure = failed(&client, name).await;
        assert_eq!(failure.code, code, "{address}: {failure:?}");
        assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
    }
    let none = GitConfig { program: "/nowhere/git".into(), ..config(&url) };
    assert_eq!(failed(&client(vec![none], None).await, "docs").await.code, "runbooks.git_missing");
    let cache = Some(Path::new("/dev/null"));
    let folder = failed(&client(vec![config(&url)], cache).await, "docs").await;
    assert_eq!(folder.code, "runbooks.git_failed", "{folder:?}");
}

#[tokio::test]
async fn what_was_read_stays_while_the_branch_is_gone_or_too_large() {
    let remote = Remote::new();
    remote.put("a.md", "# A\n");
    remote.commit();
    let small = GitConfig { most: 64 * 1024, ..config(&format!("{}#main", remote.file_url())) };
    let client = client(vec![small], None).await;
    until(&client, "docs", |source| source.complete).await;

    remote.git(&["checkout", "-q", "--detach"]);
    remote.git(&["branch", "-q", "-m", "main", "elsewhere"]);
    let failure = failed(&client, "docs").await;
    assert_eq!(failure.code, "runbooks.git_not_found");
    assert_eq!(failure.message, "docs has no branch main");
    assert_eq!(ids(&client, "docs").await, ["docs/a.md"]);
    assert!(unseen(&client).await[0].starts_with("docs: docs has no branch main"));
    remote.git(&["branch", "-q", "-m", "elsewhere", "main"]);
    until(&client, "docs", |source| source.failure.is_none() && source.complete).await;

    let mut noise = vec![0; 200_000];
    StdRng::seed_from_u64(1).fill_bytes(&mut noise);
    remote.git(&["checkout", "-q", "main"]);
    remote.put("noise.bin", noise);
    remote.put("b.md", "# B\n");
    remote.commit();
    assert_eq!(failed(&client, "docs").await.code, "runbooks.git_too_large");
    assert!(ids(&client, "docs").await.contains(&"docs/a.md".to_owned()));
}

/// The one clone in a cache.
fn clone_in(cache: &Path) -> PathBuf {
    let entries = std::fs::read_dir(cache.join("git")).unwrap();
    let mut clones = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let clone = clones.next().unwrap();
    assert_eq!(clones.next(), None);
    clone
}

fn packs(clone: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(clone.join("objects/pack")).unwrap();
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

type Harm = fn(&Path);

#[tokio::test]
async fn a_clone_that_is_broken_or_was_left_half_way_is_made_good() {
    let harms: [(&str, Harm); 5] = [
        ("locks that a killed git left", |clone| {
            for name in ["shallow.lock", "config.lock", "refs/evenkeel/head.lock"] {
                std::fs::write(clone.join(name), "").unwrap();
            }
            std::fs::write(clone.join("objects/pack/tmp_pack_abc"), "half").unwrap();
        }),
        ("packs that are nonsense", |clone| {
            for pack in packs(clone) {
                std::fs::remove_file(&pack).unwrap();
                std::fs::write(pack, "nonsense").unwrap();
            }
        }),
        ("packs that are gone", |clone| {
            for pack in packs(clone) {
                std::fs::remove_file(pack).unwrap();
            }
        }),
        ("a reference to nothing", |clone| {
            let nothing = "0123456789abcdef0123456789abcdef01234567\n";
            std::fs::write(clone.join("refs/evenkeel/head"), nothing).unwrap();
        }),
        ("a file in its place", |clone| {
            std::fs::remove_dir_all(clone).unwrap();
            std::fs::write(clone, "").unwrap();
        }),
    ];
    for (harm, doing) in harms {
        let (remote, cache) = (Remote::new(), tempfile::tempdir().unwrap());
        remote.put("a.md", "# A\n");
        remote.commit();
        let before = client(vec![config(&remote.file_url())], Some(cache.path())).await;
        until(&before, "docs", |source| source.complete).await;
        drop(before);
        doing(&clone_in(cache.path()));
        remote.put("b.md", "# B\n\nnew words\n");
        let commit = remote.commit();
        let after = client(vec![config(&remote.file_url())], Some(cache.path())).await;
        let state = until(&after, "docs", |source| source.revision.as_ref() == Some(&commit)).await;
        assert_eq!((state.failure, state.complete), (None, true), "{harm}");
        assert!(text(&after, "docs/b.md").await.contains("new words"), "{harm}");
        let clone = clone_in(cache.path());
        let left = packs(&clone).into_iter().any(|path| path.to_string_lossy().contains("tmp_"));
        assert!(!left && !clone.join("shallow.lock").exists(), "{harm}");
    }
}

#[tokio::test]
async fn before_the_first_fetch_it_is_said_that_nothing_was_read() {
    let (remote, cache) = (Remote::new(), tempfile::tempdir().unwrap());
    remote.put("a.md", "# A\n");
    remote.commit();
    // Once, to learn the lock's name; then another process has the turn.
    let first = client(vec![config(&remote.file_url())], Some(cache.path())).await;
    until(&first, "docs", |source| source.complete).await;
    drop(first);
    let clone = clone_in(cache.path());
    let lock = std::fs::File::open(clone.with_extension("lock")).unwrap();
    // The dropped one may still be at its last round.
    lock.lock().unwrap();
    std::fs::remove_dir_all(&clone).unwrap();
    let client = client(vec![config(&remote.file_url())], Some(cache.path())).await;
    assert_eq!(unseen(&client).await, ["docs: it has not been read yet"]);
    assert_eq!(ids(&client, "docs").await, Vec::<String>::new());
    drop(lock);
    until(&client, "docs", |source| source.complete).await;
    assert_eq!(unseen(&client).await, Vec::<String>::new());
}
