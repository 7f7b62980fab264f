//! What a byte can be to the scanner.

/// Lower-case letters and every byte above ASCII: text in any script is words.
pub const LOWER: u16 = 1;
/// Upper-case letters.
pub const UPPER: u16 = 1 << 1;
/// Digits.
pub const DIGIT: u16 = 1 << 2;
/// A full stop.
pub const DOT: u16 = 1 << 3;
/// Slash and backslash.
pub const SLASH: u16 = 1 << 4;
/// `@`.
pub const AT: u16 = 1 << 5;
/// What may stand inside a word and is none of the above: `_ - # $ % & + * ~ ^ ? !`.
pub const MARK: u16 = 1 << 6;
/// What ends a word: blanks, brackets, quotes, `, ; : = |` and control characters.
pub const SEPARATOR: u16 = 1 << 7;
/// A blank or a control character; always together with [`SEPARATOR`].
pub const BLANK: u16 = 1 << 8;

/// Letters of either case.
pub const LETTER: u16 = LOWER | UPPER;
/// What makes a word a word.
pub const ALNUM: u16 = LETTER | DIGIT;

/// The class of every byte.
pub static CLASS: [u16; 256] = table();

const fn table() -> [u16; 256] {
    let mut classes = [0; 256];
    let mut index = 0;
    while index < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "the index is below 256")]
        let byte = index as u8;
        classes[index] = match byte {
            b'a'..=b'z' | 0x80.. => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            b'.' => DOT,
            b'/' | b'\\' => SLASH,
            b'@' => AT,
            b'_' | b'-' | b'#' | b'$' | b'%' | b'&' | b'+' | b'*' | b'~' | b'^' | b'?' | b'!' => {
                MARK
            }
            0..=b' ' | 0x7f => SEPARATOR | BLANK,
            _ => SEPARATOR,
        };
        index += 1;
    }
    classes
}

/// The class of one byte.
#[inline]
pub fn class(byte: u8) -> u16 {
    CLASS[byte as usize]
}
