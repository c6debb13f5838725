//! A review under test: what leads to it, and what reviewers do.

use crate::{
    Answer, Call, ORG, World, bodies,
    subject::{Method, Subject},
    tokens::{ISSUER, claims},
};
use serde_json::{Value, json};

/// Has the organisation review what scores as much as this.
pub async fn review_from(world: &World, score: f64, four_eyes: bool) {
    let body = json!({ "review": { "from_score": score, "four_eyes": four_eyes } });
    let put = world.request("PUT", "/settings", Some(body)).header("if-match", "*");
    world.send(put).await.expect(200);
}

/// The token of a reviewer of this name.
pub fn token(world: &World, name: &str) -> String {
    let mut claims = claims(ORG, world.in_almost_thirty_days());
    claims["sub"] = json!(name);
    ISSUER.sign(&claims)
}

/// A request of that reviewer.
pub fn by(world: &World, name: &str, call: Call) -> Call {
    call.without("authorization").token(&token(world, name))
}

/// An identity document whose score of 0.6 falls short, so that it is reviewed.
pub struct ReviewSubject {
    pub subject: Subject,
    pub id: String,
}

impl ReviewSubject {
    /// In a world with an external provider.
    pub async fn open(world: &World) -> Self {
        review_from(world, 0.5, false).await;
        Self::of(world, Subject::create(world, Method::IdentityDocument).await).await
    }

    /// The same for an identity document that is there.
    pub async fn of(world: &World, subject: Subject) -> Self {
        let before = listed(world, "").await;
        subject.score(world, 0.6, Vec::new()).await;
        let id = |review: &Value| review["review_id"].as_str().expect("an id").to_owned();
        let known: Vec<String> = before.iter().map(id).collect();
        let new = listed(world, "").await.iter().map(id).find(|id| !known.contains(id));
        Self { subject, id: new.expect("a review") }
    }

    pub fn claim(&self, world: &World, name: &str) -> Call {
        by(world, name, world.request("POST", &format!("/reviews/{}/claim", self.id), None))
    }

    pub fn release(&self, world: &World, name: &str) -> Call {
        by(world, name, world.request("POST", &format!("/reviews/{}/release", self.id), None))
    }

    pub fn decision(&self, world: &World, name: &str, decision: &str) -> Call {
        let reason = if decision == "APPROVE" { "DOCUMENT_CONFIRMED" } else { "SUSPECTED_FORGERY" };
        let body = json!({ "decision": decision, "reason": reason });
        by(world, name, world.request("POST", &format!("/reviews/{}/decision", self.id), Some(body)))
    }

    /// Claims and decides it.
    pub async fn decide(&self, world: &World, name: &str, decision: &str) -> Answer {
        world.send(self.claim(world, name)).await.expect(204);
        world.send(self.decision(world, name, decision)).await
    }

    /// As the list shows it.
    pub async fn read(&self, world: &World) -> Value {
        let found = listed(world, "").await.into_iter().find(|review| review["review_id"] == self.id.as_str());
        found.expect("the review")
    }

    pub async fn status(&self, world: &World) -> String {
        self.read(world).await["status"].as_str().expect("a status").to_owned()
    }

    /// What the person's side sees of it.
    pub async fn shown(&self, world: &World) -> Value {
        self.subject.metadata(world).await.expect(200).json()["review"].clone()
    }

    /// The types of its events.
    pub async fn told(&self, world: &World) -> Vec<String> {
        let path = format!("/events?subject_id={}&order=asc", self.id);
        let events = world.call("GET", &path, None).await.expect(200).json();
        let kind = |event: &Value| event["type"].as_str().expect("a type").to_owned();
        events["events"].as_array().expect("events").iter().map(kind).collect()
    }
}

/// The reviews of a list, such as `?status=OPEN`.
pub async fn listed(world: &World, query: &str) -> Vec<Value> {
    let list = world.call("GET", &format!("/reviews{query}"), None).await.expect(200).json();
    list["reviews"].as_array().expect("reviews").clone()
}

/// An identity document of this level, scored by the world's external provider.
pub async fn document(world: &World, level: &str) -> Subject {
    let mut body = bodies::identity_document(level);
    body["scoring"] = json!({ "provider": "EXTERNAL" });
    Subject::of(world, Method::IdentityDocument, body).await
}
