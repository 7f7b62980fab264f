//! Cutting a message into words, variables and what stands between them.
//!
//! One pass, no allocation once the buffers have grown. A message becomes separator, slot, separator, slot, …, separator;
//! a slot is a word, a variable, or a word with holes. Addresses, URLs, times and dates that hold separators are one slot.

use super::class::{ALNUM, BLANK, CLASS, DOT, LETTER, SEPARATOR, class};
use super::compound;
use super::hash;
use super::kind::Kind;
use super::word::{self, Look};

/// Slots of a message that are looked at; the rest is one variable. 192: stack traces and dumps of objects are longer,
/// but what tells one message from another stands at their heads.
pub const MAX_SLOTS: usize = 192;

/// Hash of a slot that is a variable as a whole, whatever its kind: what one line writes as a number and another as an
/// address is one template.
const HOLE_HASH: u64 = 0x2545_f491_4f6c_dd1d;

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A word.
    Literal,
    /// A variable.
    Variable(Kind),
    /// A word with holes; the range of its masked form in [`Scan::masked`].
    Mixed(u32, u32),
}

/// A word or variable and the separator before it, as byte ranges of the message.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    /// Where the separator before it starts.
    pub before: u32,
    /// Where it starts.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What it holds.
    pub content: Content,
}

impl Slot {
    fn text<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        range(bytes, self.start, self.end)
    }
}

/// A message cut into slots. Reused from message to message.
#[derive(Debug, Default)]
pub struct Scan {
    /// The slots in order.
    pub slots: Vec<Slot>,
    /// Where the last separator starts.
    pub tail: u32,
    /// Masked forms of mixed words.
    pub masked: Vec<u8>,
    /// Hash of words and separators.
    pub shape: u64,
    /// Hash of the separators alone.
    pub structure: u64,
    /// Hash of words and separators with every run of variables as one.
    pub list: u64,
    /// Variables in the longest such run.
    pub run: usize,
    buffer: Vec<u8>,
}

impl Scan {
    /// Cuts a message. `seed` keys the hashes.
    pub fn read(&mut self, seed: u64, text: &str) {
        self.slots.clear();
        self.masked.clear();
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut before = 0;
        while let Some(&byte) = bytes.get(at) {
            if CLASS[byte as usize] & SEPARATOR != 0 {
                // `name ()`: a value that is missing, where other lines have one.
                if byte == b')' && at >= 2 && bytes[at - 1] == b'(' && bytes[at - 2] == b' ' {
                    self.push(bytes, before, at, at, Content::Variable(Kind::Word));
                    before = at;
                }
                at += 1;
                continue;
            }
            let (stop, classes) = word_end(bytes, at);
            let trimmed = trim(bytes, at, stop);
            if classes & ALNUM == 0 || trimmed == at {
                at = stop;
                continue;
            }
            if self.slots.len() == MAX_SLOTS {
                self.push(bytes, before, at, bytes.len(), Content::Variable(Kind::Rest));
                before = bytes.len();
                break;
            }
            at = self.word(bytes, before, at, trimmed, classes);
            before = at;
        }
        self.tail = narrow(before);
        self.hash(seed, bytes);
    }

    /// Adds the slot that starts at `at`; tells where it ended.
    fn word(&mut self, bytes: &[u8], before: usize, at: usize, end: usize, seen: u16) -> usize {
        if let Some((end, kind)) = compound::at(bytes, at, end, seen) {
            self.push(bytes, before, at, end, Content::Variable(kind));
            return end;
        }
        let word = bytes.get(at..end).unwrap_or_default();
        let content = match word::look(word, seen, &mut self.buffer) {
            Look::Literal if seen & DOT != 0 && is_qualified_value(bytes, at, word) => {
                Content::Variable(Kind::Word)
            }
            Look::Literal => Content::Literal,
            Look::Variable(kind) => Content::Variable(kind),
            Look::Mixed => {
                let from = narrow(self.masked.len());
                self.masked.extend_from_slice(&self.buffer);
                Content::Mixed(from, narrow(self.masked.len()))
            }
        };
        self.push(bytes, before, at, end, content);
        end
    }

    fn push(&mut self, bytes: &[u8], before: usize, start: usize, end: usize, content: Content) {
        self.slots.push(Slot {
            before: narrow(before),
            start: narrow(start),
            end: narrow(end),
            content,
        });
        while self.join(bytes) {}
    }

    /// Joins the last two slots if they are one value.
    fn join(&mut self, bytes: &[u8]) -> bool {
        let [.., left, right] = self.slots.as_mut_slice() else { return false };
        let gap = range(bytes, left.end, right.start);
        let (first, second) = (left.text(bytes), right.text(bytes));
        let Some(joined) = compound::joined((left.content, first), gap, (right.content, second))
        else {
            return false;
        };
        left.content = Content::Variable(joined);
        left.end = right.end;
        self.slots.pop();
        true
    }

    fn hash(&mut self, seed: u64, bytes: &[u8]) {
        let mut shape = seed;
        let mut structure = seed;
        let mut list = seed;
        let mut run = 0;
        self.run = 0;
        for slot in &self.slots {
            let gap = separator_hash(seed, bytes, slot.before, slot.start);
            let variable = matches!(slot.content, Content::Variable(_));
            let goes_on = run > 0 && variable && in_list(range(bytes, slot.before, slot.start));
            run = if variable { run + 1 } else { 0 };
            if variable && !goes_on {
                run = 1;
            }
            self.run = self.run.max(run);
            let word = match slot.content {
                Content::Variable(_) => HOLE_HASH,
                Content::Literal => hash::bytes(seed, range(bytes, slot.start, slot.end)),
                Content::Mixed(from, to) => hash::bytes(seed, range(&self.masked, from, to)),
            };
            structure = hash::mix(structure, gap);
            shape = hash::mix(shape ^ gap, word);
            if !goes_on {
                list = hash::mix(list ^ gap, word);
            }
        }
        let gap = separator_hash(seed, bytes, self.tail, narrow(bytes.len()));
        self.structure = hash::mix(structure, gap);
        self.shape = hash::mix(shape, gap);
        self.list = hash::mix(list, gap);
    }

    /// The separator before the slot of that index, or the last one, with runs of blanks as one blank.
    pub fn separator(&self, text: &str, index: usize) -> String {
        let bytes = text.as_bytes();
        let raw = match self.slots.get(index) {
            Some(slot) => range(bytes, slot.before, slot.start),
            None => range(bytes, self.tail, narrow(bytes.len())),
        };
        let mut out = Vec::with_capacity(raw.len());
        let mut blank = false;
        for &byte in raw {
            let is_blank = class(byte) & BLANK != 0;
            if !is_blank {
                out.push(byte);
            } else if !blank {
                out.push(b' ');
            }
            blank = is_blank;
        }
        // Cuts are at ASCII bytes only, so nothing is lost here.
        String::from_utf8_lossy(&out).into_owned()
    }

    /// The slot's text with [`word::HOLE`] for every variable.
    pub fn masked<'a>(&'a self, text: &'a str, slot: Slot) -> &'a str {
        const HOLE: &str = "\u{1}";
        let bytes = match slot.content {
            Content::Variable(_) => return HOLE,
            Content::Literal => range(text.as_bytes(), slot.start, slot.end),
            Content::Mixed(from, to) => range(&self.masked, from, to),
        };
        std::str::from_utf8(bytes).unwrap_or(HOLE)
    }
}

#[inline]
fn range(bytes: &[u8], from: u32, to: u32) -> &[u8] {
    bytes.get(from as usize..to as usize).unwrap_or_default()
}

/// A position in a message. Messages are bounded far below 4 GiB; a longer one would only be cut short.
#[inline]
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// `name=com.example.shop`: a name with two full stops or more in a value's place.
fn is_qualified_value(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    (before.ends_with(b"=") || before.ends_with(b"|") || before.ends_with(b"= "))
        && word.split(|b| *b == b'.').count() >= 3
        && !word.windows(2).any(|pair| pair == b"..")
}

/// What stands between the members of a list.
#[inline]
pub fn in_list(gap: &[u8]) -> bool {
    matches!(gap, b" " | b", " | b",")
}

#[inline]
fn separator_hash(seed: u64, bytes: &[u8], from: u32, to: u32) -> u64 {
    let raw = range(bytes, from, to);
    let mut state = seed;
    let mut blank = false;
    for &byte in raw {
        let is_blank = CLASS[byte as usize] & BLANK != 0;
        if !(is_blank && blank) {
            let shown = if is_blank { b' ' } else { byte };
            state = (state ^ u64::from(shown)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        }
        blank = is_blank;
    }
    state
}

/// Where the word that starts at `at` ends, and the classes of its bytes. An apostrophe between letters is part of it.
#[inline]
fn word_end(bytes: &[u8], at: usize) -> (usize, u16) {
    let mut seen = 0;
    let mut end = at;
    while let Some(&byte) = bytes.get(end) {
        let class = CLASS[byte as usize];
        if class & SEPARATOR != 0 {
            let letter = |at: Option<usize>| {
                at.and_then(|at| bytes.get(at)).is_some_and(|&b| CLASS[b as usize] & LETTER != 0)
            };
            if byte != b'\'' || end == at || !letter(end.checked_sub(1)) || !letter(Some(end + 1)) {
                break;
            }
        }
        seen |= class;
        end += 1;
    }
    (end, seen & !(SEPARATOR | BLANK))
}

/// The end of a word without the full stops, question and exclamation marks that close a sentence.
#[inline]
fn trim(bytes: &[u8], at: usize, mut end: usize) -> usize {
    while end > at && matches!(bytes[end - 1], b'.' | b'!' | b'?' | b'-') {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::{MAX_SLOTS, Scan};
    use crate::mine::word::HOLE;

    fn read(text: &str) -> Scan {
        let mut scan = Scan::default();
        scan.read(1, text);
        scan
    }

    fn slots(text: &str) -> Vec<String> {
        let scan = read(text);
        let shown = |masked: &str| masked.replace(char::from(HOLE), "<*>");
        scan.slots.iter().map(|&slot| shown(scan.masked(text, slot))).collect()
    }

    #[test]
    fn words_end_at_separators_only() {
        assert_eq!(
            slots("can't open [file-a]: user=joe, \"x y\"."),
            ["can't", "open", "file-a", "user", "joe", "x", "y"]
        );
        assert_eq!(slots("ended. really?! -- yes..."), ["ended", "really", "yes"]);
        assert_eq!(slots("fn() got () now"), ["fn", "got", "<*>", "now"]);
        assert_eq!(
            slots("from pool-3-thread-7: GET /a?b=1&c=2 HTTP/1.1"),
            ["from", "pool-<*>-thread-<*>", "GET", "<*>"]
        );
    }

    #[test]
    fn values_do_not_change_the_shape_but_words_and_marks_do() {
        let shape = |text| read(text).shape;
        assert_eq!(shape("got 5 from 10.0.0.1"), shape("got  77  from  db1234:99"));
        assert_ne!(shape("got 5 from 1"), shape("got 5 to 1"));
        assert_ne!(shape("got 5 from 1"), shape("got 5, from 1"));
        assert_eq!(read("got a b").structure, read("not x y").structure);
        assert_eq!(read("got 1 2 3 now").list, read("got 1 now").list);
    }

    #[test]
    fn separators_and_slots_are_the_message() {
        let text = "a  =b; 5\t(c)";
        let scan = read(text);
        let gaps: Vec<_> = (0..=scan.slots.len()).map(|at| scan.separator(text, at)).collect();
        assert_eq!(gaps, ["", " =", "; ", " (", ")"]);
    }

    #[test]
    fn a_message_of_many_words_ends_in_one_variable() {
        let scan = read(&"word ".repeat(MAX_SLOTS * 2));
        assert_eq!(scan.slots.len(), MAX_SLOTS + 1);
    }
}
