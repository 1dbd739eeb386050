"""A real S3 server (moto) on a free port, for the tests of the archive.

It makes a bucket and a user who may use it, checks the signature of every request from then on, and prints one line of
JSON: endpoint, bucket, region, access_key_id, secret_access_key. It ends with its standard input.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "clients"))

from venvs import Unreachable, python_of  # noqa: E402

HERE = Path(__file__).parent
#: Requests before signatures are checked: those that make the user and the bucket.
UNCHECKED = 4
REGION = "eu-central-1"
BUCKET = "logs"


def serve() -> None:
    os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = str(UNCHECKED)
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    nobody = {
        "endpoint_url": endpoint,
        "region_name": REGION,
        "aws_access_key_id": "x",
        "aws_secret_access_key": "x",
    }
    iam, s3 = boto3.client("iam", **nobody), boto3.client("s3", **nobody)
    iam.create_user(UserName="daybook")
    rights = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": rights, "Resource": "*"}]}
    iam.put_user_policy(UserName="daybook", PolicyName="archive", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="daybook")["AccessKey"]
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    about = {
        "endpoint": endpoint,
        "bucket": BUCKET,
        "region": REGION,
        "access_key_id": key["AccessKeyId"],
        "secret_access_key": key["SecretAccessKey"],
    }
    print(json.dumps(about), flush=True)
    sys.stdin.read()
    server.stop()


def main() -> None:
    if os.environ.get("DAYBOOK_S3_INSIDE"):
        serve()
        return
    try:
        python = python_of("s3", HERE / "requirements.txt")
    except Unreachable as error:
        raise SystemExit(f"PyPI cannot be reached: {error}") from error
    os.environ["DAYBOOK_S3_INSIDE"] = "1"
    os.execv(python, [str(python), *sys.argv])


if __name__ == "__main__":
    main()
