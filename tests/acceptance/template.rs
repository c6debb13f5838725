//! `template.yaml`: it deploys what the code is, and lets each function do what its use cases do and nothing else.
//!
//! `infra/lint` checks that AWS would take the template; here is checked what no linter can know.

use acredita_aws::provision::{DEAD_LETTER_SECONDS, DUE_INDEX, DUE_PROJECTION, MAX_RECEIVES, TTL_ATTRIBUTE, VISIBILITY_SECONDS};
use acredita_domain::use_cases::LEASE;
use acredita_local::gateway::functions;
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::LazyLock,
};

const TOKENS: &[&str] = &["JWKS_URL", "ISSUER", "AUDIENCE", "ORGANISATIONS_CLAIM", "PERMISSIONS_CLAIM", "SCOPE_CLAIM"];
/// The longest that an identification lives, and how long after its retention the table may drop it. Days.
const LIFE_AND_GRACE: i64 = 30 + 7;

/// A function as it has to be deployed.
struct Function {
    name: &'static str,
    http: bool,
    /// What of its environment begins with `ACREDITA_`, besides the table and, of an HTTP function, [`TOKENS`].
    variables: &'static [&'static str],
    /// Actions on the table, and the kinds of items.
    table: (&'static [&'static str], &'static [&'static str]),
    /// All other actions, besides logging and keys.
    others: &'static [&'static str],
    /// The services that it uses the key through, besides DynamoDB.
    keys: &'static [&'static str],
}

const ADMIN: &[&str] = &["DeleteItem", "GetItem", "PutItem", "UpdateItem"];
const ERASE: &[&str] = &["s3:DeleteObject", "s3:ListBucket"];
const SEND: &str = "sqs:SendMessage";
const SECRET: &str = "secretsmanager:GetSecretValue";

/// Every function. The actions are those of the use cases that it calls, as `shared/aws` carries them out.
#[rustfmt::skip]
const FUNCTIONS: &[Function] = &[
    Function { name: "identification-agent-admin", http: true, variables: &["BUCKET", "RETENTION_DAYS"],
        table: (ADMIN, &["IDN", "ADM", "IDM", "ERA"]), others: ERASE, keys: &[] },
    Function { name: "identification-agent", http: true, variables: &["BUCKET"],
        table: (&["GetItem", "UpdateItem"], &["IDN"]), others: &["s3:DeleteObject", "s3:ListBucket", "s3:PutObject"], keys: &["s3"] },
    Function { name: "identification-otp-admin", http: true, variables: &["BUCKET", "QUEUE_URL", "RETENTION_DAYS", "CODE_KEYS_SECRET", "CHANNELS"],
        table: (ADMIN, &["IDN", "ADM", "IDM", "DST", "ERA"]), others: &["s3:DeleteObject", "s3:ListBucket", SECRET, SEND], keys: &["secretsmanager", "sqs"] },
    Function { name: "identification-otp", http: true, variables: &["QUEUE_URL", "CODE_KEYS_SECRET"],
        table: (&["GetItem", "PutItem", "UpdateItem"], &["IDN", "DST"]), others: &[SECRET, SEND], keys: &["secretsmanager", "sqs"] },
    Function { name: "identity-document-admin", http: true, variables: &["BUCKET", "RETENTION_DAYS"],
        table: (ADMIN, &["IDN", "ADM", "SCO", "IDM", "ERA"]), others: ERASE, keys: &[] },
    Function { name: "identity-document", http: true, variables: &[],
        table: (&["GetItem", "UpdateItem"], &["IDN", "SCO"]), others: &[], keys: &[] },
    Function { name: "scoring", http: true, variables: &["BUCKET", "RETENTION_DAYS"],
        table: (&["GetItem", "PutItem", "UpdateItem"], &["SCO", "IDM"]),
        others: &["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"], keys: &["s3"] },
    Function { name: "notify", http: false,
        variables: &["CODE_KEYS_SECRET", "SMS_ORIGINATION_IDENTITY", "SMS_CONFIGURATION_SET", "EMAIL_FROM", "EMAIL_CONFIGURATION_SET"],
        table: (&["ConditionCheckItem", "GetItem", "UpdateItem"], &["IDN"]),
        others: &[SECRET, "ses:SendEmail", "sms-voice:SendTextMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        keys: &["secretsmanager", "sqs"] },
    Function { name: "sweep", http: false, variables: &["BUCKET", "QUEUE_URL", "RETENTION_DAYS"],
        table: (ADMIN, &["IDN", "ADM", "SCO", "ERA"]), others: &["dynamodb:Query", "s3:DeleteObject", "s3:ListBucket", SEND], keys: &["sqs"] },
];

/// The template as JSON, with CloudFormation's short forms written out: `!Ref a` is `{"Ref": "a"}`, `!Sub a` is `{"Fn::Sub": "a"}`.
static TEMPLATE: LazyLock<Value> = LazyLock::new(|| {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml")).expect("a template");
    let documents = Yaml::load_from_str(&text).expect("YAML");
    to_json(&documents[0])
});

fn to_json(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(items) => items.iter().map(to_json).collect(),
        Yaml::Mapping(entries) => {
            let name = |key: &Yaml<'_>| key.as_str().expect("a key is a text").to_owned();
            Value::Object(entries.iter().map(|(key, value)| (name(key), to_json(value))).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tag, value) => {
            let name = match tag.suffix.as_str() {
                name @ ("Ref" | "Condition") => name.to_owned(),
                name => format!("Fn::{name}"),
            };
            json!({ name: to_json(value) })
        }
        other => panic!("nothing that a template has: {other:?}"),
    }
}

fn properties(resource: &str) -> &'static Value {
    &TEMPLATE["Resources"][resource]["Properties"]
}

/// The resources of a type, by their logical names.
fn resources(kind: &str) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let resources = TEMPLATE["Resources"].as_object().expect("resources");
    resources
        .iter()
        .filter(move |(_, resource)| resource["Type"] == kind)
        .map(|(name, resource)| (name.as_str(), resource))
}

/// The functions' logical names, by the names of what they run.
fn deployed() -> BTreeMap<&'static str, &'static str> {
    let binary = |resource: &'static Value| resource["Metadata"]["BuildProperties"]["Binary"].as_str().expect("what it runs");
    resources("AWS::Serverless::Function").map(|(name, resource)| (binary(resource), name)).collect()
}

/// A text, or a list of texts.
fn texts(value: &'static Value) -> Vec<&'static str> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        text => text.as_str().into_iter().collect(),
    }
}

/// The argument of one of CloudFormation's functions.
fn argument(value: &'static Value, function: &str) -> &'static str {
    value[function].as_str().unwrap_or_else(|| panic!("not a {function}: {value}"))
}

fn statements(policy: &'static Value) -> impl Iterator<Item = &'static Value> {
    policy["Statement"].as_array().expect("statements").iter()
}

/// What a function's own role says, whether or not a condition of the template leaves some of it out.
fn allowed(logical: &str) -> Vec<&'static Value> {
    let role = properties(argument(&properties(logical)["Role"], "Fn::GetAtt").trim_end_matches(".Arn"));
    assert_eq!(role["ManagedPolicyArns"], json!([{ "Ref": "TableKeyPolicy" }]), "{logical}: nothing of AWS's own policies");
    let policies = role["Policies"].as_array().expect("policies").iter();
    let own: Vec<_> = policies
        .flat_map(|policy| statements(&policy["PolicyDocument"]))
        .map(|statement| statement.get("Fn::If").map_or(statement, |branches| &branches[1]))
        .collect();
    assert!(own.iter().all(|statement| statement["Effect"] == "Allow"), "{logical}");
    own
}

/// Whether a statement is about the table itself, rather than its index.
fn is_on_table(statement: &Value) -> bool {
    statement["Resource"]["Fn::GetAtt"] == "Table.Arn"
}

fn sorted(items: impl IntoIterator<Item = &'static str>) -> BTreeSet<&'static str> {
    items.into_iter().collect()
}

/// A path with its parameters' names taken out: the gateway and the functions name them differently.
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
            .filter(|key| ["get", "put", "post", "delete"].contains(&key.as_str()));
        methods
            .map(|method| format!("{} {}", method.to_uppercase(), without_names(path)))
            .collect::<Vec<_>>()
    })
}

#[test]
fn every_operation_is_routed_to_the_function_that_serves_it_and_nothing_else_is() {
    let logical = deployed();
    let mut served = BTreeMap::new();
    for (function, router) in functions() {
        let document = serde_json::to_value(router.split_for_parts().1).expect("an OpenAPI document");
        served.extend(operations(&document).map(|operation| (operation, logical[function].to_owned())));
    }
    let published = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/openapi.json")).expect("an OpenAPI document");
    let published: BTreeSet<_> = operations(&serde_json::from_str(&published).expect("JSON")).collect();
    assert_eq!(published, served.keys().cloned().collect(), "the published operations are the functions'");

    let mut routed = BTreeMap::new();
    for (name, route) in resources("AWS::ApiGatewayV2::Route") {
        let (method, path) = route["Properties"]["RouteKey"]
            .as_str()
            .and_then(|key| key.split_once(' '))
            .expect("a method and a path");
        let target = argument(&route["Properties"]["Target"], "Fn::Sub");
        let integration = target
            .strip_prefix("integrations/${")
            .and_then(|name| name.strip_suffix('}'))
            .expect("an integration");
        let function = argument(&properties(integration)["IntegrationUri"], "Fn::GetAtt").trim_end_matches(".Arn");
        let twice = routed.insert(format!("{method} {}", without_names(path)), function.to_owned());
        assert_eq!(twice, None, "{name} is there twice");
    }
    assert_eq!(routed, served);
}

#[test]
fn the_gateway_may_call_the_functions_that_serve_http_and_waits_longer_than_they_run() {
    let logical = deployed();
    assert_eq!(logical.keys().copied().collect::<BTreeSet<_>>(), sorted(FUNCTIONS.iter().map(|function| function.name)));
    let permitted: BTreeSet<_> = resources("AWS::Lambda::Permission")
        .map(|(_, resource)| argument(&resource["Properties"]["FunctionName"], "Ref"))
        .collect();
    assert_eq!(permitted, sorted(FUNCTIONS.iter().filter(|function| function.http).map(|function| logical[function.name])));

    let timeout = TEMPLATE["Globals"]["Function"]["Timeout"].as_i64().expect("seconds");
    for (name, integration) in resources("AWS::ApiGatewayV2::Integration") {
        assert_eq!(integration["Properties"]["PayloadFormatVersion"], "2.0", "{name}");
        assert!(integration["Properties"]["TimeoutInMillis"].as_i64().is_some_and(|wait| wait > timeout * 1000), "{name}");
    }
    for function in FUNCTIONS {
        let properties = properties(logical[function.name]);
        assert_eq!(argument(&properties["FunctionName"], "Fn::Sub"), format!("${{AWS::StackName}}-{}", function.name));
        assert!(!function.http || properties.get("Timeout").is_none(), "{}: not a timeout of its own", function.name);
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
    let index = json!([{
        "IndexName": DUE_INDEX,
        "KeySchema": [{ "AttributeName": "due_shard", "KeyType": "HASH" }, { "AttributeName": "due_at", "KeyType": "RANGE" }],
        "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": DUE_PROJECTION },
    }]);
    assert_eq!(table["GlobalSecondaryIndexes"], index);
    let types = [("pk", "S"), ("sk", "S"), ("due_shard", "S"), ("due_at", "N")];
    let types = types.map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind }));
    assert_eq!(table["AttributeDefinitions"], json!(types));
}

#[test]
fn a_message_stays_hidden_until_its_worker_and_its_lease_are_over() {
    let (queue, notify) = (properties("Queue"), properties(deployed()["notify"]));
    let visibility = queue["VisibilityTimeout"].as_i64().expect("seconds");
    assert_eq!(visibility, i64::from(VISIBILITY_SECONDS));
    assert!(visibility > LEASE.num_seconds());
    // What AWS asks for, so that a batch that is throttled is still hidden when its turn comes.
    assert!(visibility >= 6 * notify["Timeout"].as_i64().expect("seconds"));
    assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], json!(MAX_RECEIVES));
    assert_eq!(argument(&queue["RedrivePolicy"]["deadLetterTargetArn"], "Fn::GetAtt"), "DeadLetterQueue.Arn");
    assert_eq!(properties("DeadLetterQueue")["MessageRetentionPeriod"], json!(DEAD_LETTER_SECONDS));
    let source = &notify["Events"]["Messages"]["Properties"];
    assert_eq!(
        source["FunctionResponseTypes"],
        json!(["ReportBatchItemFailures"]),
        "one record failing is nobody else's business"
    );
}

#[test]
fn a_function_gets_the_variables_that_it_reads_and_no_others() {
    let logical = deployed();
    let shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"].as_object().expect("variables");
    for function in FUNCTIONS {
        let own = properties(logical[function.name])["Environment"]["Variables"].as_object().expect("variables");
        let tokens = if function.http { TOKENS } else { &[] };
        let ours = [&["TABLE"], tokens, function.variables].concat().into_iter().map(|name| format!("ACREDITA_{name}"));
        let mut expected: BTreeSet<String> = ours.chain(["RUST_LOG".to_owned()]).collect();
        expected.extend(function.http.then(|| "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH".to_owned()));
        let found: BTreeSet<String> = own.keys().chain(shared.keys()).cloned().collect();
        assert_eq!(found, expected, "{}", function.name);
    }
}

#[test]
fn a_function_may_do_what_its_use_cases_do_and_nothing_else() {
    let logical = deployed();
    for Function { name, table, others, keys, .. } in FUNCTIONS {
        let allowed = allowed(logical[name]);
        let is = |statement: &&'static Value, service: &str| texts(&statement["Action"]).iter().any(|action| action.starts_with(service));
        let on_table: Vec<_> = allowed.iter().filter(|statement| is_on_table(statement)).collect();
        let [on_table] = on_table[..] else {
            panic!("{name}: one statement on the table")
        };
        let actions = table.0.iter().map(|action| format!("dynamodb:{action}")).collect::<Vec<_>>();
        assert_eq!(
            texts(&on_table["Action"]).into_iter().map(str::to_owned).collect::<BTreeSet<_>>(),
            actions.into_iter().collect(),
            "{name}"
        );
        let kinds = table.1.iter().map(|kind| format!("{kind}#*")).collect::<Vec<_>>();
        assert_eq!(on_table["Condition"], json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": kinds } }), "{name}");

        let rest = allowed
            .iter()
            .filter(|statement| !is_on_table(statement) && !is(statement, "logs:") && !is(statement, "kms:"));
        assert_eq!(sorted(rest.flat_map(|statement| texts(&statement["Action"]))), sorted(others.iter().copied()), "{name}");

        let of_keys = allowed.iter().filter(|statement| is(statement, "kms:"));
        let through = of_keys.map(|statement| argument(&statement["Condition"]["StringEquals"]["kms:ViaService"], "Fn::Sub"));
        let through = sorted(through.map(|service| service.split('.').next().unwrap_or_default()));
        assert_eq!(through, sorted(keys.iter().copied()), "{name}");
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
            assert!(resources.iter().all(|resource| resource.is_object()), "{name}: a resource that is spelt out: {statement}");
        }
    }
}

#[test]
fn nobody_on_the_actors_side_may_delete_from_the_table() {
    let logical = deployed();
    for name in ["identification-agent", "identification-otp", "identity-document", "scoring", "notify"] {
        let actions: Vec<_> = allowed(logical[name]).into_iter().flat_map(|statement| texts(&statement["Action"])).collect();
        let deletes =
            |action: &&str| action.starts_with("dynamodb:") && (action.contains("Delete") || action.contains("Batch") || action.contains("Partiql"));
        assert!(!actions.iter().any(deletes), "{name}: {actions:?}");
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
    for queue in ["Queue", "DeadLetterQueue"] {
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
    // What the SDK writes below that level holds numbers and texts.
    assert_eq!(TEMPLATE["Parameters"]["LogLevel"]["AllowedValues"], json!(["error", "warn", "info"]));
}
