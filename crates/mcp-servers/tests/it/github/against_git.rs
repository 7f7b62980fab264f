//! The revert's arithmetic against `git revert`, on repositories with a random past.

use evenkeel_mcp_servers::github::revert::{Known, Reckoned, reckon};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::repository::{Manner, Repository, edited, flat, only};

/// Repositories in an ordinary run; `EVENKEEL_REVERT_SEEDS` asks for more.
const SEEDS: u64 = 10;

#[derive(Debug, Default)]
struct Count {
    same_tree: usize,
    both_conflict: usize,
    stricter: usize,
}

fn run(manner: Manner) -> Count {
    let seeds = std::env::var("EVENKEEL_REVERT_SEEDS").ok().and_then(|n| n.parse().ok());
    let seeds = seeds.unwrap_or(SEEDS);
    let mut count = Count::default();
    for seed in 0..seeds {
        one(seed, manner, &mut count);
    }
    println!("{manner:?}: {count:?} in {seeds} repositories");
    count
}

#[test]
fn a_revert_is_what_git_makes_of_it_or_is_refused() {
    let count = run(Manner::Wild);
    assert!(count.same_tree > 0 && count.both_conflict > 0, "{count:?}");
}

#[test]
fn where_little_is_moved_about_it_is_hardly_ever_the_stricter_one() {
    let count = run(Manner::Calm);
    let clean = count.same_tree + count.stricter;
    assert!(count.same_tree * 100 >= clean * 85, "refused too often where git succeeds: {count:?}");
}

fn one(seed: u64, manner: Manner, count: &mut Count) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut repository = Repository::new(manner);
    repository.live(&mut rng, 14);
    let known = repository.objects();
    let of = |name: &str| repository.ok(&["rev-parse", name]);
    let (head, head_tree) = (of("HEAD"), of("HEAD^{tree}"));
    for commit in repository.ok(&["rev-list", "--first-parent", "HEAD"]).lines() {
        let parents = repository.ok(&["show", "-s", "--format=%P", commit]);
        let mainline: &[&str] = if parents.contains(' ') { &["-m", "1"] } else { &[] };
        let mut args = vec!["revert", "--no-commit"];
        args.extend(mainline);
        args.push(commit);
        let git = repository.git(&args).status.success().then(|| repository.ok(&["write-tree"]));
        repository.git(&["revert", "--quit"]);
        repository.ok(&["reset", "--quiet", "--hard", &head]);
        repository.ok(&["clean", "--quiet", "-ffdx"]);
        let change = of(&format!("{commit}^{{tree}}"));
        let parent = (!parents.is_empty()).then(|| of(&format!("{commit}^1^{{tree}}")));
        let ours = reckon(&change, parent.as_deref(), &head_tree, &known);
        match (step_by_step(&change, parent.as_deref(), &head_tree, &known), &ours) {
            // A conflict is told as soon as there is one; there may be more.
            (Reckoned::Conflict(some), Reckoned::Conflict(all)) => {
                assert!(some.iter().all(|c| all.contains(c)));
            }
            (stepwise, _) => assert_eq!(&stepwise, &ours),
        }
        let what = || {
            format!("{manner:?}, seed {seed}, commit {commit} in {}", repository.path().display())
        };
        match (git, ours) {
            (Some(tree), Reckoned::Done(edits)) => {
                let all = repository.objects();
                assert_eq!(
                    edited(flat(&known, &head_tree), &edits),
                    flat(&all, &tree),
                    "{}",
                    what()
                );
                count.same_tree += 1;
            }
            (None, Reckoned::Conflict(conflicts)) => {
                assert!(!conflicts.is_empty());
                count.both_conflict += 1;
            }
            (Some(_), Reckoned::Conflict(_)) => count.stricter += 1,
            (None, Reckoned::Done(edits)) => panic!("laxer than git: {}: {edits:?}", what()),
            (_, Reckoned::Need { .. }) => panic!("everything is known: {}", what()),
        }
    }
}

/// The same with objects handed over only when they are asked for.
fn step_by_step(change: &str, parent: Option<&str>, head: &str, all: &Known) -> Reckoned {
    let (mut trees, mut blobs) = (Vec::new(), Vec::new());
    loop {
        match reckon(change, parent, head, &only(all, &trees, &blobs)) {
            Reckoned::Need { trees: t, blobs: b } => {
                assert!(!t.is_empty() || !b.is_empty());
                assert!(
                    t.iter().all(|id| !trees.contains(id))
                        && b.iter().all(|id| !blobs.contains(id))
                );
                trees.extend(t);
                blobs.extend(b);
            }
            settled => return settled,
        }
    }
}
