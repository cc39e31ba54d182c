"""Steps of a series of calls with boto3, and what came back: name, HTTP status, error code (or null) and the shape of the answer.

The shape is every path in the answer with its type. Values that one server makes up (ids, times, secrets) are not compared, only that
they are there; values that a step keeps are compared.
"""
import json
import sys
import urllib.error
import urllib.request
from xml.etree import ElementTree

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

URL = sys.argv[1]
CONFIG = Config(retries={"max_attempts": 0}, parameter_validation=False)
S3_CONFIG = CONFIG.merge(Config(signature_version="s3v4"))
ROOT = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None)


def client(service, keys=ROOT):
    return boto3.client(service, endpoint_url=URL, region_name="us-east-1", config=S3_CONFIG if service == "s3" else CONFIG, aws_access_key_id=keys[0],
                        aws_secret_access_key=keys[1], aws_session_token=keys[2])


results = []


def shape(value, path=""):
    if isinstance(value, dict):
        return sorted(line for key, inner in value.items() if key != "ResponseMetadata" for line in shape(inner, f"{path}/{key}"))
    if isinstance(value, list):
        lines = {line for inner in value for line in shape(inner, path + "[]")}
        return [f"{path}: list of {len(value)}"] + sorted(lines)
    return [f"{path}: {type(value).__name__}"]


def step(name, call, *keep, **parameters):
    try:
        answer = call(**parameters)
        for body in [key for key in answer if hasattr(answer[key], "read")]:
            answer[body] = answer[body].read().decode()
        metadata = answer["ResponseMetadata"]
        if not (metadata.get("RequestId") or metadata.get("HTTPHeaders", {}).get("x-amzn-requestid")):
            raise SystemExit(f"{name}: no request id")
        results.append({"name": name, "status": metadata["HTTPStatusCode"], "code": None, "shape": shape(answer),
                        "kept": {key: answer.get(key) for key in keep}})
        return answer
    except ClientError as error:
        results.append({"name": name, "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
                        "code": error.response["Error"]["Code"], "shape": [], "kept": {}})
        return None
    except ResponseParserError:
        results.append({"name": name, "status": 500, "code": "Unreadable", "shape": [], "kept": {}})
        return None


def fetch(name, method, url, body=None, *keep, **headers):
    """A request without a key, as one makes who was handed a presigned URL."""
    headers = {key.replace("_", "-"): value for key, value in headers.items()}
    if body is not None:
        headers.setdefault("Content-Type", "application/octet-stream")
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            text = answer.read().decode()
            results.append({"name": name, "status": answer.status, "code": None, "shape": [],
                            "kept": {"body": text, **{key: answer.headers.get(key) for key in keep}}})
    except urllib.error.HTTPError as error:
        results.append({"name": name, "status": error.code, "code": code_of(error.read()), "shape": [], "kept": {}})


def code_of(text):
    try:
        return ElementTree.fromstring(text).findtext("Code") if text else None
    except ElementTree.ParseError:
        return "Unreadable"


def finish():
    json.dump(results, sys.stdout, default=str)
