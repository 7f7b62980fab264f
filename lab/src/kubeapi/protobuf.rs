//! The little protobuf the server has to understand: kubectl asks "may I" in it.
//!
//! Only reviews are read; everything else in protobuf is refused with 415.

use serde_json::{Value, json};

/// Kubernetes' protobuf documents begin with this.
const MAGIC: &[u8] = b"k8s\0";

/// The field with a number, when it is text or a message.
fn field(mut message: &[u8], wanted: u64) -> Option<&[u8]> {
    while !message.is_empty() {
        let tag = varint(&mut message)?;
        match tag & 7 {
            0 => {
                varint(&mut message)?;
            }
            1 => message = message.get(8..)?,
            2 => {
                let length = usize::try_from(varint(&mut message)?).ok()?;
                let content = message.get(..length)?;
                if tag >> 3 == wanted {
                    return Some(content);
                }
                message = &message[length..];
            }
            5 => message = message.get(4..)?,
            _ => return None,
        }
    }
    None
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Reads a review: its API version and the resource attributes of its spec, if it has any.
pub fn review(body: &[u8]) -> Option<Value> {
    let envelope = body.strip_prefix(MAGIC)?;
    let version = field(envelope, 1).and_then(|meta| field(meta, 1)).unwrap_or_default();
    let mut review = json!({"apiVersion": String::from_utf8_lossy(version)});
    let spec = field(envelope, 2).and_then(|raw| field(raw, 2)).unwrap_or_default();
    if let Some(attributes) = field(spec, 1) {
        let mut found = json!({});
        for (number, name) in [
            (1, "namespace"),
            (2, "verb"),
            (3, "group"),
            (5, "resource"),
            (6, "subresource"),
            (7, "name"),
        ] {
            let text = field(attributes, number).unwrap_or_default();
            found[name] = json!(String::from_utf8_lossy(text));
        }
        review["spec"] = json!({"resourceAttributes": found});
    }
    Some(review)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(fields: &[(u8, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, content) in fields {
            out.extend([number << 3 | 2, u8::try_from(content.len()).unwrap()]);
            out.extend(*content);
        }
        out
    }

    #[test]
    fn a_review_is_read() {
        let attributes = message(&[(2, b"delete"), (5, b"pods")]);
        let spec = message(&[(1, &attributes)]);
        let raw = message(&[(2, &spec)]);
        let meta = message(&[(1, b"authorization.k8s.io/v1")]);
        let body = [MAGIC, &message(&[(1, &meta), (2, &raw)])].concat();
        let review = review(&body).unwrap();
        assert_eq!(review["spec"]["resourceAttributes"]["verb"], "delete");
        assert_eq!(review["apiVersion"], "authorization.k8s.io/v1");
    }

    #[test]
    fn nonsense_does_no_harm() {
        assert!(review(b"nonsense").is_none());
        for cut in 0..12 {
            let body = [
                MAGIC,
                &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x12, 0x05][..cut],
            ]
            .concat();
            let _ = review(&body);
        }
    }
}
