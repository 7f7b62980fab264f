//! Asking Cedar one question.

use cedar_policy::{
    AuthorizationError, Context, Decision, Entities, Entity, EntityUid, PolicyId, Request,
};
use evenkeel_domain::policy::Reason;

use crate::set::PolicySet;

/// The rule named when a question did not fit the schema, or a rule could not be evaluated.
const TROUBLE: &str = "policy.trouble";

/// What Cedar answered.
pub(crate) struct Answer {
    /// Whether it may be done.
    pub(crate) allowed: bool,
    /// The rules that brought the answer, as places in [`PolicySet::rules`], in their order. Empty
    /// when nothing allowed it.
    pub(crate) rules: Vec<usize>,
}

/// Why there is no answer. Always a refusal.
pub(crate) enum Trouble {
    /// The question does not fit the schema.
    Question(String),
    /// A rule could not be evaluated.
    Rule {
        /// Its place in [`PolicySet::rules`].
        place: Option<usize>,
        /// Why.
        cause: String,
    },
}

impl Trouble {
    /// The trouble as a decision's reason.
    pub(crate) fn reason(self) -> Reason {
        let (Self::Question(cause) | Self::Rule { cause, .. }) = self;
        let sentence = format!("The policies could not be asked, so the answer is no: {cause}.");
        Reason { rule: TROUBLE.to_owned(), sentence }
    }
}

impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Question(error.to_string())
    }
}

/// Who asks to do what to which.
pub(crate) struct Question {
    pub(crate) principal: EntityUid,
    pub(crate) action: EntityUid,
    pub(crate) resource: EntityUid,
    pub(crate) context: Context,
}

impl PolicySet {
    /// The entities of one question beside those of all. They must conform to the schema.
    pub(crate) fn with(
        &self,
        entities: impl IntoIterator<Item = Entity>,
    ) -> Result<Entities, Trouble> {
        Ok(self.base.clone().add_entities(entities, Some(&self.schema))?)
    }

    /// Asks. A rule that fails is no answer at all: Cedar would leave it out, and a forbid that is
    /// left out forbids nothing.
    pub(crate) fn ask(&self, q: Question, entities: &Entities) -> Result<Answer, Trouble> {
        let Question { principal, action, resource, context } = q;
        let request = Request::new(principal, action, resource, context, Some(&self.schema))?;
        let response = self.authorizer.is_authorized(&request, &self.policies, entities);
        let diagnostics = response.diagnostics();
        if let Some(error) = diagnostics.errors().next() {
            let AuthorizationError::PolicyEvaluationError(failed) = error;
            let place = self.place(failed.policy_id());
            return Err(Trouble::Rule { place, cause: error.to_string() });
        }
        let place = |id: &PolicyId| self.place(id);
        let mut rules: Vec<_> = diagnostics.reason().filter_map(place).collect();
        rules.sort_unstable();
        Ok(Answer { allowed: response.decision() == Decision::Allow, rules })
    }

    /// Rules as a decision's reasons.
    pub(crate) fn reasons(&self, rules: &[usize]) -> Vec<Reason> {
        rules.iter().map(|place| self.rules()[*place].as_reason()).collect()
    }
}
