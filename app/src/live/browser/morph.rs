//! Making one tree of elements like another, touching only what differs: what one has opened, typed, focused or
//! scrolled stays.

use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

const ELEMENT: u16 = 1;

/// Makes `old`, which is shown, like `new`.
pub fn morph(old: &Element, new: &Element) {
    // Filled by the browser, and alive in it: the server knows no more of these.
    if old.has_attribute("data-filled") || old.tag_name() == "LEPTOS-ISLAND" {
        return;
    }
    attributes(old, new);
    children(old, new);
}

fn attributes(old: &Element, new: &Element) {
    let names = |element: &Element| -> Vec<String> {
        element.get_attribute_names().iter().filter_map(|name| name.as_string()).collect()
    };
    for name in names(new) {
        let value = new.get_attribute(&name);
        if old.get_attribute(&name) != value && !theirs(old, &name) {
            old.set_attribute(&name, &value.unwrap_or_default()).ok();
        }
    }
    for name in names(old) {
        if !new.has_attribute(&name) && !theirs(old, &name) {
            old.remove_attribute(&name).ok();
        }
    }
}

/// What the person decides, not the server: which folds are open, and whether the way to the end of a log is offered.
fn theirs(element: &Element, name: &str) -> bool {
    match name {
        "open" => matches!(element.tag_name().as_str(), "DETAILS" | "DIALOG"),
        "hidden" => element.has_attribute("data-to-end"),
        _ => false,
    }
}

fn children(old: &Element, new: &Element) {
    let mut at = old.first_child();
    let mut next = new.first_child();
    while let Some(wanted) = next {
        // Taken before `wanted` may move over.
        next = wanted.next_sibling();
        if let Some(found) = counterpart(at.clone(), &wanted) {
            if at.as_ref() == Some(&found) {
                at = found.next_sibling();
            } else {
                old.insert_before(&found, at.as_ref()).ok();
            }
            take_over(&found, &wanted);
        } else {
            old.insert_before(&wanted, at.as_ref()).ok();
        }
    }
    while let Some(extra) = at {
        at = extra.next_sibling();
        let kept = extra.dyn_ref::<Element>().is_some_and(|extra| extra.has_attribute("data-keep"));
        if !kept {
            old.remove_child(&extra).ok();
        }
    }
}

/// Which of the old nodes from `at` on becomes `wanted`: the one with the same name, or else the very next if neither
/// has one.
fn counterpart(at: Option<Node>, wanted: &Node) -> Option<Node> {
    let Some(name) = name_of(wanted) else {
        let mut next = at;
        // Comments only hold the place of what is not shown, and must not cost a form its words.
        while wanted.node_type() == ELEMENT {
            let Some(node) = next.take_if(|node| node.node_type() != ELEMENT) else { break };
            next = node.next_sibling();
        }
        return next.filter(|next| alike(next, wanted) && name_of(next).is_none());
    };
    let mut candidate = at;
    while let Some(node) = candidate {
        if alike(&node, wanted) && name_of(&node).as_ref() == Some(&name) {
            return Some(node);
        }
        candidate = node.next_sibling();
    }
    None
}

fn alike(a: &Node, b: &Node) -> bool {
    a.node_type() == b.node_type() && a.node_name() == b.node_name()
}

/// What makes it the same thing in both trees.
fn name_of(node: &Node) -> Option<String> {
    if node.node_type() != ELEMENT {
        return None;
    }
    let element: &Element = node.unchecked_ref();
    if element.tag_name() == "LEPTOS-ISLAND" {
        // An island whose arguments differ is another one.
        let props = element.get_attribute("data-props").unwrap_or_default();
        return Some(element.get_attribute("data-component").unwrap_or_default() + &props);
    }
    ["id", "data-key", "data-from"]
        .into_iter()
        .find_map(|name| element.get_attribute(name))
        .filter(|name| !name.is_empty())
}

fn take_over(old: &Node, new: &Node) {
    if old.node_type() == ELEMENT {
        morph(old.unchecked_ref(), new.unchecked_ref());
    } else if old.node_value() != new.node_value() {
        old.set_node_value(new.node_value().as_deref());
    }
}
