//! Whether what a claim cites stands in the recorded answers (what is not found, is not said).

use std::collections::BTreeMap;

use evenkeel_domain::{
    evidence::Citation,
    hypothesis::{Claim, ClaimStatus},
    id::EvidenceId,
    text::normalise,
};

use crate::bench::{Bench, Interrupted};

/// Recorded answers, each read once.
pub struct Checker<'a> {
    bench: &'a dyn Bench,
    texts: BTreeMap<EvidenceId, Option<String>>,
}

impl<'a> Checker<'a> {
    /// Begins with nothing read.
    pub fn new(bench: &'a dyn Bench) -> Self {
        Self { bench, texts: BTreeMap::new() }
    }

    /// A claim, supported only if it cites something and every quote stands where it says.
    pub async fn claim(
        &mut self,
        text: impl Into<String>,
        citations: Vec<Citation>,
    ) -> Result<Claim, Interrupted> {
        let mut found = !citations.is_empty();
        for citation in &citations {
            found &= self.stands(citation).await?;
        }
        let status = if found { ClaimStatus::Supported } else { ClaimStatus::Unsupported };
        Ok(Claim { text: text.into(), citations, status })
    }

    async fn stands(&mut self, citation: &Citation) -> Result<bool, Interrupted> {
        let quote = normalise(&citation.quote);
        if quote.is_empty() {
            return Ok(false);
        }
        if !self.texts.contains_key(&citation.evidence) {
            let text = self.bench.text(citation.evidence).await?;
            self.texts.insert(citation.evidence, text.as_deref().map(normalise));
        }
        let text = self.texts.get(&citation.evidence).and_then(Option::as_ref);
        Ok(text.is_some_and(|text| text.contains(&quote)))
    }
}
