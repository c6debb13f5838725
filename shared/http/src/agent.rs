//! The terms of a shop agent's confirmation in a body: their schema and their reader, shared by two creates.

use crate::{fault::Faults, fields::Fields};
use acredita_domain::identification::Midni;

crate::schema_of_names! {
    /// Whether the person may show, has to show, or cannot show the DNI on their phone.
    MidniBody as "Midni": Midni
}

#[derive(Clone, Copy, Debug, Default)]
pub struct AgentTerms {
    pub personal_document_image: bool,
    pub midni: Midni,
}

pub fn read_agent_terms(fields: &Fields<'_>, faults: &mut Faults) -> AgentTerms {
    AgentTerms {
        personal_document_image: fields.boolean("personal_document_image", faults).unwrap_or_default(),
        midni: fields.name("midni", faults).unwrap_or_default(),
    }
}
