//! Our reader of tokens against the original: `tests/data/tokens.json` holds what the Python package `tokenizers` 0.23 says
//! with `WordLlama`'s own tokenizer file.

use evenkeel_retrieval::table::Table;

#[test]
fn words_become_the_tokens_of_the_original() {
    let text = include_str!("data/tokens.json");
    let words: Vec<(String, Vec<u16>)> = serde_json::from_str(text).unwrap();
    assert!(words.len() > 250);
    let table = Table::shipped();
    for (word, expected) in words {
        assert_eq!(table.numbers(&word), expected, "{word:?}");
    }
}
