"""Makes one long series of calls of IAM, STS and S3 against an endpoint and writes what came back, step by step, as JSON."""
import json

from steps import client, finish, step


def allow(*actions):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]})


TRUST = json.dumps({"Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]})
SSH_KEY = ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7vbqajDhA3vO7P4oQ2mGkP7Nn0kUQHkbmI5l5dJj3sYd3K8O2v6ZcU8kXWqf0YfF2s2Kx"
           "j2e4Yk8z4o5h3n5qJH8l4m2g6c1r7l0u9p8b7v6t5s4x3z2w1q0y9i8o7a6d5f4g3h2j1k0m9n8b7v6c5x4z3l2k1j0h9g8f7d6s5a4 user@host")

iam, sts, s3 = client("iam"), client("sts"), client("s3")
ACCOUNT = "arn:aws:iam::123456789012:"

# Users
step("create user", iam.create_user, UserName="alice", Path="/team/", Tags=[{"Key": "lease", "Value": "1"}])
step("create it again", iam.create_user, UserName="alice")
step("create it in other letters", iam.create_user, UserName="ALICE")
step("create with bad characters", iam.create_user, UserName="al ice")
step("create with a long name", iam.create_user, UserName="a" * 65)
step("create with a bad path", iam.create_user, UserName="bad", Path="team")
step("create without a name", iam.create_user)
step("get user", iam.get_user, UserName="alice")
step("get unknown user", iam.get_user, UserName="ghost")
step("list users", iam.list_users, "IsTruncated", PathPrefix="/team/")
step("list users nowhere", iam.list_users, PathPrefix="/nowhere/")
step("tag user", iam.tag_user, UserName="alice", Tags=[{"Key": "owner", "Value": "ops"}])
step("list user tags", iam.list_user_tags, "Tags", UserName="alice")
step("untag user", iam.untag_user, UserName="alice", TagKeys=["owner"])
step("tag unknown user", iam.tag_user, UserName="ghost", Tags=[{"Key": "owner", "Value": "ops"}])

# Inline policies
step("put user policy", iam.put_user_policy, UserName="alice", PolicyName="inline", PolicyDocument=allow("s3:*"))
step("get user policy", iam.get_user_policy, "PolicyDocument", UserName="alice", PolicyName="inline")
step("list user policies", iam.list_user_policies, "PolicyNames", UserName="alice")
step("put broken policy", iam.put_user_policy, UserName="alice", PolicyName="broken", PolicyDocument="{")
step("put policy without resource", iam.put_user_policy, UserName="alice", PolicyName="broken",
     PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*"}}))
step("put policy with principal", iam.put_user_policy, UserName="alice", PolicyName="broken", PolicyDocument=TRUST)
step("put policy with bad action", iam.put_user_policy, UserName="alice", PolicyName="broken", PolicyDocument=allow("nothing"))
step("get unknown user policy", iam.get_user_policy, UserName="alice", PolicyName="ghost")
step("delete unknown user policy", iam.delete_user_policy, UserName="alice", PolicyName="ghost")

# Managed policies
step("create policy", iam.create_policy, PolicyName="managed", PolicyDocument=allow("ec2:Describe*"))
step("create it again ", iam.create_policy, PolicyName="managed", PolicyDocument=allow("ec2:Describe*"))
step("get policy", iam.get_policy, PolicyArn=ACCOUNT + "policy/managed")
step("get policy version", iam.get_policy_version, PolicyArn=ACCOUNT + "policy/managed", VersionId="v1")
step("create policy version", iam.create_policy_version, PolicyArn=ACCOUNT + "policy/managed", PolicyDocument=allow("s3:*"),
     SetAsDefault=True)
step("list policy versions", iam.list_policy_versions, PolicyArn=ACCOUNT + "policy/managed")
step("delete default version", iam.delete_policy_version, PolicyArn=ACCOUNT + "policy/managed", VersionId="v2")
step("delete old version", iam.delete_policy_version, PolicyArn=ACCOUNT + "policy/managed", VersionId="v1")
step("attach user policy", iam.attach_user_policy, UserName="alice", PolicyArn=ACCOUNT + "policy/managed")
step("attach it again", iam.attach_user_policy, UserName="alice", PolicyArn=ACCOUNT + "policy/managed")
step("attach AWS policy", iam.attach_user_policy, UserName="alice", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
step("attach unknown policy", iam.attach_user_policy, UserName="alice", PolicyArn=ACCOUNT + "policy/ghost")
step("list attached", iam.list_attached_user_policies, UserName="alice")
step("detach unattached", iam.detach_user_policy, UserName="alice", PolicyArn=ACCOUNT + "policy/ghost")
step("put boundary", iam.put_user_permissions_boundary, UserName="alice", PermissionsBoundary=ACCOUNT + "policy/managed")
step("get bounded user", iam.get_user, UserName="alice")
step("delete boundary", iam.delete_user_permissions_boundary, UserName="alice")

# Groups
step("create group", iam.create_group, GroupName="devs")
step("create group again", iam.create_group, GroupName="devs")
step("add user to group", iam.add_user_to_group, GroupName="devs", UserName="alice")
step("add user to unknown group", iam.add_user_to_group, GroupName="ghosts", UserName="alice")
step("add unknown user to group", iam.add_user_to_group, GroupName="devs", UserName="ghost")
step("get group", iam.get_group, GroupName="devs")
step("groups of user", iam.list_groups_for_user, UserName="alice")
step("put group policy", iam.put_group_policy, GroupName="devs", PolicyName="inline", PolicyDocument=allow("sqs:*"))
step("get group policy", iam.get_group_policy, GroupName="devs", PolicyName="inline")
step("list group policies", iam.list_group_policies, GroupName="devs")
step("attach group policy", iam.attach_group_policy, GroupName="devs", PolicyArn=ACCOUNT + "policy/managed")
step("list attached group policies", iam.list_attached_group_policies, GroupName="devs")

# Roles and sessions
step("create role", iam.create_role, RoleName="deploy", AssumeRolePolicyDocument=TRUST, MaxSessionDuration=7200)
step("create role again", iam.create_role, RoleName="deploy", AssumeRolePolicyDocument=TRUST)
step("get role", iam.get_role, RoleName="deploy")
step("get unknown role", iam.get_role, RoleName="ghost")
step("put role policy", iam.put_role_policy, RoleName="deploy", PolicyName="inline", PolicyDocument=allow("s3:*"))
step("list roles", iam.list_roles)
step("update role", iam.update_role, RoleName="deploy", MaxSessionDuration=3600)
step("caller identity", sts.get_caller_identity, "Account")
assumed = step("assume role", sts.assume_role, RoleArn=ACCOUNT + "role/deploy", RoleSessionName="session")
step("assume role for a short time", sts.assume_role, RoleArn=ACCOUNT + "role/deploy", RoleSessionName="session", DurationSeconds=60)
step("assume role for too long", sts.assume_role, RoleArn=ACCOUNT + "role/deploy", RoleSessionName="session", DurationSeconds=7200)
step("assume unknown role", sts.assume_role, RoleArn=ACCOUNT + "role/ghost", RoleSessionName="session")
step("federation token", sts.get_federation_token, Name="bob", Policy=allow("s3:*"))
step("session token", sts.get_session_token)
if assumed:
    keys = assumed["Credentials"]
    keys = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    step("identity of session", client("sts", keys).get_caller_identity, "Account", "Arn")

# Access keys
first = step("create key", iam.create_access_key, UserName="alice")
step("create second key", iam.create_access_key, UserName="alice")
step("create third key", iam.create_access_key, UserName="alice")
step("list keys", iam.list_access_keys, UserName="alice")
key = first["AccessKey"]["AccessKeyId"]
step("identity of user", client("sts", (key, first["AccessKey"]["SecretAccessKey"], None)).get_caller_identity, "Account", "Arn")
step("key last used", iam.get_access_key_last_used, "UserName", AccessKeyId=key)
step("deactivate key", iam.update_access_key, UserName="alice", AccessKeyId=key, Status="Inactive")
step("update unknown key", iam.update_access_key, UserName="alice", AccessKeyId="AKIA0000000000000000", Status="Inactive")
step("delete unknown key", iam.delete_access_key, UserName="alice", AccessKeyId="AKIA0000000000000000")

# What else a user can have
step("create login profile", iam.create_login_profile, UserName="alice", Password="Correct-Horse-9")
step("create login profile again", iam.create_login_profile, UserName="alice", Password="Correct-Horse-9")
step("get login profile", iam.get_login_profile, UserName="alice")
step("upload ssh key", iam.upload_ssh_public_key, UserName="alice", SSHPublicKeyBody=SSH_KEY)
step("list ssh keys", iam.list_ssh_public_keys, UserName="alice")
device = step("create mfa device", iam.create_virtual_mfa_device, VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
step("enable mfa device", iam.enable_mfa_device, UserName="alice", SerialNumber=device, AuthenticationCode1="123456",
     AuthenticationCode2="654321")
step("list mfa devices", iam.list_mfa_devices, UserName="alice")
step("list virtual mfa devices", iam.list_virtual_mfa_devices, AssignmentStatus="Assigned")
step("deactivate mfa device", iam.deactivate_mfa_device, UserName="alice", SerialNumber=device)
step("delete mfa device", iam.delete_virtual_mfa_device, SerialNumber=device)
step("list signing certificates", iam.list_signing_certificates, UserName="alice")

# Paging
for number in range(5):
    iam.create_user(UserName=f"page-{number}", Path="/pages/")
first_page = step("first page", iam.list_users, "IsTruncated", PathPrefix="/pages/", MaxItems=2)
step("second page", iam.list_users, "IsTruncated", PathPrefix="/pages/", MaxItems=2, Marker=first_page.get("Marker", "none"))

# S3
step("create bucket", s3.create_bucket, Bucket="conf-bucket")
step("create bucket with bad name", s3.create_bucket, Bucket="Conf_Bucket")
step("put object", s3.put_object, "ETag", Bucket="conf-bucket", Key="a/b c+d.txt", Body=b"hello", Metadata={"who": "me"})
step("get object", s3.get_object, "Body", "ETag", "Metadata", "ContentLength", Bucket="conf-bucket", Key="a/b c+d.txt")
step("get part of object", s3.get_object, "Body", "ContentRange", Bucket="conf-bucket", Key="a/b c+d.txt", Range="bytes=1-2")
step("head object", s3.head_object, "ContentLength", Bucket="conf-bucket", Key="a/b c+d.txt")
step("head unknown object", s3.head_object, Bucket="conf-bucket", Key="ghost")
step("get unknown object", s3.get_object, Bucket="conf-bucket", Key="ghost")
step("get from unknown bucket", s3.get_object, Bucket="ghost-bucket", Key="ghost")
step("list objects", s3.list_objects_v2, "KeyCount", "IsTruncated", Bucket="conf-bucket", Prefix="a/")
step("list prefixes", s3.list_objects_v2, "CommonPrefixes", "KeyCount", Bucket="conf-bucket", Delimiter="/")
step("list objects, version 1", s3.list_objects, "IsTruncated", Bucket="conf-bucket")
step("delete full bucket", s3.delete_bucket, Bucket="conf-bucket")
step("delete object", s3.delete_object, Bucket="conf-bucket", Key="a/b c+d.txt")
step("delete unknown object", s3.delete_object, Bucket="conf-bucket", Key="ghost")
step("head bucket", s3.head_bucket, Bucket="conf-bucket")
step("delete bucket", s3.delete_bucket, Bucket="conf-bucket")

# Taking a user apart, in the order that DeleteUser asks for
step("delete user too early", iam.delete_user, UserName="alice")
step("delete login profile", iam.delete_login_profile, UserName="alice")
for found in iam.list_ssh_public_keys(UserName="alice")["SSHPublicKeys"]:
    step("delete ssh key", iam.delete_ssh_public_key, UserName="alice", SSHPublicKeyId=found["SSHPublicKeyId"])
for found in iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]:
    step("delete key", iam.delete_access_key, UserName="alice", AccessKeyId=found["AccessKeyId"])
step("delete user policy", iam.delete_user_policy, UserName="alice", PolicyName="inline")
for found in iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]:
    step("detach user policy", iam.detach_user_policy, UserName="alice", PolicyArn=found["PolicyArn"])
step("remove from group", iam.remove_user_from_group, GroupName="devs", UserName="alice")
step("delete user", iam.delete_user, UserName="alice")
step("delete user again", iam.delete_user, UserName="alice")

# Deleting what is in use, on things of their own: where it works nevertheless, nothing above is disturbed.
iam.create_user(UserName="holder")
iam.create_policy(PolicyName="in-use", PolicyDocument=allow("s3:*"))
iam.attach_user_policy(UserName="holder", PolicyArn=ACCOUNT + "policy/in-use")
step("delete attached policy", iam.delete_policy, PolicyArn=ACCOUNT + "policy/in-use")
iam.add_user_to_group(GroupName="devs", UserName="holder")
step("delete group in use", iam.delete_group, GroupName="devs")
device = iam.create_virtual_mfa_device(VirtualMFADeviceName="in-use")["VirtualMFADevice"]["SerialNumber"]
iam.enable_mfa_device(UserName="holder", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")
step("delete mfa device in use", iam.delete_virtual_mfa_device, SerialNumber=device)
iam.create_user(UserName="member")
iam.create_group(GroupName="club")
iam.add_user_to_group(GroupName="club", UserName="member")
step("delete user in a group", iam.delete_user, UserName="member")

finish()
