//! The validation of a chain's open step, which opens the next one.

use super::{super::effects, stories};
use crate::{
    App, Error, Request, Time,
    chain::Chain,
    delivery::DeliveryFailure,
    identification::Identification,
    keys::CodeContext,
    otp::Destination,
    ports::{MessageRef, Opening, StepChange, StepError},
    unavailable::Unavailable,
};

/// Validates the open step, and opens the next one. A limit that refuses the next one's message does not refuse the
/// validation. Returns the messages to kick.
pub(in crate::use_cases) async fn advance(
    app: &App,
    request: &Request,
    chain: &Chain,
    validated: StepChange,
    now: Time,
) -> Result<Vec<MessageRef>, StepError> {
    let story = stories::of_advance(app, request, chain, validated.identification.method.kind(), now);
    let opening = opening(app, chain, &validated.identification).await.map_err(StepError::Unavailable)?;
    let messages = match &opening {
        Opening::Code(message) => vec![message.message.reference],
        Opening::Nothing | Opening::CodeNotSent { .. } => Vec::new(),
    };
    match app.stores.chains.advance(chain, validated.clone(), opening, story.clone(), now).await {
        Err(refused @ (StepError::TooManyMessages { .. } | StepError::OverBudget { .. })) => {
            let why = match refused {
                StepError::OverBudget { .. } => DeliveryFailure::Budget,
                _ => DeliveryFailure::NotSent,
            };
            let opening = without_code(app, request, chain, why, now).await?;
            app.stores.chains.advance(chain, validated, opening, story, now).await.map(|()| Vec::new())
        }
        done => done.map(|()| messages),
    }
}

/// What begins with the step after the open one. The steps are of one person, who has the destination of its code.
async fn opening(app: &App, chain: &Chain, validated: &Identification) -> Result<Opening, Unavailable> {
    let Some(next) = chain.sequence.steps().get(chain.current_step + 1) else { return Ok(Opening::Nothing) };
    let destination = next.sent_on().and_then(|channel| Destination::of(&validated.actor, channel));
    let Some(destination) = destination else { return Ok(Opening::Nothing) };
    let keys = app.keys.current().await?;
    let settings = app.settings(&chain.org).await.map_err(|error| match error {
        Error::Unavailable(unavailable) => unavailable,
        _ => Unavailable("the settings"),
    })?;
    let context = CodeContext { org: &chain.org, id: next.identification_id, generation: 1 };
    Ok(Opening::Code(effects::send_code(app, &keys, &settings, context, &destination)))
}

/// The same, with the word that its code was not sent.
async fn without_code(
    app: &App,
    request: &Request,
    chain: &Chain,
    why: DeliveryFailure,
    now: Time,
) -> Result<Opening, StepError> {
    let next = chain.sequence.steps().get(chain.current_step + 1).ok_or(StepError::Lost)?;
    let found = app.stores.by_id.identification(&chain.org, next.identification_id).await;
    let step = found?.ok_or(StepError::Lost)?;
    let story = stories::of_code_not_sent(app, request, &step, why, now);
    Ok(Opening::CodeNotSent { identification_id: step.id, story: Box::new(story) })
}
