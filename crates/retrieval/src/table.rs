//! The static embedding table: a vector for each of 32,000 pieces of words, in the binary.
//!
//! `data/words.bin` is made by `data/make-table.py` from `WordLlama` (MIT). The vector of a text is the mean of those of
//! its pieces; there is no network to run. The table is read in place: nothing is allocated for it, and its pages are
//! loaded when they are first touched.

use crate::vector::Vector;

static SHIPPED: &[u8] = include_bytes!("../data/words.bin");

/// Length of the header in bytes.
const HEADER: usize = 12;
/// Rows for single bytes, before those for tokens.
const BYTES: usize = 256;
/// Longest word taken apart, in bytes; the time it takes grows with the square.
const LONGEST: usize = 64;

/// A table over bytes in the format of `data/make-table.py`.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    columns: usize,
    numbers: &'a [u8],
    offsets: &'a [u8],
    text: &'a [u8],
    scales: &'a [u8],
    rows: &'a [u8],
}

impl Table<'static> {
    /// The table in this binary.
    pub fn shipped() -> Self {
        // A test opens it; a binary without a good one is never built.
        Self::open(SHIPPED).unwrap_or_else(|| unreachable!("the shipped table is whole"))
    }
}

impl<'a> Table<'a> {
    /// Reads the layout; `None` when it is not that of a table.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEADER)?;
        let count = u32::from_le_bytes(head[8..12].try_into().ok()?) as usize;
        let columns = usize::from(u16::from_le_bytes([head[6], head[7]]));
        if &head[..6] != b"EVKT\x01\0" || count == 0 || columns == 0 {
            return None;
        }
        let (numbers, rest) = rest.split_at_checked(count.checked_mul(2)?)?;
        let (offsets, rest) = rest.split_at_checked((count + 1).checked_mul(4)?)?;
        let end = u32::from_le_bytes(offsets[offsets.len() - 4..].try_into().ok()?) as usize;
        let (text, rest) = rest.split_at_checked(end)?;
        let (scales, rows) = rest.split_at_checked((BYTES + count).checked_mul(4)?)?;
        (rows.len() == (BYTES + count).checked_mul(columns)?).then_some(Self {
            columns,
            numbers,
            offsets,
            text,
            scales,
            rows,
        })
    }

    /// Columns of a vector.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The numbers that the tokenizer gives to `word` with a space before it, for comparing with the original.
    pub fn numbers(&self, word: &str) -> Vec<u16> {
        self.tokens(word)
            .into_iter()
            .map(|row| match row.checked_sub(BYTES) {
                // Bytes have the numbers from 3 on.
                None => u16::try_from(row + 3).unwrap_or(u16::MAX),
                Some(at) => self.number(at),
            })
            .collect()
    }

    /// The mean of the words' vectors, each word weighed, at unit length. Nothing known gives a vector of zeros, which is
    /// near to nothing.
    pub fn embed<'w>(&self, words: impl IntoIterator<Item = (&'w str, f32)>) -> Vector {
        let mut sum = vec![0.0_f32; self.columns];
        for (word, weight) in words.into_iter().filter(|(word, _)| !word.is_empty()) {
            for row in self.tokens(word) {
                self.add(&mut sum, row, weight);
            }
        }
        Vector::of(&sum)
    }

    fn add(&self, sum: &mut [f32], row: usize, weight: f32) {
        let scale = &self.scales[row * 4..row * 4 + 4];
        let scale = f32::from_le_bytes([scale[0], scale[1], scale[2], scale[3]]) * weight;
        let values = &self.rows[row * self.columns..(row + 1) * self.columns];
        for (sum, value) in sum.iter_mut().zip(values) {
            *sum += f32::from(value.cast_signed()) * scale;
        }
    }

    /// Rows of a word's pieces. As the original does: begin with characters, then merge the neighbours that make the
    /// token with the smallest number, the leftmost of equals, until none do.
    fn tokens(&self, word: &str) -> Vec<usize> {
        let end = (0..=word.len().min(LONGEST)).rev().find(|at| word.is_char_boundary(*at));
        let text = format!(" {}", &word[..end.unwrap_or(0)]);
        // Where pieces begin and the rows they are; `None` is a character that is no token.
        let mut pieces: Vec<(usize, Option<usize>)> = text
            .char_indices()
            .map(|(at, c)| {
                (at, self.find(&text.as_bytes()[at..at + c.len_utf8()]).map(|(row, _)| row))
            })
            .collect();
        loop {
            let mut best: Option<(u16, usize, usize)> = None;
            for at in 1..pieces.len() {
                if pieces[at - 1].1.is_none() || pieces[at].1.is_none() {
                    continue;
                }
                let end = pieces.get(at + 1).map_or(text.len(), |next| next.0);
                if let Some((row, number)) = self.find(&text.as_bytes()[pieces[at - 1].0..end])
                    && best.is_none_or(|(least, ..)| number < least)
                {
                    best = Some((number, at, row));
                }
            }
            let Some((_, at, row)) = best else { break };
            pieces[at - 1].1 = Some(row);
            pieces.remove(at);
        }
        let mut rows = Vec::with_capacity(pieces.len());
        for (index, (at, row)) in pieces.iter().enumerate() {
            if let Some(row) = row {
                rows.push(*row);
            } else {
                let end = pieces.get(index + 1).map_or(text.len(), |next| next.0);
                rows.extend(text.as_bytes()[*at..end].iter().map(|byte| usize::from(*byte)));
            }
        }
        rows
    }

    /// The row and the number of a token.
    fn find(&self, token: &[u8]) -> Option<(usize, u16)> {
        let (mut low, mut high) = (0, self.numbers.len() / 2);
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.token(middle).cmp(token) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some((BYTES + middle, self.number(middle))),
            }
        }
        None
    }

    fn token(&self, at: usize) -> &'a [u8] {
        let offset = |at: usize| {
            let b = &self.offsets[at * 4..at * 4 + 4];
            u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize
        };
        self.text.get(offset(at)..offset(at + 1)).unwrap_or_default()
    }

    fn number(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.numbers[at * 2], self.numbers[at * 2 + 1]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_in_meaning_is_near() {
        let table = Table::shipped();
        let embed = |text: &str| table.embed(text.split(' ').map(|word| (word, 1.0)));
        let near = |a: &str, b: &str| embed(a).cosine(&embed(b));
        assert!(near("disk full", "storage volume") > near("disk full", "login password"));
        assert!(
            near("slow response", "high latency") > near("slow response", "expired certificate")
        );
        assert!((near("memory", "memory") - 1.0).abs() < 0.02);
        assert!(near("", "memory").abs() < f32::EPSILON);
    }

    #[test]
    fn a_broken_table_is_refused() {
        assert!(Table::open(&[]).is_none());
        assert!(Table::open(b"EVKT\x01\0\x40\0\xff\xff\xff\xff").is_none());
        assert!(Table::open(&SHIPPED[..SHIPPED.len() - 1]).is_none());
    }
}
