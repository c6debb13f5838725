//! The start of a function from its settings.

use acredita_domain::{
    App, Error, Request,
    actor::Actor,
    expires_in::ExpiresIn,
    ids::OrgId,
    otp::{Channel, Delivery, Destination},
    pictures::{PictureFormat, PictureKey, Sha256Digest},
    reference::Reference,
    stores::Stores,
    use_cases::{CreateOtp, create_otp_identification},
};
use acredita_outbound::Outbound;
use acredita_service::{Root, Settings, WarmUp};
use acredita_testing::scripted::{Reply, Scripted, error};
use aws_types::SdkConfig;

fn settings(more: &[(&str, &str)]) -> Settings {
    let env = |name: &str| match name {
        "ACREDITA_TABLE" => Some("identity".to_owned()),
        "ACREDITA_BUCKET" => Some("pictures".to_owned()),
        "ACREDITA_DISPATCH_QUEUE_URL" => Some("https://sqs.eu-west-1.amazonaws.com/1/dispatch".to_owned()),
        "ACREDITA_EXPORTS_QUEUE_URL" => Some("https://sqs.eu-west-1.amazonaws.com/1/exports".to_owned()),
        "ACREDITA_QUEUE_URL" => Some("https://sqs.eu-west-1.amazonaws.com/1/messages".to_owned()),
        "ACREDITA_RETENTION_DAYS" => Some("90".to_owned()),
        "ACREDITA_CODE_KEYS_SECRET" => Some("codes".to_owned()),
        "ACREDITA_JWKS_URL" => Some("https://issuer.example/jwks.json".to_owned()),
        "ACREDITA_ISSUER" => Some("https://issuer.example/".to_owned()),
        "ACREDITA_AUDIENCE" => Some("acredita".to_owned()),
        _ => more.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()),
    };
    Settings::from_env(env).expect("a complete environment")
}

fn root(settings: &Settings, sdk: &SdkConfig) -> Root {
    Root::new(settings.clone(), sdk.clone(), Outbound::default())
}

fn app(settings: &Settings, sdk: &SdkConfig) -> App {
    root(settings, sdk).app(Stores::all)
}

fn org() -> OrgId {
    "yoigo".parse().expect("an organisation")
}

#[tokio::test]
async fn the_warm_up_reads_one_item_of_the_table_and_does_not_care_what_comes() {
    for reply in
        [Reply::Http(200, "{}".to_owned()), error(400, "AccessDeniedException", ""), Reply::Broken, Reply::Silence]
    {
        let aws = Scripted::default();
        aws.always(reply.clone());
        WarmUp::Identifications.read(&app(&settings(&[]), &aws.sdk())).await;
        let asked = aws.asked();
        let once = matches!(reply, Reply::Http(..));
        assert!(asked.len() == 1 || !once, "{reply:?}");
        assert_eq!(asked[0].target, "DynamoDB_20120810.GetItem");
        assert_eq!(asked[0].json()["TableName"], "identity");
        assert_eq!(asked[0].json()["Key"]["pk"]["S"], "IDN#00000000-0000-4000-8000-000000000000");
    }
}

#[tokio::test]
async fn who_may_not_read_identifications_warms_up_by_a_scoring() {
    let aws = Scripted::answering([Reply::Http(200, "{}".to_owned())]);
    WarmUp::Scorings.read(&app(&settings(&[]), &aws.sdk())).await;
    let asked = aws.asked();
    assert_eq!((asked.len(), asked[0].target.as_str()), (1, "DynamoDB_20120810.GetItem"));
    assert_eq!(asked[0].json()["Key"]["pk"]["S"], "SCO#00000000-0000-4000-8000-000000000000");
}

#[tokio::test]
async fn the_warm_up_of_the_keys_reads_the_secret() {
    let aws = Scripted::default();
    aws.always(error(400, "AccessDeniedException", ""));
    WarmUp::Codes.read(&app(&settings(&[]), &aws.sdk())).await;
    let asked = aws.asked();
    let secrets: Vec<_> = asked.iter().filter(|asked| asked.target == "secretsmanager.GetSecretValue").collect();
    assert_eq!((asked.len(), secrets.len()), (2, 1), "and the table");
    assert_eq!(secrets[0].json()["SecretId"], "codes");
}

#[tokio::test]
async fn endpoints_are_the_sdks_and_not_overwritten() {
    let aws = Scripted::default();
    let elsewhere = aws.sdk().into_builder().endpoint_url("http://aws.test:4566").build();
    for (sdk, hosts) in [
        (
            aws.sdk(),
            [
                "https://dynamodb.eu-west-1.amazonaws.com",
                "https://pictures.s3.eu-west-1.amazonaws.com/",
                "https://sqs.eu-west-1.amazonaws.com",
            ],
        ),
        (elsewhere, ["http://aws.test:4566", "http://aws.test:4566/pictures/", "http://aws.test:4566"]),
    ] {
        aws.always(Reply::Http(200, "{}".to_owned()));
        let app = app(&settings(&[]), &sdk);
        WarmUp::Identifications.read(&app).await;
        let nobody = "00000000-0000-4000-8000-000000000000".parse().expect("an id");
        let key = PictureKey::evidence(&org(), nobody, &Sha256Digest::of(b"picture"));
        app.stores.pictures.put(&key, PictureFormat::Png, b"picture"[..].into()).await.expect("put");
        let reference = acredita_domain::ports::MessageRef {
            message_id: "00000000-0000-4000-8000-000000000001".parse().expect("an id"),
            identification_id: nobody,
        };
        let _ = app.queue.kick(reference).await;
        let asked = aws.asked();
        for (asked, host) in asked.iter().zip(hosts) {
            assert!(asked.uri.starts_with(host), "{} at {host}", asked.uri);
        }
        assert!(asked.len() >= 3);
    }
}

#[tokio::test]
async fn a_deployment_sends_on_the_channels_that_it_is_given() {
    let aws = Scripted::default();
    let none = settings(&[]);
    let both = settings(&[
        ("ACREDITA_CHANNELS", "SMS,EMAIL"),
        ("ACREDITA_SMS_ORIGINATION_IDENTITY", "pool-1"),
        ("ACREDITA_EMAIL_FROM", "codes@acredita.example"),
    ]);
    assert_eq!(app(&none, &aws.sdk()).policy.channels, []);
    assert_eq!(app(&both, &aws.sdk()).policy.channels, [Channel::Sms, Channel::Email]);
    let has = |settings| {
        let senders = root(settings, &aws.sdk()).senders();
        (senders.has(Channel::Sms), senders.has(Channel::Email))
    };
    assert_eq!((has(&none), has(&both)), ((false, false), (true, true)));
    let infobip = settings(&[
        ("ACREDITA_CHANNELS", "SMS"),
        ("ACREDITA_SMS_SENDER", "INFOBIP"),
        ("ACREDITA_INFOBIP_URL", "https://xyz.api.infobip.com"),
        ("ACREDITA_INFOBIP_SENDER", "Acredita"),
        ("ACREDITA_INFOBIP_SECRET", "infobip"),
    ]);
    assert_eq!(has(&infobip), (true, false));
    assert!(aws.asked().is_empty(), "a key is read when it is first needed");
}

#[tokio::test]
async fn a_code_on_a_channel_that_nothing_is_sent_on_is_not_even_created() {
    let aws = Scripted::default();
    let app = app(&settings(&[]), &aws.sdk());
    let address = Destination::Email("james@email.com".parse().expect("an address"));
    let expires_in: ExpiresIn = "PT1H".parse().expect("a duration");
    let command = CreateOtp {
        actor: Actor::default(),
        delivery: Delivery::Sent(address),
        second_factor: None,
        reference: Reference::default(),
        expires_in,
    };
    let Err(refused) = create_otp_identification(&app, &Request::system(&org()), command, None).await else {
        panic!("created")
    };
    assert!(matches!(refused, Error::BadField { pointer: "/channel/type", .. }), "{refused}");
    assert!(aws.asked().is_empty());
}
