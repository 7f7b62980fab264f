//! Repositories whose owner means harm.

use super::{client, config, ids, remote::Remote, text, until};

#[tokio::test]
async fn links_modules_filters_and_hooks_do_nothing() {
    let remote = Remote::new();
    let marker = remote.above().join("ran");
    std::fs::write(remote.above().join("outside.md"), "# Outside\n").unwrap();
    remote.put("plain.md", "# Plain\n\npassword: hunter2hunter2\u{1b}[31m\n");
    let link = |to: &str, name: &str| {
        std::os::unix::fs::symlink(to, remote.path().join(name)).unwrap();
    };
    link("../outside.md", "link.md");
    link("/etc/passwd", "passwd.md");
    link("..", "above");
    remote.put(".gitattributes", "*.md filter=evil diff=evil\n");
    remote
        .put(".gitmodules", "[submodule \"m\"]\n\tpath = m.md\n\turl = ext::sh -c touch% /tmp/x\n");
    remote.put(".hidden/secret.md", "# Hidden\n");
    remote.git(&["add", "-A"]);
    let head = "0123456789abcdef0123456789abcdef01234567";
    remote.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},m.md")]);
    remote.git(&["commit", "-q", "-m", "harm"]);
    // What a server may bring with it runs on a server; here it is on the same disk, and must not run either.
    for hook in ["post-checkout", "post-merge", "reference-transaction", "pre-auto-gc"] {
        let script = format!("#!/bin/sh\ntouch {}\n", marker.display());
        let path = remote.path().join(".git/hooks").join(hook);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, script).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, mode).unwrap();
    }
    let cache = tempfile::tempdir().unwrap();
    let client = client(vec![config(&remote.file_url())], Some(cache.path())).await;
    until(&client, "docs", |source| source.complete).await;
    assert_eq!(ids(&client, "docs").await, ["docs/plain.md"]);
    let shown = text(&client, "docs/plain.md").await;
    assert!(!shown.contains("hunter2") && !shown.contains('\u{1b}'), "{shown:?}");
    assert!(!marker.exists(), "a hook was run");
    // Nothing is checked out, and nobody else may read it.
    let mode = std::fs::metadata(cache.path().join("git")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o700);
    let found = walk(cache.path());
    assert!(!found.iter().any(|path| path.contains(".md")), "{found:?}");
}

#[tokio::test]
async fn names_and_texts_that_are_none_are_left_out_and_that_is_said() {
    let remote = Remote::new();
    for name in ["-rf.md", "ä b\".md", "--upload-pack=x.md", "$(touch x).md", "a:b.md"] {
        remote.put(name, "# Odd name\n");
    }
    for name in ["new\nline.md", "esc\u{1b}[2J.md"] {
        remote.put(name, "# Bad name\n");
    }
    let client = client(vec![config(&remote.file_url())], None).await;
    remote.commit();
    until(&client, "docs", |source| source.complete).await;
    let expected = [
        "docs/$(touch x).md",
        "docs/--upload-pack=x.md",
        "docs/-rf.md",
        "docs/a:b.md",
        "docs/ä b\".md",
    ];
    assert_eq!(ids(&client, "docs").await, expected);

    // Not complete any more: these could be runbooks, and are not held.
    for (name, bytes) in [
        ("binary.md", vec![0xff, 0xfe, 0x00]),
        ("long.md", b"# Long\n".repeat(40_000)),
        ("lfs.md", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n".to_vec()),
    ] {
        remote.put(name, bytes);
        let commit = remote.commit();
        let state =
            until(&client, "docs", |source| source.revision.as_ref() == Some(&commit)).await;
        assert_eq!((state.complete, state.runbooks), (false, 5), "{name}");
        remote.remove(name);
        remote.commit();
        until(&client, "docs", |source| source.complete).await;
    }
}

pub fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found
}
