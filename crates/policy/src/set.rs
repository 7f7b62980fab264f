//! A set of policies, parsed and validated once, then asked without parsing anything again.

use std::{collections::HashMap, fmt, path::Path};

use cedar_policy::{Authorizer, Entities, PolicyId, Schema, ValidationMode, Validator};

use crate::{
    ask::Trouble,
    entities::{Names, roles},
    error::PolicyError,
    rule::{self, RuleText},
    source::{self, SCHEMA, Source, Sources},
};

/// The policies in force.
pub struct PolicySet {
    pub(crate) schema: Schema,
    pub(crate) policies: cedar_policy::PolicySet,
    pub(crate) authorizer: Authorizer,
    /// What is the same in every question: roles and actions.
    pub(crate) base: Entities,
    pub(crate) names: Names,
    rules: Vec<RuleText>,
    places: HashMap<PolicyId, usize>,
    version: String,
}

impl PolicySet {
    /// The policies compiled into the program.
    pub fn shipped() -> Result<Self, PolicyError> {
        Self::build(source::shipped())
    }

    /// The policies of a folder: `schema.cedarschema` and every `*.cedar` beside it. They are
    /// tried in full before they are returned, so that a running program can swap them.
    pub fn load(dir: &Path) -> Result<Self, PolicyError> {
        Self::build(source::load(dir)?)
    }

    /// SHA-256 over schema and policies, in hex.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All rules, file by file, in the order in which they are written.
    pub fn rules(&self) -> &[RuleText] {
        &self.rules
    }

    /// The place of a rule in [`Self::rules`].
    pub(crate) fn place(&self, id: &PolicyId) -> Option<usize> {
        self.places.get(id).copied()
    }

    fn build(sources: Sources) -> Result<Self, PolicyError> {
        let version = sources.version();
        let schema = schema(&sources.schema)?;
        let lacks =
            |missing| PolicyError::SchemaLacks { file: sources.schema.file.clone(), missing };
        let names = Names::of(&schema).map_err(lacks)?;
        let base = Entities::from_entities(roles(&names), Some(&schema))
            .map_err(|error| lacks(error.to_string()))?;
        let mut policies = cedar_policy::PolicySet::new();
        let mut rules: Vec<RuleText> = Vec::new();
        let mut places = HashMap::new();
        for source in &sources.rules {
            for (text, policy) in rule::parse(source)? {
                let id = policy.id().clone();
                if let Some(first) = places.get(&id).and_then(|place: &usize| rules.get(*place)) {
                    let trouble = format!("the same @id stands in {} already", first.file);
                    let (file, rule) = (text.file, text.id);
                    return Err(PolicyError::Rule { file, rule, trouble });
                }
                policies.add(policy).map_err(|error| invalid(&text, error))?;
                places.insert(id, rules.len());
                rules.push(text);
            }
        }
        let authorizer = Authorizer::new();
        let set = Self { schema, policies, authorizer, base, names, rules, places, version };
        set.validate()?;
        match set.rehearse() {
            Ok(()) => Ok(set),
            Err(Trouble::Question(missing)) => Err(lacks(missing)),
            Err(Trouble::Rule { place, cause }) => Err(set.fails(place, &cause)),
        }
    }

    fn fails(&self, place: Option<usize>, cause: &str) -> PolicyError {
        let text = place.map(|place| &self.rules[place]);
        let (file, rule) = text.map(|it| (it.file.clone(), it.id.clone())).unwrap_or_default();
        let trouble = format!("it cannot be evaluated: {cause}");
        PolicyError::Rule { file, rule, trouble }
    }

    /// Strict: a warning (a rule that can never apply, a text that looks like another) refuses too.
    fn validate(&self) -> Result<(), PolicyError> {
        let result =
            Validator::new(self.schema.clone()).validate(&self.policies, ValidationMode::Strict);
        let rule = |id: &PolicyId| self.place(id).map(|place| &self.rules[place]);
        for error in result.validation_errors() {
            if let Some(text) = rule(error.policy_id()) {
                return Err(invalid(text, error.clone()));
            }
        }
        for warning in result.validation_warnings() {
            if let Some(text) = rule(warning.policy_id()) {
                return Err(invalid(text, warning.clone()));
            }
        }
        Ok(())
    }
}

fn schema(source: &Source) -> Result<Schema, PolicyError> {
    Schema::from_cedarschema_str(&source.text)
        .map(|(schema, _)| schema)
        .map_err(|error| PolicyError::Schema { file: SCHEMA.to_owned(), source: Box::new(error) })
}

fn invalid(text: &RuleText, error: impl std::error::Error + Send + Sync + 'static) -> PolicyError {
    PolicyError::Invalid { file: text.file.clone(), rule: text.id.clone(), source: Box::new(error) }
}

impl fmt::Debug for PolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicySet")
            .field("version", &self.version)
            .field("rules", &self.rules.len())
            .finish_non_exhaustive()
    }
}
