//! What the gateway does before a function starts, and what is counted of it.

use super::reading::{TEMPLATE, argument, deployed, properties, resources, sorted, texts};
use acredita_manifest::{Door, Method, OPERATIONS, PAGE_ROUTES};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn what_costs_messages_could_be_guessed_or_computes_has_a_throttle_of_its_own() {
    let settings = properties("Stage")["RouteSettings"].as_object().expect("settings");
    let routes: BTreeMap<_, _> = resources("AWS::ApiGatewayV2::Route")
        .map(|(name, route)| (route["Properties"]["RouteKey"].as_str().expect("a route"), name))
        .collect();
    let made = texts(&TEMPLATE["Resources"]["Stage"]["DependsOn"]);
    let kind = |route: &str| match route.rsplit('/').next() {
        Some("validate" | "midni") => Some("ValidateRate"),
        Some("score") => Some("ScoreRate"),
        Some("resend" | "code" | "ping" | "recover") => Some("CreateRate"),
        Some("agent" | "otp" | "identity_document" | "chain") if route.starts_with("POST ") => Some("CreateRate"),
        _ => None,
    };
    for (route, name) in &routes {
        let own = settings.get(*route).map(|limits| argument(&limits["ThrottlingRateLimit"], "Ref"));
        assert_eq!(own, kind(route), "{route}");
        assert_eq!(
            made.contains(name),
            own.is_some(),
            "{route}: AWS refuses settings of a route that is not there yet"
        );
    }
    assert!(settings.keys().all(|route| routes.contains_key(route.as_str())));
}

#[test]
fn the_gateways_own_check_of_tokens_is_on_every_operation_or_on_none() {
    for (name, route) in resources("AWS::ApiGatewayV2::Route") {
        let properties = &route["Properties"];
        if properties["RouteKey"].as_str().is_some_and(|key| PAGE_ROUTES.contains(&key)) {
            // Whoever has no token yet gets one there.
            assert_eq!(properties["AuthorizationType"], "NONE", "{name}");
            continue;
        }
        assert_eq!(
            properties["AuthorizationType"],
            json!({ "Fn::If": ["WithGatewayAuthorizer", "JWT", "NONE"] }),
            "{name}"
        );
        let authorizer =
            json!({ "Fn::If": ["WithGatewayAuthorizer", { "Ref": "TokenAuthorizer" }, { "Ref": "AWS::NoValue" }] });
        assert_eq!(properties["AuthorizerId"], authorizer, "{name}");
    }
    for parameter in ["GatewayAuthorizer", "CloudFront"] {
        assert_eq!(TEMPLATE["Parameters"][parameter]["Default"], "false");
    }
}

#[test]
fn what_is_counted_against_attacks_rings() {
    let metric = |filter: &'static Value| {
        filter["Properties"]["MetricTransformations"][0]["MetricName"].as_str().expect("a name")
    };
    let counted = sorted(resources("AWS::Logs::MetricFilter").map(|(_, filter)| metric(filter)));
    let mut watched = BTreeSet::new();
    for (_, alarm) in resources("AWS::CloudWatch::Alarm") {
        let alarm = &alarm["Properties"];
        let several = alarm["Metrics"].as_array().into_iter().flatten();
        let several = several.filter_map(|metric| metric["MetricStat"]["Metric"]["MetricName"].as_str());
        watched.extend(several.chain(alarm["MetricName"].as_str()));
    }
    let shown_only = BTreeSet::from(["BackfilledRecords", "DecidedReviews", "OpenReviews", "ProviderBreakerOpened"]);
    assert_eq!(counted.difference(&watched).copied().collect::<BTreeSet<_>>(), shown_only);
    let forced = resources("AWS::Logs::MetricFilter").filter(|(_, filter)| metric(filter) == "ForcedDeletes");
    let logs: BTreeSet<_> = forced.map(|(_, filter)| argument(&filter["Properties"]["LogGroupName"], "Ref")).collect();
    let deleting =
        OPERATIONS.iter().filter(|operation| operation.method == Method::Delete && operation.door != Door::Endpoint);
    let log = |function: &str| argument(&properties(deployed()[function])["LoggingConfig"]["LogGroup"], "Ref");
    assert_eq!(logs, deleting.map(|operation| log(operation.function)).collect());
}
