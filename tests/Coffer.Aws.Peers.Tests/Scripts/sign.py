"""Signs the requests on standard input (a JSON list) with botocore and writes what it made of them to standard output.

A request: method, url, headers, body, service, region, form (header | query | s3 | s3-query), token (or null).
"""
import json
import sys

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SIGNERS = {"header": SigV4Auth, "query": SigV4QueryAuth, "s3": S3SigV4Auth, "s3-query": S3SigV4QueryAuth}

answers = []
for given in json.load(sys.stdin):
    request = AWSRequest(
        method=given["method"], url=given["url"], data=given["body"].encode(), headers=dict(given["headers"]))
    keys = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", given["token"])
    SIGNERS[given["form"]](keys, given["service"], given["region"]).add_auth(request)
    prepared = request.prepare()
    answers.append({"url": prepared.url, "headers": {name: value if isinstance(value, str) else value.decode()
                                                     for name, value in prepared.headers.items()}})
json.dump(answers, sys.stdout)
