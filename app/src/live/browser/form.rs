//! Forms: the page stays while the server works, the button shows that it does, and what was typed is not lost when
//! the server says no. What is sent and answered is the same as without scripts.

use leptos::{mount::mount_to, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Event, FormData, HtmlButtonElement, HtmlElement, HtmlFormElement, RequestInit, SubmitEvent,
    UrlSearchParams,
};

use super::{
    dom::{around, listen},
    page::{self, Answer},
};
use crate::ui::ProblemNote;

/// Listens to every form that changes something.
pub fn start() {
    listen("submit", |event: SubmitEvent| {
        let form = around(&event, "form").and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form.filter(|form| form.method() == "post" && page::holds(form)) else {
            return;
        };
        event.prevent_default();
        let button = event.submitter().and_then(|button| button.dyn_into().ok());
        // A second press while the first is under way is none.
        if form.has_attribute("data-busy") {
            return;
        }
        spawn_local(send(form, button));
    });
    // A page that Back brings out of the browser's memory is as it was left: with a busy button.
    super::dom::listen_at(&window(), "pageshow", |_: Event| {
        for form in super::dom::all("form[data-busy]") {
            form.remove_attribute("data-busy").ok();
        }
    });
}

async fn send(form: HtmlFormElement, button: Option<HtmlButtonElement>) {
    let busy = |busy: bool| {
        form.toggle_attribute_with_force("data-busy", busy).ok();
        if let Some(button) = &button {
            button.set_disabled(busy);
            if busy {
                button.set_attribute("aria-busy", "true").ok();
            } else {
                button.remove_attribute("aria-busy").ok();
            }
        }
    };
    let request = request(&form);
    busy(true);
    page::form_under_way(true);
    let answer = match request {
        Ok(request) => page::fetch(&form.action(), &request).await,
        Err(error) => Err(error),
    };
    busy(false);
    match answer {
        Ok(answer) if answer.ok => take(&form, &answer),
        Ok(_) => complain(
            &form,
            "app.refused",
            "The server refused this.",
            "Load the page again and look whether it was done before you repeat it.",
        ),
        Err(_) => complain(
            &form,
            "app.unreachable",
            "The server did not answer, so it is not known whether this was done.",
            "Check your connection, then look at the page again before repeating it.",
        ),
    }
    page::form_under_way(false);
}

fn request(form: &HtmlFormElement) -> Result<RequestInit, JsValue> {
    let fields = FormData::new_with_form(form)?;
    let body = UrlSearchParams::new_with_str_sequence_sequence(&fields)?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(&body);
    Ok(request)
}

fn take(form: &HtmlFormElement, answer: &Answer) {
    let here = window().location().pathname().ok();
    if page::path_of(&answer.url) != here {
        window().location().assign(&answer.url).ok();
        return;
    }
    if !answer.url.contains("__err=") {
        form.reset();
        if let Ok(Some(question)) = form.closest("details.confirm") {
            question.remove_attribute("open").ok();
        }
    }
    page::remember(&answer.url, true);
    if !page::show(answer) {
        window().location().reload().ok();
    }
}

/// Says above the form what went wrong. It is not sent again: it may have been done.
fn complain(
    form: &HtmlFormElement,
    code: &'static str,
    message: &'static str,
    next_step: &'static str,
) {
    let Ok(place) = document().create_element("div") else { return };
    if form.prepend_with_node_1(&place).is_ok() {
        let place: HtmlElement = place.unchecked_into();
        let note = move || view! { <ProblemNote code=code message=message next_step=next_step /> };
        mount_to(place, note).forget();
    }
}
