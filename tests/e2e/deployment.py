"""Deploys `template.yaml` as `sam package` and `sam deploy` would, and finds its resources."""

import base64
import hashlib
import http.client
import json
import platform
import subprocess
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from samtranslator.yaml_helper import yaml_parse

from stand_ins import AUDIENCE, ISSUER

STACK = "acredita"
ARTIFACTS = "artifacts"
FUNCTION = "AWS::Serverless::Function"
TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"

PARAMETERS = {
    "JwksUrl": "https://issuer.example/jwks.json",
    "Issuer": ISSUER,
    "Audience": AUDIENCE,
    "SmsOriginationIdentity": "phone-0123456789abcdef0123456789abcdef",
    "EmailFrom": "codes@acredita.example",
    "EmailConfigurationSet": "codes",
    "DeletionProtection": "false",
    "Architecture": {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()),
}


def not_emulated(resource):
    """Whether CloudFormation of the emulator refuses a resource that AWS takes: alarms on more than one metric, and what SES reports."""
    if resource["Type"] in ("AWS::SES::ConfigurationSet", "AWS::SES::ConfigurationSetEventDestination"):
        return True
    return resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]


def eventually(what, look, seconds=30):
    """Polls until there is a value, and returns it."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)
    return seen


class Deployment:
    """The stack, on the emulator at `endpoint`."""

    def __init__(self, endpoint, binaries):
        self._endpoint, self._binaries = endpoint, Path(binaries)
        self.template = yaml_parse(TEMPLATE.read_text())
        self.left_out = [name for name, resource in self.template["Resources"].items() if not_emulated(resource)]
        # What stands in front of the gateway is off by default.
        self.off = [name for name, resource in self.template["Resources"].items() if "Condition" in resource]
        # The functions by their logical ids, with the names of their binaries.
        self.functions = {
            name: resource["Metadata"]["BuildProperties"]["Binary"]
            for name, resource in self.template["Resources"].items()
            if resource["Type"] == FUNCTION
        }
        self.code = {}
        self.outputs = {}

    def client(self, service):
        """A client of the SDK. It does not retry: nothing here is expected to fail temporarily."""
        config = Config(retries={"total_max_attempts": 1}, read_timeout=60)
        return boto3.client(service, endpoint_url=self._endpoint, config=config)

    def deploy(self):
        """Packages and creates the stack, and remembers its outputs."""
        s3, cloudformation = self.client("s3"), self.client("cloudformation")
        s3.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
        packaged = self._package(s3)
        # By URL, because the template is longer than a request may be.
        s3.put_object(Bucket=ARTIFACTS, Key="template.json", Body=json.dumps(packaged).encode())
        cloudformation.create_stack(
            StackName=STACK,
            TemplateURL=f"{self._endpoint}/{ARTIFACTS}/template.json",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        stack = eventually("the stack is made", lambda: self._settled(cloudformation), seconds=60)
        assert stack["StackStatus"] == "CREATE_COMPLETE", self._reasons(cloudformation)
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def _package(self, s3):
        """The template with the location of the code in the bucket, and without resources that are not emulated."""
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:
            zips = pool.map(lambda binary: _zip(self._binaries / binary, Path(folder) / binary), self.functions.values())
            self.code = dict(zip(self.functions, zips))
        resources = {name: resource for name, resource in self.template["Resources"].items() if name not in self.left_out}
        for name, code in self.code.items():
            key = f"{self.functions[name]}.zip"
            s3.put_object(Bucket=ARTIFACTS, Key=key, Body=code)
            properties = {**resources[name]["Properties"], "CodeUri": {"Bucket": ARTIFACTS, "Key": key}}
            resources[name] = {**resources[name], "Properties": properties}
        return {**self.template, "Resources": resources}

    @staticmethod
    def _settled(cloudformation):
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        return None if stack["StackStatus"] in ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS") else stack

    @staticmethod
    def _reasons(cloudformation):
        events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
        return "; ".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in failed)

    def connect(self, outside):
        """Points the functions at the emulator, the issuer and the message providers.

        On AWS the SDK knows the endpoints, and the issuer has a certificate.
        """
        lambda_ = self.client("lambda")
        for name in self.function_names():
            variables = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            variables |= {"AWS_ENDPOINT_URL": self._endpoint, "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": outside, "AWS_ENDPOINT_URL_SESV2": outside}
            if "ACREDITA_JWKS_URL" in variables:
                variables["ACREDITA_JWKS_URL"] = f"{outside}/jwks.json"
            lambda_.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        # In the emulator a number from a parameter remains a string, on which its poller fails.
        for mapping in lambda_.list_event_source_mappings()["EventSourceMappings"]:
            concurrency = int(mapping["ScalingConfig"]["MaximumConcurrency"])
            lambda_.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": concurrency})

    def function_names(self):
        """The names that the functions are deployed under."""
        return [f"{STACK}-{binary}" for binary in self.functions.values()]

    def digest_of(self, name):
        """Lambda's digest of code: the SHA-256 of its zip."""
        return base64.b64encode(hashlib.sha256(self.code[name]).digest()).decode()

    def invoke(self, binary, event):
        """Sends an event to a function, and returns its answer."""
        answer = self.client("lambda").invoke(FunctionName=f"{STACK}-{binary}", Payload=json.dumps(event).encode())
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, f"{binary}: {payload}"
        return payload

    def http(self, method, path, body=None, headers=None):
        """A request to the deployed HTTP API: the status, the headers and the JSON of its answer."""
        # No resolver knows the API's host name, so the request goes to the emulator with that name in `Host`.
        connection = http.client.HTTPConnection(urlsplit(self._endpoint).netloc, timeout=60)
        payload = None if body is None else json.dumps(body)
        sent = {"Host": urlsplit(self.outputs["ApiUrl"]).netloc, "Content-Type": "application/json", "User-Agent": "e2e/1.0", **(headers or {})}
        try:
            connection.request(method, path, payload, sent)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        return response.status, dict(response.getheaders()), json.loads(answer) if answer else None


def _zip(binary, folder):
    """Zips a binary for Lambda: without debug information, under the name `bootstrap`."""
    folder.mkdir()
    bootstrap, package = folder / "bootstrap", folder / "package.zip"
    subprocess.run(["strip", "-o", bootstrap, binary], check=True)
    # Lightly compressed: it stays on this machine.
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(bootstrap, "bootstrap")
    return package.read_bytes()
