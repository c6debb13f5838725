//! The DNI on the phone in a chain's agent step.

use super::check;
use acceptance::{
    World, bodies,
    chains::{ChainSubject, steps},
    midni::{confirmation, nth_code},
};
use serde_json::{Value, json};

fn agent(terms: &str) -> Value {
    json!({ "identification_type": "AGENT", "agent_step": { "midni": terms } })
}

#[tokio::test]
async fn a_step_that_requires_the_dni_is_validated_with_it_once_it_is_open() {
    let world = World::start().await;
    let chain = ChainSubject::of(&world, vec![steps::otp(), agent("required")]).await;
    let bytes = nth_code(&world, 0);
    let step = &chain.steps[1];
    check(&world, step, &bytes).await.expect(409);
    chain.steps[0].validate(&world).await.expect(204);
    let id = check(&world, step, &bytes).await.expect(200).text("midni_check_id");
    let path = step.actor_path("/validate");
    let missing = world.call("POST", &path, Some(bodies::confirmation())).await.expect(400).details();
    assert!(missing[0].starts_with("/midni_check_id: is required"), "{missing:?}");
    world.call("POST", &path, Some(confirmation(&id))).await.expect(204);
    world.send(chain.validation(&world)).await.expect(204);
}

#[tokio::test]
async fn reading_a_chain_shows_what_its_agent_takes() {
    let world = World::start().await;
    for (step, shown) in [(steps::agent(), "ACCEPTED"), (agent("REQUIRED"), "REQUIRED"), (agent("refused"), "REFUSED")]
    {
        let chain = ChainSubject::of(&world, vec![steps::otp(), step]).await;
        let read = world.call("GET", &chain.actor_path(""), None).await.expect(200).json();
        assert_eq!(read["sequence"][1]["midni"], shown);
        assert!(read["sequence"][0].get("midni").is_none());
        assert_eq!(chain.steps[1].metadata(&world).await.expect(200).text("midni"), shown);
    }
}
