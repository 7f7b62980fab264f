//! Form controls with their label, hint and error.

use leptos::prelude::*;

use crate::icons::{Glyph, Icon};

/// What surrounds a control: label above, hint and error below. The control names `<id>-note` in `aria-describedby`.
#[component]
pub fn Field(
    /// The control's id.
    #[prop(into)]
    id: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// What to enter, if the label cannot say it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with what was entered.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let note = format!("{id}-note");
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            {children()}
            <div class="field__note" id=note>
                {hint.filter(|hint| !hint.is_empty()).map(|hint| view! { <span class="field__hint">{hint}</span> })}
                {move || {
                    error
                        .get()
                        .map(|error| {
                            view! { <span class="field__error" role="alert"><Icon glyph=Glyph::Warning />{error}</span> }
                        })
                }}
            </div>
        </div>
    }
    .into_any()
}

/// A line of text.
#[component]
pub fn TextInput(
    /// Name in the form; also the control's id.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// `text` unless said otherwise: `email`, `password`, `url`, `number`, `search`.
    #[prop(optional, into)]
    r#type: Option<String>,
    /// The value at first.
    #[prop(optional, into)]
    value: String,
    /// What to enter, if the label cannot say it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// An example inside the empty control.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// For password managers, e.g. `current-password`.
    #[prop(optional, into)]
    autocomplete: Option<String>,
    /// What the browser accepts, as a regular expression.
    #[prop(optional, into)]
    pattern: Option<String>,
    /// Whether it must be filled.
    #[prop(optional)]
    required: bool,
    /// What is wrong with what was entered.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let note = format!("{name}-note");
    let id = name.clone();
    view! {
        <Field id=name.clone() label=label hint=hint.unwrap_or_default() error=error>
            <input
                class="input"
                id=id
                name=name
                type=r#type.unwrap_or_else(|| "text".to_owned())
                value=value
                placeholder=placeholder
                autocomplete=autocomplete
                pattern=pattern
                required=required
                aria-describedby=note
                aria-invalid=move || error.with(Option::is_some).then_some("true")
            />
        </Field>
    }
    .into_any()
}

/// A longer text, such as the reason of a rejection.
#[component]
pub fn TextArea(
    /// Name in the form; also the control's id.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// The text at first.
    #[prop(optional, into)]
    value: String,
    /// How many lines are visible.
    #[prop(default = 3)]
    rows: u32,
    /// Whether it must be filled.
    #[prop(optional)]
    required: bool,
    /// What to enter, if the label cannot say it.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    let note = format!("{name}-note");
    let id = name.clone();
    view! {
        <Field id=name.clone() label=label hint=hint.unwrap_or_default()>
            <textarea class="input" id=id name=name rows=rows required=required aria-describedby=note>{value}</textarea>
        </Field>
    }
    .into_any()
}

/// One of several.
#[component]
pub fn Select(
    /// Name in the form; also the control's id.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// Value and words of each choice.
    options: Vec<(String, String)>,
    /// The value chosen at first.
    #[prop(optional, into)]
    value: String,
    /// What to choose, if the label cannot say it.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    let note = format!("{name}-note");
    let id = name.clone();
    let choices = options
        .into_iter()
        .map(|(key, words)| {
            let selected = key == value;
            view! { <option value=key selected=selected>{words}</option> }
        })
        .collect_view();
    view! {
        <Field id=name.clone() label=label hint=hint.unwrap_or_default()>
            <select class="input" id=id name=name aria-describedby=note>{choices}</select>
        </Field>
    }
    .into_any()
}

/// Yes or no.
#[component]
pub fn Checkbox(
    /// Name in the form; also the control's id.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// Whether it is ticked at first.
    #[prop(optional)]
    checked: bool,
) -> impl IntoView {
    let (id, control) = (name.clone(), name.clone());
    view! {
        <label class="check" for=control>
            <input type="checkbox" id=id name=name value="true" checked=checked />
            <span>{label}</span>
        </label>
    }
    .into_any()
}
