//! Each function may do what its use cases do, and nothing else.

use super::{
    reading::{TEMPLATE, allowed, deployed, granted, kinds, properties, services_of_keys, texts},
    used::used,
};
use acredita_manifest::{DISPATCH, FUNCTIONS, SWEEP, Trigger};
use std::collections::{BTreeMap, BTreeSet};

/// What every HTTP function does, though not at every request.
const COUNT_REQUESTS: (&str, &str) = ("dynamodb:UpdateItem", "REQ");

/// Keys: those of the tests do not come from AWS.
const SECRET: (&str, &str) = ("secretsmanager:GetSecretValue", "");
/// To erase pictures stored for an identification that another request had deleted in the meantime.
const ERASE_EVIDENCE: [(&str, &str); 2] = [("s3:DeleteObject", "i"), ("s3:ListBucket", "i")];

/// To remove a picture of a second factor stored for an identification that another request had ended in the meantime.
const REMOVE_EVIDENCE: (&str, &str) = ("s3:DeleteObject", "i");

/// To look for room in a budget whose first part is used up.
const FIND_ROOM: (&str, &str) = ("dynamodb:Query", "BUD");

/// Permissions that a function needs besides the observed ones (`used`): an action, and the kind of its target.
fn unseen(function: &str) -> &'static [(&'static str, &'static str)] {
    match function {
        "identification-agent" => &[SECRET, FIND_ROOM, ERASE_EVIDENCE[0], ERASE_EVIDENCE[1]],
        "identity-document" => &[SECRET, FIND_ROOM],
        "chain" => &[SECRET],
        "chain-admin" => &[SECRET, FIND_ROOM],
        "identification-agent-admin" => &[SECRET],
        "identification-otp-admin" => &[SECRET, FIND_ROOM],
        // The references of scorings that stand alone, of chains, and of reviews.
        "events" => &[
            SECRET,
            ("dynamodb:BatchGetItem", "SCO"),
            ("dynamodb:BatchGetItem", "CHN"),
            ("dynamodb:BatchGetItem", "REV"),
        ],
        "identity-document-admin" => &[SECRET],
        "identification-otp" => &[SECRET, FIND_ROOM, REMOVE_EVIDENCE],
        // With the keys of external providers. One that stands alone is found by its reference, which no event has.
        "scoring" => &[SECRET, ("dynamodb:PutItem", "LKP"), ("dynamodb:DeleteItem", "LKP")],
        // Lambda takes wakes off the queue.
        "dispatch" => &[SECRET, ("sqs:DeleteMessage", ""), ("sqs:GetQueueAttributes", ""), ("sqs:ReceiveMessage", "")],
        // Lambda takes exports off the queue. A broken upload is dropped, and none is looked at before the first event.
        "exports" => &[
            ("dynamodb:GetItem", "EXP"),
            ("s3:AbortMultipartUpload", "!exports"),
            ("sqs:DeleteMessage", ""),
            ("sqs:GetQueueAttributes", ""),
            ("sqs:ReceiveMessage", ""),
        ],
        // Lambda takes receipts off the queue.
        "receipts" => &[("sqs:DeleteMessage", ""), ("sqs:GetQueueAttributes", ""), ("sqs:ReceiveMessage", "")],
        "webhook-endpoints" | "reviews" | "sweep" => &[SECRET],
        // Whoever follows its links reads with its rights.
        "records" => &[SECRET, ("s3:GetObject", "i")],
        // The senders of the tests are not AWS's, and Lambda takes messages off the queue.
        "notify" => &[
            SECRET,
            FIND_ROOM,
            ("ses:SendEmail", ""),
            ("sms-voice:SendTextMessage", ""),
            ("sqs:DeleteMessage", ""),
            ("sqs:GetQueueAttributes", ""),
            ("sqs:ReceiveMessage", ""),
        ],
        _ => &[],
    }
}

/// A role grants each action of a statement for each kind in it, so actions and kinds are compared separately.
fn apart(actions: impl Iterator<Item = (String, String)>) -> (BTreeSet<String>, BTreeSet<String>) {
    let service = |name: &str| name.split(':').next().unwrap_or_default().to_owned();
    actions.map(|(name, kind)| (name.clone(), format!("{} {kind}", service(&name)))).unzip()
}

#[tokio::test]
async fn a_function_may_do_what_it_does_and_nothing_else() {
    let (logical, used) = (deployed(), used().await);
    let mut wrong = Vec::new();
    for name in FUNCTIONS.iter().map(|function| function.name) {
        let http = FUNCTIONS.iter().any(|function| function.name == name && function.trigger == Trigger::Http);
        let unseen = unseen(name).iter().chain(http.then_some(&COUNT_REQUESTS));
        let seen = used[name].actions.iter().map(|action| (action.name.to_owned(), action.kind.clone()));
        let unseen = unseen.map(|(action, kind)| ((*action).to_owned(), (*kind).to_owned()));
        let seen_after_all: Vec<_> = unseen.clone().filter(|unseen| seen.clone().any(|seen| seen == *unseen)).collect();
        assert_eq!(seen_after_all, [], "{name}: what is called unseen is seen");
        let needed = apart(seen.chain(unseen));
        let granted = apart(granted(logical[name]).into_iter());
        let differ = |granted: &BTreeSet<String>, needed: &BTreeSet<String>| {
            granted.symmetric_difference(needed).cloned().collect::<Vec<_>>()
        };
        let (actions, kinds) = (differ(&granted.0, &needed.0), differ(&granted.1, &needed.1));
        if !actions.is_empty() || !kinds.is_empty() {
            wrong.push(format!("{name}: granted and not needed, or needed and not granted: {actions:?} {kinds:?}"));
        }
        let keys = needed.0.iter().filter_map(|action| match action.as_str() {
            "s3:GetObject" | "s3:PutObject" => Some("s3"),
            "sqs:ReceiveMessage" | "sqs:SendMessage" => Some("sqs"),
            "secretsmanager:GetSecretValue" => Some("secretsmanager"),
            _ => None,
        });
        assert_eq!(
            services_of_keys(logical[name]),
            keys.collect(),
            "{name}: the services that it uses the key through"
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A function of the actor's side may end an identification, and cannot turn it into another person's.
#[tokio::test]
async fn the_actors_side_changes_only_the_attributes_that_it_has_to() {
    let (logical, used) = (deployed(), used().await);
    for name in ["identification-agent", "identification-otp", "identity-document", "chain"] {
        let updates = allowed(logical[name]).into_iter().filter(|statement| {
            texts(&statement["Action"]).contains(&"dynamodb:UpdateItem")
                && !kinds(statement).contains(&"REQ".to_owned())
        });
        let mut granted = BTreeMap::new();
        for statement in updates {
            let attributes = ["StringEquals", "StringLike"].into_iter().flat_map(|compared| {
                texts(&statement["Condition"][format!("ForAllValues:{compared}")]["dynamodb:Attributes"])
            });
            let attributes: BTreeSet<String> = attributes.map(str::to_owned).collect();
            assert_eq!(texts(&statement["Action"]), ["dynamodb:UpdateItem"], "{name}: reads are of complete items");
            granted.extend(kinds(statement).into_iter().map(|kind| (kind, attributes.clone())));
        }
        let mut changed = used[name].changed.clone();
        // Of one from before there were events, whose log begins with its next step.
        changed.entry("IDN".to_owned()).and_modify(|changed| changed.extend(["log_key".to_owned()]));
        // A budget has a counter for each country.
        let of_any_country = |name: &String| if name.starts_with("to_") { "to_*".to_owned() } else { name.clone() };
        for changed in changed.values_mut() {
            *changed = changed.iter().map(of_any_country).collect();
        }
        assert_eq!(granted, changed, "{name}");
    }
}

/// Where there is no search there are no digests to make.
#[test]
fn the_sweep_has_the_keys_of_digests_only_where_there_is_a_search() {
    let role = properties("SweepRole")["Policies"][0]["PolicyDocument"].clone();
    let statements = role["Statement"].as_array().expect("statements");
    for sid in ["ReadCodeKeys", "KeyOfCodeKeys"] {
        let of = |statement: &&serde_json::Value| statement["Fn::If"][1]["Sid"] == sid;
        let condition = statements.iter().find(of).map(|statement| statement["Fn::If"][0].clone());
        assert_eq!(condition, Some(serde_json::json!("WithSearch")), "{sid}");
    }
}

/// Whoever does not send has no right to, and no key.
#[test]
fn only_the_sender_that_is_chosen_has_its_right() {
    let role = properties("NotifyRole")["Policies"][0]["PolicyDocument"].clone();
    let condition_of = |sid: &str| {
        let of = |statement: &&serde_json::Value| statement["Fn::If"][1]["Sid"] == sid;
        let statement = role["Statement"].as_array().expect("statements").iter().find(of);
        statement.and_then(|statement| statement["Fn::If"][0].as_str().map(str::to_owned))
    };
    for (right, condition) in [
        ("SendSms", "WithAwsSms"),
        ("ReadKeyOfInfobip", "WithInfobipSecret"),
        ("KeyOfInfobipSecret", "WithInfobipSecretKey"),
        ("SendEmail", "WithEmail"),
    ] {
        assert_eq!(condition_of(right).as_deref(), Some(condition), "{right}");
    }
    let chosen = |sender: &str| serde_json::json!({ "Fn::Equals": [{ "Ref": "SmsSender" }, sender] });
    let conditions = &TEMPLATE["Conditions"];
    assert_eq!(conditions["WithInfobip"], chosen("INFOBIP"));
    assert_eq!(conditions["WithAwsSms"]["Fn::And"][0], chosen("AWS"));
    for of_infobip in ["WithInfobipSecret", "WithInfobipSecretKey"] {
        assert_eq!(conditions[of_infobip]["Fn::And"][0], serde_json::json!({ "Condition": "WithInfobip" }));
    }
}

#[test]
fn nobody_may_do_everything_or_do_it_to_everything() {
    for (name, logical) in deployed() {
        for statement in allowed(logical) {
            assert!(!texts(&statement["Action"]).iter().any(|action| action.contains('*')), "{name}: {statement}");
            let resources = statement["Resource"]
                .as_array()
                .map_or_else(|| vec![&statement["Resource"]], |list| list.iter().collect());
            assert!(
                resources.iter().all(|resource| resource.is_object()),
                "{name}: a resource that is spelt out: {statement}"
            );
        }
    }
}

#[test]
fn nobody_on_the_actors_side_may_delete_from_the_table() {
    let logical = deployed();
    // Scorings and endpoints are the business's side, and their functions delete nothing else: see the test of what a
    // function uses. A worker deletes errands that are done.
    let may = ["scoring", "webhook-endpoints", DISPATCH.name, SWEEP.name];
    let may_not = |name: &&str| !name.ends_with("-admin") && !may.contains(name);
    for name in FUNCTIONS.iter().map(|function| function.name).filter(may_not) {
        let actions: Vec<_> =
            allowed(logical[name]).into_iter().flat_map(|statement| texts(&statement["Action"])).collect();
        let deletes = |action: &&str| {
            action.starts_with("dynamodb:")
                && (action.contains("Delete") || action.contains("BatchWrite") || action.contains("Partiql"))
        };
        assert!(!actions.iter().any(deletes), "{name}: {actions:?}");
    }
}
