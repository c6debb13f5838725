"""Drives the deployed template on an emulator of AWS, and checks that all of it is there, that every function starts with
its settings from the template, and that a code, a picture and a poisoned message go where they should. `run` starts it.

Other tests cover the rest: `tests/acceptance` the contract; `tests/acceptance/template.rs`, `infra/lint` and AWS the
text of the template. The emulator does not check the permissions of roles.
"""

import base64
import json
import re
import sys
import time
import traceback
import uuid
from urllib.parse import urlsplit

from deployment import PARAMETERS, STACK, Deployment, eventually
from stand_ins import REFUSED, Outside

ORG = "yoigo"
V1 = f"/v1/orgs/{ORG}"
DEVICE = {"x-installation_id": "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11", "x-fingerprint": "f6a1c0", "x-location": "40.4168,-3.7038"}
POISON = '{"this": "is no reference to a message"}'
# One pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAMgAAADIAQAAAACFI5MzAAAAJ0lEQVR42u3JoQEAAAwCIP9/WvPCPoBK+okxxhhjjDHGGGOMMcYcA4uOdZZzS32eAAAAAElFTkSuQmCC"


class Drive:
    """The checks, in order: each is a method named after its claim. A later one may need resources of an earlier one."""

    def __init__(self, endpoint, binaries):
        self.outside = Outside()
        self.deployed = Deployment(endpoint, binaries)

    # --- What is deployed. ---

    def the_template_deploys(self):
        print(f"left out, as the emulator takes neither alarms on several metrics nor what SES reports: {', '.join(self.deployed.left_out)}")
        self.deployed.deploy()
        self.deployed.connect(self.outside.url)

    def every_resource_is_there(self):
        pages = self.deployed.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        made = {resource["LogicalResourceId"]: resource for page in pages for resource in page["StackResourceSummaries"]}
        unmade = [name for name, resource in made.items() if resource["ResourceStatus"] != "CREATE_COMPLETE"]
        missing = set(self.deployed.template["Resources"]) - set(made) - set(self.deployed.left_out) - set(self.deployed.off)
        assert not unmade and not missing, f"not made: {unmade}, missing: {missing}"
        # The resources that SAM makes from the events of two functions.
        types = {resource["ResourceType"] for resource in made.values()}
        assert {"AWS::Lambda::EventSourceMapping", "AWS::Events::Rule", "AWS::Lambda::EventInvokeConfig"} <= types, types

    def every_function_is_the_binary_that_was_built(self):
        functions = {function["FunctionName"]: function for function in self.deployed.client("lambda").list_functions()["Functions"]}
        assert sorted(functions) == sorted(self.deployed.function_names()), list(functions)
        for name, binary in self.deployed.functions.items():
            assert functions[f"{STACK}-{binary}"]["CodeSha256"] == self.deployed.digest_of(name), binary

    def the_gateway_leads_every_operation_to_a_function(self):
        resources = self.deployed.template["Resources"].values()
        written = {resource["Properties"]["RouteKey"] for resource in resources if resource["Type"] == "AWS::ApiGatewayV2::Route"}
        gateway, api = self.deployed.client("apigatewayv2"), self._api_id()
        integrations = {f"integrations/{item['IntegrationId']}": item for item in gateway.get_integrations(ApiId=api)["Items"]}
        routes = {route["RouteKey"]: integrations[route["Target"]] for route in gateway.get_routes(ApiId=api)["Items"]}
        assert written and set(routes) == written, set(routes) ^ written
        for key, integration in routes.items():
            function, version = integration["IntegrationUri"].rpartition(":")[2], integration["PayloadFormatVersion"]
            assert function in self.deployed.function_names() and version == "2.0", f"{key}: {integration}"

    def the_queue_wakes_notify_which_reports_single_records_as_failed(self):
        mapping = self._mapping()
        assert mapping["FunctionArn"].endswith(f":{STACK}-notify"), mapping
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"] and mapping["ScalingConfig"]["MaximumConcurrency"] == 10, mapping
        redrive = json.loads(self._queue_attributes()["RedrivePolicy"])
        assert redrive["deadLetterTargetArn"] == self.deployed.outputs["DeadLetterQueueArn"] and int(redrive["maxReceiveCount"]) == 5, redrive

    def the_keys_of_codes_are_made(self):
        secret = self.deployed.client("secretsmanager").get_secret_value(SecretId=self.deployed.outputs["CodeKeysSecretArn"])
        keys = json.loads(secret["SecretString"])
        # The set of characters is not checked: the emulator does not read that property.
        assert keys["older"] == [] and len(keys["newest"]) == 64, "not as the template says"

    # --- Over HTTP. ---

    def who_has_no_token_is_refused_by_the_function_and_who_has_no_route_by_the_gateway(self):
        status, headers, body = self.deployed.http("GET", f"{V1}/identifications/otp/{uuid.uuid4()}")
        assert status == 401 and headers.get("www-authenticate") == "Bearer" and headers.get("cache-control") == "no-store" and body["errors"][0]["code"] == "MDOC_002", (status, headers, body)
        status, _, body = self._call("GET", f"{V1}/nothing")
        assert status == 404 and "errors" not in body, (status, body)

    def every_http_function_starts_knows_the_issuer_and_finds_the_table(self):
        resources = self.deployed.template["Resources"]
        integrations = {f"integrations/${{{name}}}" for name, resource in resources.items() if resource["Type"] == "AWS::ApiGatewayV2::Integration"}
        # One route of each, whose request needs only an id, or not even that: every organisation has settings.
        routes = {}
        for resource in resources.values():
            if resource["Type"] == "AWS::ApiGatewayV2::Route":
                method, path = resource["Properties"]["RouteKey"].split(" ")
                if "{id}" in path and (method == "GET" or path.endswith("/close")) or (method, path) in [("GET", "/v1/orgs/{org_id}/settings"), ("GET", "/v1/orgs/{org_id}/reviews"), ("GET", "/office/{file}")]:
                    routes[resource["Properties"]["Target"]["Fn::Sub"]] = method, path.format(org_id=ORG, id=uuid.uuid4(), file="config.json")
        assert integrations and set(routes) == integrations, set(routes) ^ integrations
        for method, path in routes.values():
            status, _, body = self._call(method, path)
            found = status == 200 if path.endswith(("/settings", "/reviews", "/config.json")) else status == 404 and body["errors"][0]["code"] == "MDOC_003"
            assert found, f"{method} {path}: {status} {body}"

    def a_code_reaches_its_person_through_the_queue_and_is_good_once(self):
        created = self._create_otp("34600000001")
        code = self._code_sent_to("34600000001")
        path = f"{V1}/identifications/otp/{created['identification_id']}"
        wrong = "aaaaaa" if code != "aaaaaa" else "bbbbbb"
        for sent, expected in [(wrong, 400), (code, 204), (code, 409)]:
            status, _, body = self._call("PUT", f"{path}/validate", {"code": sent}, DEVICE)
            assert status == expected, f"expected {expected}: {status} {body}"
        status, _, metadata = self._call("GET", path)
        assert status == 200 and metadata["status"] == "VALIDATED", (status, metadata)
        self._queue_empties()

    def a_code_reaches_its_person_by_e_mail_in_the_persons_language(self):
        address = "anna@acredita.example"
        created = self._create_otp_by_email(address, "CA")
        email = eventually("an e-mail", lambda: self.outside.emails_to(address))[0]
        assert email["FromEmailAddress"] == PARAMETERS["EmailFrom"], email["FromEmailAddress"]
        tags = {tag["Name"]: tag["Value"] for tag in email["EmailTags"]}
        assert tags["identification_id"] == created["identification_id"], tags
        simple = email["Content"]["Simple"]
        assert simple["Subject"] == {"Data": f"{ORG}: el teu codi de verificació", "Charset": "UTF-8"}, simple["Subject"]
        found = re.fullmatch(rf"{ORG}: el teu codi és (\w{{6}})\. Val 10 minuts\. No el comparteixis amb ningú\.", simple["Body"]["Text"]["Data"])
        assert found, "the e-mail does not say what it should"
        validate = f"{V1}/identifications/otp/{created['identification_id']}/validate"
        status, _, body = self._call("PUT", validate, {"code": found[1]}, DEVICE)
        assert status == 204, (status, body)
        self._queue_empties()

    def an_e_mail_that_the_provider_refuses_is_given_up_and_counted(self):
        self._create_otp_by_email(REFUSED, "EN")
        logs = self.deployed.client("logs")
        filters = logs.describe_metric_filters(logGroupName=f"/aws/lambda/{STACK}-notify")["metricFilters"]
        patterns = {found["metricTransformations"][0]["metricName"]: found["filterPattern"] for found in filters}
        assert sorted(patterns) == ["RefusedMessages", "SentMessages", "UsedUpBudgets"], patterns
        counted = re.fullmatch(r'\{ \$\.(\w+) = "\*" \}', patterns["RefusedMessages"])
        assert counted, patterns
        # The emulator evaluates no filter: the test finds the lines that the filter finds on AWS.
        [refused] = eventually("a line of the log", lambda: [line for line in self._log_of_notify(logs) if isinstance(line.get(counted[1]), str)])
        assert (refused["channel"], refused["code"]) == ("EMAIL", "BadRequestException"), refused
        assert REFUSED not in json.dumps(refused), "the log names a person"
        # The codes that arrived before were counted as sent.
        name, value = re.fullmatch(r'\{ \$\.(\w+) = "(\w+)" \}', patterns["SentMessages"]).groups()
        assert any(line.get(name) == value for line in self._log_of_notify(logs)), "no message counts as sent"
        self._queue_empties()
        assert not self._receive_dead_letters(self.deployed.client("sqs")), "what is refused for good is not tried again"

    def a_picture_reaches_the_bucket_and_is_erased_with_its_identification(self):
        request = {"actor": actor("34600000002"), "personal_document_image": True, "expires_in": "PT1H"}
        status, _, created = self._call("POST", f"{V1}/identifications/agent", request)
        assert status == 201, (status, created)
        agent = f"{V1}/identifications/agent"
        request = {"agent": "maria", "evidence": PNG}
        status, _, body = self._call("POST", f"{agent}/{created['identification_id']}/validate", request, DEVICE)
        assert status == 204, (status, body)
        s3, bucket = self.deployed.client("s3"), self.deployed.outputs["BucketName"]
        pictures = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        assert len(pictures) == 1, [picture["Key"] for picture in pictures]
        assert s3.get_object(Bucket=bucket, Key=pictures[0]["Key"])["Body"].read() == base64.b64decode(PNG)
        status, _, body = self._call("DELETE", f"{agent}/{created['admin_identification_id']}?force=true")
        assert status == 204, (status, body)
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0, "the picture is still there"

    # --- Through the queue. ---

    def notify_answers_which_record_failed(self):
        nobody = json.dumps({"message_id": str(uuid.uuid4()), "identification_id": str(uuid.uuid4())})
        records = [{"messageId": "forgotten", "body": nobody}, {"messageId": "poisoned", "body": POISON}]
        answer = self.deployed.invoke("notify", {"Records": records})
        assert answer == {"batchItemFailures": [{"itemIdentifier": "poisoned"}]}, answer

    def a_poisoned_record_fails_alone_and_ends_among_the_dead_letters(self):
        sqs, lambda_ = self.deployed.client("sqs"), self.deployed.client("lambda")
        queue, phones = self.deployed.outputs["QueueUrl"], ["34600000003", "34600000004"]
        # Three records in one batch, the poisoned one in the middle; a second is long enough to wait for the next of
        # five tries.
        mapping = self._mapping()["UUID"]
        lambda_.update_event_source_mapping(UUID=mapping, Enabled=False, BatchSize=10)
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
        self._create_otp(phones[0])
        sqs.send_message(QueueUrl=queue, MessageBody=POISON)
        self._create_otp(phones[1])
        waiting = self._queue_attributes()["ApproximateNumberOfMessages"]
        assert waiting == "3", f"{waiting} messages wait"
        lambda_.update_event_source_mapping(UUID=mapping, Enabled=True)

        for phone in phones:
            self._code_sent_to(phone)
        dead = eventually("a dead letter", lambda: self._receive_dead_letters(sqs))
        assert [letter["Body"] for letter in dead] == [POISON], dead
        self._queue_empties()
        for phone in phones:
            assert len(self.outside.messages_to(phone)) == 1, f"{phone} got a message more than once"

    # --- On a schedule. ---

    def the_schedule_runs_the_sweep_which_finds_nothing_that_it_could_not_do(self):
        events = self.deployed.client("events")
        rules = [rule for rule in events.list_rules()["Rules"] if "ScheduleExpression" in rule]
        assert [(rule["ScheduleExpression"], rule["State"]) for rule in rules] == [("rate(1 minute)", "ENABLED")], rules
        targets = events.list_targets_by_rule(Rule=rules[0]["Name"])["Targets"]
        assert [target["Arn"].rpartition(":")[2] for target in targets] == [f"{STACK}-sweep"], targets
        tick = {
            "version": "0", "id": str(uuid.uuid4()), "detail-type": "Scheduled Event", "source": "aws.events", "account": "000000000000",
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "region": "eu-west-1", "resources": [rules[0]["Arn"]], "detail": {},
        }
        report = self.deployed.invoke("sweep", tick)
        assert sorted(report) == ["backfilled", "erased", "expired", "failed", "is_backfilling", "kicked", "lapsed", "oldest_review_minutes", "open_reviews", "woken"] and report["failed"] == 0, report

    # --- Helpers of the checks above. ---

    def _call(self, method, path, body=None, headers=None):
        authorization = {"Authorization": f"Bearer {self.outside.token(ORG)}"}
        return self.deployed.http(method, path, body, {**authorization, **(headers or {})})

    def _create_otp(self, phone):
        return self._create_otp_with({"actor": actor(phone), "expires_in": "PT1H", "channel": {"type": "SMS"}})

    def _create_otp_by_email(self, address, language):
        person = {"name": "Anna", "last_name": "Smith", "email": address, "language": language}
        return self._create_otp_with({"actor": person, "expires_in": "PT1H", "channel": {"type": "EMAIL"}})

    def _create_otp_with(self, request):
        status, _, created = self._call("POST", f"{V1}/identifications/otp", request)
        assert status == 201 and "code" not in created, (status, created)
        return created

    def _code_sent_to(self, phone):
        text = eventually(f"a message to {phone}", lambda: self.outside.messages_to(phone))[0]
        found = re.search(r"tu clave es (\w+)\.", text)
        assert found, "the message holds no code"
        return found[1]

    def _api_id(self):
        return urlsplit(self.deployed.outputs["ApiUrl"]).netloc.partition(".")[0]

    def _mapping(self):
        mappings = self.deployed.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        assert len(mappings) == 4, mappings
        return next(mapping for mapping in mappings if mapping["FunctionArn"].endswith("-notify"))

    def _queue_attributes(self):
        url = self.deployed.outputs["QueueUrl"]
        return self.deployed.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

    def _queue_empties(self):
        kinds = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        eventually("an empty queue", lambda: all(self._queue_attributes()[kind] == "0" for kind in kinds))

    def _log_of_notify(self, logs):
        """The lines that notify wrote, as CloudWatch reads them: those that are JSON."""
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{STACK}-notify")["events"]
        lines = [line for event in events for line in event["message"].splitlines() if line.startswith("{")]
        return [json.loads(line) for line in lines]

    def _receive_dead_letters(self, sqs):
        url = self.deployed.outputs["DeadLetterQueueUrl"]
        return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages")


def actor(phone):
    """A person with a phone, given in E.164 without the plus sign, who reads Spanish."""
    return {"name": "James", "last_name": "Smith", "msisdn": {"phone_number": phone[2:], "country_code": phone[:2]}, "language": "ES"}


def main(endpoint, binaries):
    drive = Drive(endpoint, binaries)
    checks = [name for name in vars(Drive) if not name.startswith("_")]
    failed = 0
    for number, name in enumerate(checks, 1):
        began = time.monotonic()
        try:
            getattr(drive, name)()
            verdict = "ok    "
        except Exception as error:
            failed += 1
            verdict = "FAILED"
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f"  {type(error).__name__} at {where.filename.rpartition('/')[2]}:{where.lineno}: {error}", file=sys.stderr)
        print(f"{verdict} {time.monotonic() - began:6.2f} s  {name.replace('_', ' ')}", flush=True)
        if failed and number == 1:
            break
    print(f"{number - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
