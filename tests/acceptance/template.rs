//! `template.yaml`: it deploys the current code, and permits each function the actions of its use cases and nothing
//! else.
//!
//! `infra/lint` checks that AWS would accept the template; these tests check what no linter can know.

mod edge;
mod mains;
mod reading;
mod receipts;
mod rights;
mod used;

use acredita_aws::SystemEntropy;
use acredita_aws::provision::{
    DEAD_LETTER_SECONDS, DISPATCH_VISIBILITY_SECONDS, DUE_INDEX, DUE_PROJECTION, EXPORTS_VISIBILITY_SECONDS,
    LIST_INDEX, LIST_PROJECTION, MAX_RECEIVES, RECORD_KEYS, RECORD_PROJECTION, RECORDS_INDEX, TTL_ATTRIBUTE,
    VISIBILITY_SECONDS,
};
use acredita_domain::{
    exports::FileKey,
    ids::{ExportId, OrgId},
    pictures::PicturePrefix,
    ports::limits::{EXPORT_LEASE, LEASE},
};
use acredita_local::{gateway::functions, workers::BATCH};
use acredita_manifest::{DISPATCH, EXPORTS, FUNCTIONS, NOTIFY, PAGE, PAGE_ROUTES, RECEIPTS, Trigger};
use acredita_service::Settings;
use reading::{TEMPLATE, argument, deployed, properties, resources, sorted, statements, texts};
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The longest lifetime of an identification, plus the delay after its retention until the table may drop it. Days.
const LIFE_AND_GRACE: i64 = 30 + 7;

/// A path without the names of its parameters: the gateway and the functions use different ones.
fn without_names(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn operations(document: &Value) -> impl Iterator<Item = String> {
    let paths = document["paths"].as_object().expect("paths").iter();
    paths.flat_map(|(path, item)| {
        let methods = item
            .as_object()
            .expect("methods")
            .keys()
            .filter(|key| ["get", "put", "post", "patch", "delete"].contains(&key.as_str()));
        methods.map(|method| format!("{} {}", method.to_uppercase(), without_names(path))).collect::<Vec<_>>()
    })
}

#[test]
fn every_operation_is_routed_to_the_function_that_serves_it_and_nothing_else_is() {
    let logical = deployed();
    let mut served = BTreeMap::new();
    for function in functions() {
        let document = serde_json::to_value((function.document)()).expect("an OpenAPI document");
        served.extend(operations(&document).map(|operation| (operation, logical[function.name].to_owned())));
    }
    let published = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/openapi.json"))
        .expect("an OpenAPI document");
    let published: BTreeSet<_> = operations(&serde_json::from_str(&published).expect("JSON")).collect();
    assert_eq!(published, served.keys().cloned().collect(), "the published operations are the functions'");
    served.extend(PAGE_ROUTES.iter().map(|route| (without_names(route), logical[PAGE.name].to_owned())));

    let mut routed = BTreeMap::new();
    for (name, route) in resources("AWS::ApiGatewayV2::Route") {
        let (method, path) =
            route["Properties"]["RouteKey"].as_str().and_then(|key| key.split_once(' ')).expect("a method and a path");
        let target = argument(&route["Properties"]["Target"], "Fn::Sub");
        let integration =
            target.strip_prefix("integrations/${").and_then(|name| name.strip_suffix('}')).expect("an integration");
        let function = argument(&properties(integration)["IntegrationUri"], "Fn::GetAtt").trim_end_matches(".Arn");
        let twice = routed.insert(format!("{method} {}", without_names(path)), function.to_owned());
        assert_eq!(twice, None, "{name} is there twice");
    }
    assert_eq!(routed, served);
}

#[test]
fn the_gateway_may_call_the_functions_that_serve_http_and_waits_longer_than_they_run() {
    let logical = deployed();
    assert_eq!(
        logical.keys().copied().collect::<BTreeSet<_>>(),
        sorted(FUNCTIONS.iter().map(|function| function.name))
    );
    let permitted: BTreeSet<_> = resources("AWS::Lambda::Permission")
        .map(|(_, resource)| argument(&resource["Properties"]["FunctionName"], "Ref"))
        .collect();
    assert_eq!(
        permitted,
        sorted(
            FUNCTIONS
                .iter()
                .filter(|function| [Trigger::Http, Trigger::Page].contains(&function.trigger))
                .map(|function| logical[function.name])
        )
    );

    let timeout = TEMPLATE["Globals"]["Function"]["Timeout"].as_i64().expect("seconds");
    for (name, integration) in resources("AWS::ApiGatewayV2::Integration") {
        assert_eq!(integration["Properties"]["PayloadFormatVersion"], "2.0", "{name}");
        assert!(
            integration["Properties"]["TimeoutInMillis"].as_i64().is_some_and(|wait| wait > timeout * 1000),
            "{name}"
        );
    }
    for function in FUNCTIONS {
        let properties = properties(logical[function.name]);
        assert_eq!(argument(&properties["FunctionName"], "Fn::Sub"), format!("${{AWS::StackName}}-{}", function.name));
        // At the root, cargo would not find the function's binary: by default it builds the local server there.
        assert_eq!(properties["CodeUri"], format!("functions/{}", function.name));
        let own = properties.get("Timeout");
        assert!(function.trigger != Trigger::Http || own.is_none(), "{}: not a timeout of its own", function.name);
        let seconds = own.map_or(Some(timeout), Value::as_i64);
        assert_eq!(seconds, i64::try_from(function.timeout.as_secs()).ok(), "{}", function.name);
    }
}

#[test]
fn the_table_is_the_one_that_the_code_makes_elsewhere() {
    let table = properties("Table");
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(table["TimeToLiveSpecification"], json!({ "AttributeName": TTL_ATTRIBUTE, "Enabled": true }));
    assert_eq!(
        table["KeySchema"],
        json!([{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }])
    );
    let index = |name: &str, [hash, range]: [&str; 2], projected: &[&str]| {
        json!({
            "IndexName": name,
            "KeySchema": [{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }],
            "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": projected },
        })
    };
    let due = index(DUE_INDEX, ["due_shard", "due_at"], &DUE_PROJECTION);
    let list = index(LIST_INDEX, ["list_shard", "list_at"], &LIST_PROJECTION);
    let records = index(RECORDS_INDEX, RECORD_KEYS, &RECORD_PROJECTION);
    assert_eq!(table["GlobalSecondaryIndexes"], json!([due, list, records]));
    let keys = ["pk", "sk", "due_shard", "due_at", "list_shard", "list_at", "record_shard", "record_at"];
    let types = keys.map(|name| (name, if name == "due_at" { "N" } else { "S" }));
    let types = types.map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind }));
    assert_eq!(table["AttributeDefinitions"], json!(types));
}

#[test]
fn a_message_stays_hidden_until_its_worker_and_its_lease_are_over() {
    let (queue, notify) = (properties("Queue"), properties(deployed()[NOTIFY.name]));
    let visibility = queue["VisibilityTimeout"].as_i64().expect("seconds");
    assert_eq!(visibility, i64::from(VISIBILITY_SECONDS));
    assert!(visibility > LEASE.num_seconds());
    // Required by AWS, so that a throttled batch is still hidden when its turn comes.
    assert!(visibility >= 6 * notify["Timeout"].as_i64().expect("seconds"));
    assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], json!(MAX_RECEIVES));
    assert_eq!(argument(&queue["RedrivePolicy"]["deadLetterTargetArn"], "Fn::GetAtt"), "DeadLetterQueue.Arn");
    assert_eq!(properties("DeadLetterQueue")["MessageRetentionPeriod"], json!(DEAD_LETTER_SECONDS));
    let source = &notify["Events"]["Messages"]["Properties"];
    assert_eq!(source["BatchSize"], json!(BATCH), "as many as the local server hands over");
    assert_eq!(
        source["FunctionResponseTypes"],
        json!(["ReportBatchItemFailures"]),
        "one record failing is nobody else's business"
    );
}

#[test]
fn a_wake_stays_hidden_until_its_worker_and_its_lease_are_over() {
    let (queue, dispatch) = (properties("DispatchQueue"), properties(deployed()[DISPATCH.name]));
    let visibility = queue["VisibilityTimeout"].as_i64().expect("seconds");
    assert_eq!(visibility, i64::from(DISPATCH_VISIBILITY_SECONDS));
    assert!(visibility >= 6 * dispatch["Timeout"].as_i64().expect("seconds"), "required by AWS");
    assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], json!(MAX_RECEIVES));
    assert_eq!(argument(&queue["RedrivePolicy"]["deadLetterTargetArn"], "Fn::GetAtt"), "DispatchDeadLetterQueue.Arn");
    let source = &dispatch["Events"]["Wakes"]["Properties"];
    assert_eq!(
        (&source["BatchSize"], &source["FunctionResponseTypes"]),
        (&json!(1), &json!(["ReportBatchItemFailures"]))
    );
}

#[test]
fn an_export_stays_hidden_until_its_worker_and_its_lease_are_over() {
    let (queue, exports) = (properties("ExportsQueue"), properties(deployed()[EXPORTS.name]));
    let visibility = queue["VisibilityTimeout"].as_i64().expect("seconds");
    assert_eq!(visibility, i64::from(EXPORTS_VISIBILITY_SECONDS));
    let timeout = exports["Timeout"].as_i64().expect("seconds");
    assert!(visibility >= 6 * timeout, "required by AWS");
    assert!(EXPORT_LEASE.num_seconds() > timeout, "no worker outlives its lease");
    assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], json!(MAX_RECEIVES));
    assert_eq!(argument(&queue["RedrivePolicy"]["deadLetterTargetArn"], "Fn::GetAtt"), "ExportsDeadLetterQueue.Arn");
    let source = &exports["Events"]["Exports"]["Properties"];
    assert_eq!(
        (&source["BatchSize"], &source["FunctionResponseTypes"]),
        (&json!(1), &json!(["ReportBatchItemFailures"]))
    );
}

#[test]
fn a_file_of_records_is_dropped_after_a_day_whatever_becomes_of_it() {
    let rules = properties("Bucket")["LifecycleConfiguration"]["Rules"].as_array().expect("rules");
    let of_exports = rules.iter().find(|rule| rule["Id"] == "exports").expect("a rule");
    let key = FileKey::of(&"yoigo".parse().expect("a name"), ExportId::generate(&SystemEntropy));
    assert!(key.as_str().starts_with(of_exports["Prefix"].as_str().expect("a prefix")));
    assert_eq!(
        (&of_exports["ExpirationInDays"], &of_exports["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn a_receipt_stays_hidden_until_its_worker_is_over() {
    let (queue, receipts) = (properties("ReceiptsQueue"), properties(deployed()[RECEIPTS.name]));
    let visibility = queue["VisibilityTimeout"].as_i64().expect("seconds");
    assert!(visibility >= 6 * receipts["Timeout"].as_i64().expect("seconds"), "required by AWS");
    assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], json!(MAX_RECEIVES));
    assert_eq!(argument(&queue["RedrivePolicy"]["deadLetterTargetArn"], "Fn::GetAtt"), "ReceiptsDeadLetterQueue.Arn");
    let source = &receipts["Events"]["Receipts"]["Properties"];
    assert_eq!(source["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
}

fn plausible(name: &str) -> Option<String> {
    let value = match name {
        "ACREDITA_CHANNELS" => "SMS,EMAIL",
        "ACREDITA_EMAIL_FROM" => "codes@acredita.example",
        "ACREDITA_EXTERNAL_PROVIDERS" => "*=VERIDAS,GOOGLE",
        "ACREDITA_GOOGLE_PROCESSOR" => "projects/p/locations/eu/processors/x",
        url if url.starts_with("ACREDITA_") && (url.ends_with("_URL") || url.ends_with("_ENDPOINT")) => {
            "https://plausible.example"
        }
        "ACREDITA_RETENTION_DAYS" => "90",
        "ACREDITA_ORGANISATION_RATE" => "100",
        "ACREDITA_ORIGIN_SECRETS" => "0123456789abcdef0123456789abcdef",
        "ACREDITA_ISSUER" | "ACREDITA_OFFICE_ORIGINS" => "https://plausible.example",
        "ACREDITA_TOKEN_HOURS" | "ACREDITA_JWKS_OUTAGE_HOURS" => "24",
        "ACREDITA_SMS_MAX_PRICE" => "0.10",
        "ACREDITA_SMS_SENDER" => "AWS",
        "ACREDITA_STATED_UPLOADS" => "false",
        "ACREDITA_SEARCH_SINCE" => "2026-12-01T00:00:00Z",
        "ACREDITA_SMS_COUNTRIES" => "ES",
        "ACREDITA_TEST_DESTINATIONS" => "+34600000001=123456",
        "ACREDITA_SCORINGS_A_DAY" => "100",
        "ACREDITA_EVENT_RETENTION_YEARS" => "5",
        ours if ours.starts_with("ACREDITA_") => "plausible",
        _ => return None,
    };
    Some(value.to_owned())
}

#[test]
fn functions_are_told_all_that_they_ask_for_and_nothing_else() {
    let asked = RefCell::new(BTreeSet::new());
    for sender in texts(&TEMPLATE["Parameters"]["SmsSender"]["AllowedValues"]) {
        let settings = Settings::from_env(|name| {
            asked.borrow_mut().insert(name.to_owned());
            if name == "ACREDITA_SMS_SENDER" { Some(sender.to_owned()) } else { plausible(name) }
        });
        let channels = settings.expect("a whole environment").policy.channels;
        assert_eq!(channels.len(), 2, "a channel that is off asks for less");
    }
    let ours = |name: &&String| name.starts_with("ACREDITA_");
    let variables = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"].as_object().expect("variables");
    assert_eq!(variables.keys().filter(ours).collect::<BTreeSet<_>>(), asked.borrow().iter().filter(ours).collect());
    for logical in deployed().into_values() {
        assert_eq!(properties(logical).get("Environment"), None, "{logical}: an environment of its own");
    }
}

#[test]
fn every_retention_that_can_be_chosen_is_one_that_functions_start_with() {
    for days in texts(&TEMPLATE["Parameters"]["RetentionDays"]["AllowedValues"]) {
        let env = |name: &str| {
            plausible(name).map(|value| if name == "ACREDITA_RETENTION_DAYS" { days.to_owned() } else { value })
        };
        assert!(Settings::from_env(env).is_ok(), "{days}");
    }
}

#[test]
fn nothing_is_deployed_without_an_issuer_its_audience_and_its_keys() {
    for name in ["JwksUrl", "Issuer", "Audience"] {
        let parameter = &TEMPLATE["Parameters"][name];
        assert!(parameter.is_object() && parameter.get("Default").is_none(), "{name} has a default");
        assert!(
            parameter["AllowedPattern"]
                .as_str()
                .is_some_and(|pattern| pattern.contains(r"\S") || pattern.contains(r"[^\s]")),
            "{name} may be empty"
        );
    }
}

#[test]
fn the_key_of_the_table_works_through_dynamodb_only() {
    for statement in statements(&properties("TableKeyPolicy")["PolicyDocument"]) {
        assert_eq!(argument(&statement["Resource"], "Fn::GetAtt"), "DataKey.Arn");
        let service = argument(&statement["Condition"]["StringEquals"]["kms:ViaService"], "Fn::Sub");
        assert!(service.starts_with("dynamodb."), "{service}");
    }
}

#[test]
fn data_is_encrypted_and_outlives_the_stack() {
    for resource in ["Table", "Bucket", "DataKey", "CodeKeys"] {
        assert_eq!(TEMPLATE["Resources"][resource]["DeletionPolicy"], "Retain", "{resource}");
        assert_eq!(TEMPLATE["Resources"][resource]["UpdateReplacePolicy"], "Retain", "{resource}");
    }
    let (table, bucket) = (properties("Table"), properties("Bucket"));
    assert_eq!(table["SSESpecification"]["SSEType"], "KMS");
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(
        bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"],
        "aws:kms"
    );
    assert_eq!(bucket.get("VersioningConfiguration"), None, "what is erased is gone");
    let blocked = bucket["PublicAccessBlockConfiguration"].as_object().expect("what is blocked");
    assert!(blocked.len() == 4 && blocked.values().all(|value| value == true), "{blocked:?}");
    for queue in ["Queue", "DeadLetterQueue", "DispatchQueue", "DispatchDeadLetterQueue"]
        .into_iter()
        .chain(["ReceiptsQueue", "ReceiptsDeadLetterQueue"])
    {
        assert_eq!(properties(queue)["KmsMasterKeyId"], json!({ "Ref": "DataKey" }), "{queue}");
    }
}

#[test]
fn the_bucket_drops_a_picture_only_after_the_table_has_dropped_what_it_belongs_to() {
    let days = TEMPLATE["Parameters"]["RetentionDays"]["AllowedValues"].as_array().expect("retentions");
    let expiry = TEMPLATE["Mappings"]["PictureExpiry"].as_object().expect("expiries");
    assert_eq!(sorted(days.iter().filter_map(Value::as_str)), sorted(expiry.keys().map(String::as_str)));
    for (days, expiry) in expiry {
        assert_eq!(expiry["Days"].as_i64(), days.parse::<i64>().ok().map(|days| days + LIFE_AND_GRACE), "{days}");
    }
}

#[test]
fn logs_say_nothing_of_who_called() {
    let format = properties("Stage")["AccessLogSettings"]["Format"].as_str().expect("a format");
    let fields = format.split("$context.").skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    let harmless = [
        "requestId",
        "requestTimeEpoch",
        "routeKey",
        "status",
        "responseLatency",
        "integrationLatency",
        "integrationStatus",
        "responseLength",
    ];
    assert_eq!(sorted(fields), sorted(harmless));
    assert!(!format.contains('\n') && serde_json::from_str::<Value>(format).is_ok(), "one line of JSON each");
    // Below that level the SDK logs numbers and texts.
    assert_eq!(TEMPLATE["Parameters"]["LogLevel"]["AllowedValues"], json!(["warn", "info"]));
}

/// `tests/e2e` checks that notify writes such a line.
#[test]
fn messages_that_are_refused_are_counted_and_ring() {
    let filter = properties("RefusedMessages");
    assert_eq!(filter["LogGroupName"], properties(deployed()[NOTIFY.name])["LoggingConfig"]["LogGroup"]);
    assert_eq!(filter["FilterPattern"], r#"{ $.refused = "*" }"#);
    let counted = &filter["MetricTransformations"][0];
    let alarm = properties("RefusedMessagesAlarm");
    let watched = &alarm["Metrics"][1]["MetricStat"]["Metric"];
    assert_eq!((&watched["Namespace"], &watched["MetricName"]), (&counted["MetricNamespace"], &counted["MetricName"]));
    assert!(alarm["Metrics"][0]["Expression"].as_str().is_some_and(|expression| expression.contains("refused")));
    for (name, alarm) in resources("AWS::CloudWatch::Alarm") {
        assert!(
            alarm["Properties"]["AlarmActions"].is_object() && alarm["Properties"]["OKActions"].is_object(),
            "{name} rings nowhere"
        );
    }
}

#[test]
fn every_function_is_on_the_dashboard_and_in_the_alarms() {
    let dashboard = argument(&properties("Dashboard")["DashboardBody"], "Fn::Sub");
    let dashboard: Value = serde_json::from_str(dashboard).expect("JSON, as what is put in are names");
    let shown = |metric: &str| {
        let metrics = dashboard["widgets"]
            .as_array()
            .expect("widgets")
            .iter()
            .flat_map(|widget| widget["properties"]["metrics"].as_array());
        let of_functions = metrics.flatten().filter(|line| line[0] == "AWS/Lambda" && line[1] == metric);
        of_functions.filter_map(|line| line[3].as_str().map(str::to_owned)).collect::<BTreeSet<_>>()
    };
    let watched = |alarm: &str| {
        let metrics = properties(alarm)["Metrics"].as_array().expect("metrics").iter();
        let functions =
            metrics.filter_map(|metric| metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"].as_str());
        functions.map(|function| format!("${{{function}}}")).collect::<BTreeSet<_>>()
    };
    let all: BTreeSet<_> = deployed().into_values().map(|function| format!("${{{function}}}")).collect();
    // Ten functions are the most in one alarm.
    let errors = &watched("FunctionErrorsAlarm") | &watched("WebhookErrorsAlarm");
    let throttles = &watched("FunctionThrottlesAlarm") | &watched("WebhookThrottlesAlarm");
    for found in [shown("Duration"), shown("Errors"), errors, throttles] {
        assert_eq!(found, all);
    }
}

#[test]
fn the_bucket_drops_uploads_after_a_day_and_no_other_picture_before_its_time() {
    let (org, id) =
        ("yoigo".parse().expect("an organisation"), "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11".parse().expect("an id"));
    let rules = properties("Bucket")["LifecycleConfiguration"]["Rules"].as_array().expect("rules");
    let rule = |id: &str| rules.iter().find(|rule| rule["Id"] == id).unwrap_or_else(|| panic!("a rule {id}"));
    let prefix = rule("uploads")["Prefix"].as_str().expect("a prefix");
    assert_eq!(rule("uploads")["ExpirationInDays"], 1);
    assert!(PicturePrefix::uploads(&org, id).as_str().starts_with(prefix));
    assert!(
        prefix.split('/').next().is_some_and(|folder| folder.parse::<OrgId>().is_err()),
        "an organisation's folder"
    );
    assert_eq!(rule("unfinished-uploads")["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"], 1);
    assert!(rules.iter().all(|rule| rule["Status"] == "Enabled"));
}

#[test]
fn every_parameter_is_explained_where_deploying_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/docs/DEPLOYING.md");
    let deploying = fs::read_to_string(path).expect("how to deploy");
    let parameters = TEMPLATE["Parameters"].as_object().expect("parameters");
    let unexplained: Vec<&String> =
        parameters.keys().filter(|name| !deploying.contains(&format!("`{name}`"))).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
}
