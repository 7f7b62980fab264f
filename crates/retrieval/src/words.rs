//! Text to words: what is compared.

/// Longest word looked at, in bytes: longer ones are hashes, tokens and base64.
const LONGEST: usize = 40;

/// Words that say nothing about what a text is about: those of grammar, numbers, times and amounts, of which alerts and
/// instructions are full.
const EMPTY: &[&str] = &[
    "a",
    "about",
    "above",
    "after",
    "again",
    "all",
    "almost",
    "also",
    "an",
    "and",
    "another",
    "any",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "below",
    "between",
    "but",
    "by",
    "can",
    "cannot",
    "day",
    "days",
    "do",
    "does",
    "during",
    "each",
    "eight",
    "every",
    "few",
    "first",
    "five",
    "for",
    "four",
    "from",
    "get",
    "gets",
    "had",
    "half",
    "has",
    "have",
    "here",
    "hour",
    "hours",
    "how",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "last",
    "least",
    "less",
    "longer",
    "many",
    "may",
    "minute",
    "minutes",
    "more",
    "most",
    "much",
    "must",
    "near",
    "new",
    "next",
    "nine",
    "no",
    "nobody",
    "none",
    "not",
    "nothing",
    "now",
    "of",
    "often",
    "on",
    "one",
    "only",
    "or",
    "other",
    "others",
    "our",
    "out",
    "over",
    "per",
    "percent",
    "second",
    "seconds",
    "see",
    "seven",
    "share",
    "should",
    "since",
    "six",
    "so",
    "some",
    "still",
    "ten",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "third",
    "this",
    "three",
    "time",
    "times",
    "to",
    "today",
    "too",
    "twice",
    "two",
    "under",
    "until",
    "up",
    "use",
    "used",
    "uses",
    "usual",
    "usually",
    "very",
    "was",
    "we",
    "week",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "will",
    "with",
    "within",
    "without",
    "would",
    "yesterday",
    "you",
    "your",
];

/// Short forms of the field and what they stand for. Both sides of a comparison are widened by these, so that it does
/// not matter which was written.
const SHORT_FORMS: &[(&str, &str)] = &[
    ("oom", "out of memory killed"),
    ("oomkilled", "out of memory killed"),
    ("pvc", "persistent volume claim"),
    ("pv", "persistent volume"),
    ("persistentvolumeclaim", "persistent volume claim"),
    ("persistentvolume", "persistent volume"),
    ("hpa", "horizontal pod autoscaler"),
    ("horizontalpodautoscaler", "horizontal pod autoscaler"),
    ("crashloopbackoff", "crash loop back off"),
    ("imagepullbackoff", "image pull back off"),
    ("errimagepull", "error image pull"),
    ("db", "database"),
    ("postgres", "postgresql"),
    ("pg", "postgresql"),
    ("k8s", "kubernetes"),
    ("kube", "kubernetes"),
    ("lb", "load balancer"),
    ("dns", "name resolution"),
    ("cert", "certificate"),
    ("certs", "certificate"),
    ("tls", "certificate"),
    ("p95", "latency percentile"),
    ("p99", "latency percentile"),
    ("rps", "requests per second"),
    ("qps", "queries per second"),
    ("5xx", "server errors"),
    ("500", "server errors"),
    ("502", "bad gateway"),
    ("503", "service unavailable"),
    ("504", "gateway timeout"),
    ("429", "rate limited too many requests"),
    ("ds", "daemonset"),
    ("sts", "statefulset"),
    ("cm", "configmap"),
    ("svc", "service"),
    ("ns", "namespace"),
    ("cpu", "processor"),
    ("mem", "memory"),
    ("fs", "filesystem"),
    ("gc", "garbage collection"),
    ("wal", "write ahead log"),
    ("ttl", "expiry"),
    ("mq", "message queue"),
    ("ntp", "clock"),
];

/// The words of a text in lower case, in order, without those that say nothing. `camelCase` and `snake_case` are taken
/// apart: `KubePodCrashLooping` gives four words.
pub fn pieces(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_run(text, |run| {
        for part in parts(run) {
            push(&mut found, part);
        }
    });
    found
}

/// What BM25 compares: stems of [`pieces`], the whole of what was taken apart, and what short forms stand for.
pub fn terms(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_run(text, |run| {
        let parts = parts(run);
        if parts.len() > 1 {
            push(&mut found, run);
            widen(&mut found, run);
        }
        for part in parts {
            push(&mut found, part);
            widen(&mut found, part);
        }
    });
    for word in &mut found {
        *word = stem(word).to_owned();
    }
    found
}

/// What is embedded: [`pieces`], with what short forms stand for.
pub fn meaning(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_run(text, |run| {
        for part in parts(run) {
            push(&mut found, part);
            widen(&mut found, part);
        }
    });
    found
}

fn push(found: &mut Vec<String>, word: &str) {
    let word = word.to_lowercase();
    let bare_number = word.bytes().all(|b| b.is_ascii_digit()) && word.len() != 3;
    if word.len() <= LONGEST && !bare_number && !EMPTY.contains(&word.as_str()) {
        found.push(word);
    }
}

fn widen(found: &mut Vec<String>, word: &str) {
    if word.len() > 24 {
        return;
    }
    let lower = word.to_lowercase();
    if let Some((_, long)) = SHORT_FORMS.iter().find(|(short, _)| *short == lower) {
        found.extend(long.split(' ').filter(|word| !EMPTY.contains(word)).map(str::to_owned));
    }
}

/// Calls `with` for every run of letters, digits and what may stand between them in a name.
fn each_run<'a>(text: &'a str, mut with: impl FnMut(&'a str)) {
    for run in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
        let run = run.trim_matches('_');
        if !run.is_empty() {
            with(run);
        }
    }
}

/// Takes a name apart at underscores, at a capital after a small letter, and before the last of several capitals that a
/// small letter follows: `HTTPServer` is `HTTP`, `Server`. Digits stay with what is before them.
fn parts(run: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for word in run.split('_').filter(|word| !word.is_empty()) {
        let mut start = 0;
        let chars: Vec<(usize, char)> = word.char_indices().collect();
        for at in 1..chars.len() {
            let (before, here) = (chars[at - 1].1, chars[at].1);
            let after = chars.get(at + 1).map(|(_, c)| *c);
            let rises = !before.is_uppercase() && here.is_uppercase();
            let last_capital = before.is_uppercase()
                && here.is_uppercase()
                && after.is_some_and(char::is_lowercase);
            if rises || last_capital {
                found.push(&word[start..chars[at].0]);
                start = chars[at].0;
            }
        }
        found.push(&word[start..]);
    }
    found
}

/// Cuts endings so that `scaling`, `scaled` and `scales` are one word. Coarse on purpose: a wrong stem is wrong on both
/// sides alike.
pub fn stem(word: &str) -> &str {
    if !word.is_ascii() || word.len() < 4 {
        return word;
    }
    let cut = |end: &str, least: usize| word.strip_suffix(end).filter(|rest| rest.len() >= least);
    let base = if let Some(rest) = cut("ies", 3) {
        return rest;
    } else if let Some(rest) = cut("sses", 2) {
        return &word[..rest.len() + 2];
    } else if let Some(rest) = cut("ings", 4).or_else(|| cut("ing", 4)) {
        rest
    } else if word.ends_with("eed") {
        word
    } else if let Some(rest) = cut("ed", 4) {
        rest
    } else if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        word
    } else if let Some(rest) = cut("s", 3) {
        rest
    } else {
        word
    };
    let bytes = base.as_bytes();
    let doubled = base.len() < word.len()
        && bytes.len() > 3
        && bytes[bytes.len() - 1] == bytes[bytes.len() - 2]
        && !matches!(bytes[bytes.len() - 1], b'l' | b's' | b'z' | b'f');
    if doubled {
        return &base[..base.len() - 1];
    }
    if base.len() > 4 && (base.ends_with('e') || base.ends_with('y') || base.ends_with('i')) {
        return &base[..base.len() - 1];
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(pieces("KubePodCrashLooping"), ["kube", "pod", "crash", "looping"]);
        assert_eq!(pieces("http_requests_total"), ["http", "requests", "total"]);
        assert_eq!(pieces("HTTPServerError p99 of v2"), ["http", "server", "error", "p99", "v2"]);
        assert_eq!(pieces("it is not ready"), ["ready"]);
        assert_eq!(pieces("_ __ - €"), Vec::<String>::new());
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for forms in [
            &["scale", "scales", "scaled", "scaling"][..],
            &["restart", "restarts", "restarted", "restarting"],
            &["query", "queries"],
            &["process", "processes"],
            &["stop", "stopped", "stopping"],
            &["fail", "fails", "failed", "failing"],
        ] {
            for form in forms {
                assert_eq!(stem(form), stem(forms[0]), "{form}");
            }
        }
        for word in ["status", "need", "class", "pod", "redis"] {
            assert_eq!(stem(word), word);
        }
    }

    #[test]
    fn a_short_form_meets_the_long_one() {
        let short = terms("OOMKilled PVC");
        for word in ["memor", "killed", "persistent", "volum", "claim"] {
            assert!(
                short.iter().any(|term| term == stem(word) || term == word),
                "{word}: {short:?}"
            );
        }
    }

    #[test]
    fn nothing_is_kept_of_what_is_no_word() {
        assert!(terms(&"x".repeat(10_000)).is_empty());
        assert_eq!(terms("2026 12 503"), ["503", "servic", "unavailabl"]);
    }
}
