"""Uploads in parts, copies, deletions of many keys, tags, conditions and presigned URLs, against one endpoint, as JSON."""
import base64
import datetime
import hashlib

from steps import ROOT, client, fetch, finish, step

s3 = client("s3")
LARGE = b"0123456789abcdef" * (5 * 1024 * 1024 // 16)
LARGE_PLUS = LARGE + b"and more"


def parts(*pairs):
    return {"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in pairs]}


def etag(answer):
    return answer["ETag"] if answer else '"none"'


for bucket in ("objects", "others"):
    s3.create_bucket(Bucket=bucket)

# Uploads in parts
begun = step("begin upload", s3.create_multipart_upload, "Bucket", "Key", Bucket="objects", Key="dir/big one+",
             ContentType="text/plain", Metadata={"who": "me"}, Tagging="team=blue")
WHERE = {"Bucket": "objects", "Key": "dir/big one+", "UploadId": begun["UploadId"]}
second = step("upload last part first", s3.upload_part, "ETag", **WHERE, PartNumber=2, Body=b"tail")
first = step("upload large part", s3.upload_part, "ETag", **WHERE, PartNumber=1, Body=LARGE)
step("list parts", s3.list_parts, "IsTruncated", **WHERE)
step("list parts, first page", s3.list_parts, "IsTruncated", "NextPartNumberMarker", "MaxParts", **WHERE, MaxParts=1)
step("list parts, second page", s3.list_parts, "IsTruncated", **WHERE, PartNumberMarker=1)
step("list uploads", s3.list_multipart_uploads, "IsTruncated", Bucket="objects")
step("list uploads by prefix", s3.list_multipart_uploads, Bucket="objects", Prefix="dir/")
step("object before it is completed", s3.get_object, Bucket="objects", Key="dir/big one+")
step("complete in wrong order", s3.complete_multipart_upload, **WHERE, MultipartUpload=parts((2, etag(second)), (1, etag(first))))
step("complete with wrong etag", s3.complete_multipart_upload, **WHERE, MultipartUpload=parts((1, etag(second)), (2, etag(second))))
step("complete with unknown part", s3.complete_multipart_upload, **WHERE, MultipartUpload=parts((1, etag(first)), (7, etag(second))))
step("complete without parts", s3.complete_multipart_upload, **WHERE, MultipartUpload={"Parts": []})
step("complete", s3.complete_multipart_upload, "Bucket", "Key", "ETag", **WHERE,
     MultipartUpload=parts((1, etag(first)), (2, etag(second))))
step("head completed object", s3.head_object, "ETag", "ContentLength", "ContentType", "Metadata", Bucket="objects", Key="dir/big one+")
step("range across parts", s3.get_object, "Body", "ContentRange", Bucket="objects", Key="dir/big one+",
     Range=f"bytes={len(LARGE) - 4}-{len(LARGE) + 1}")
step("tags of completed object", s3.get_object_tagging, "TagSet", Bucket="objects", Key="dir/big one+")
step("complete again", s3.complete_multipart_upload, **WHERE, MultipartUpload=parts((1, etag(first)), (2, etag(second))))

small = s3.create_multipart_upload(Bucket="objects", Key="small")["UploadId"]
SMALL = {"Bucket": "objects", "Key": "small", "UploadId": small}
one = s3.upload_part(**SMALL, PartNumber=1, Body=b"one")
two = s3.upload_part(**SMALL, PartNumber=2, Body=b"two")
step("complete with small part", s3.complete_multipart_upload, **SMALL, MultipartUpload=parts((1, etag(one)), (2, etag(two))))
step("part number nought", s3.upload_part, **SMALL, PartNumber=0, Body=b"x")
step("part number too high", s3.upload_part, **SMALL, PartNumber=10001, Body=b"x")
step("abort", s3.abort_multipart_upload, **SMALL)
step("abort again", s3.abort_multipart_upload, **SMALL)
step("part of aborted upload", s3.upload_part, **SMALL, PartNumber=1, Body=b"x")
step("list parts of aborted upload", s3.list_parts, **SMALL)
step("complete aborted upload", s3.complete_multipart_upload, **SMALL, MultipartUpload=parts((1, etag(one))))
step("begin upload in unknown bucket", s3.create_multipart_upload, Bucket="ghost-bucket", Key="k")

# Parts copied from other objects
s3.put_object(Bucket="others", Key="source + é.txt", Body=LARGE_PLUS, ContentType="text/css", Metadata={"from": "there"},
              Tagging="team=red&stage=one")
copied = s3.create_multipart_upload(Bucket="objects", Key="copied")["UploadId"]
COPIED = {"Bucket": "objects", "Key": "copied", "UploadId": copied}
SOURCE = {"Bucket": "others", "Key": "source + é.txt"}
whole = step("copy whole part", s3.upload_part_copy, **COPIED, PartNumber=1, CopySource=SOURCE)
piece = step("copy piece of part", s3.upload_part_copy, **COPIED, PartNumber=2, CopySource=SOURCE, CopySourceRange="bytes=2-5")
step("copy part beyond the end", s3.upload_part_copy, **COPIED, PartNumber=3, CopySource=SOURCE, CopySourceRange="bytes=0-99999999")
step("copy part of unknown object", s3.upload_part_copy, **COPIED, PartNumber=3, CopySource={"Bucket": "others", "Key": "ghost"})
step("complete copied parts", s3.complete_multipart_upload, "ETag", **COPIED, MultipartUpload=parts(
    (1, whole["CopyPartResult"]["ETag"]), (2, piece["CopyPartResult"]["ETag"])))

# Copies
step("copy object", s3.copy_object, Bucket="objects", Key="copy", CopySource=SOURCE)
step("head copy", s3.head_object, "ETag", "ContentLength", "ContentType", "Metadata", Bucket="objects", Key="copy")
step("tags of copy", s3.get_object_tagging, Bucket="objects", Key="copy")
step("copy with other headers", s3.copy_object, Bucket="objects", Key="copy-2", CopySource=SOURCE, MetadataDirective="REPLACE",
     ContentType="text/html", Metadata={"other": "x"})
step("head copy with other headers", s3.head_object, "ContentType", "Metadata", Bucket="objects", Key="copy-2")
step("copy with other tags", s3.copy_object, Bucket="objects", Key="copy-3", CopySource=SOURCE, TaggingDirective="REPLACE", Tagging="a=b")
step("tags of copy with other tags", s3.get_object_tagging, "TagSet", Bucket="objects", Key="copy-3")
step("copy by text", s3.copy_object, Bucket="objects", Key="copy-4", CopySource="/others/source%20%2B%20%C3%A9.txt")
step("copy unknown object", s3.copy_object, Bucket="objects", Key="copy-5", CopySource={"Bucket": "others", "Key": "ghost"})
step("copy from unknown bucket", s3.copy_object, Bucket="objects", Key="copy-5", CopySource={"Bucket": "ghost-bucket", "Key": "k"})
step("copy to unknown bucket", s3.copy_object, Bucket="ghost-bucket", Key="copy-5", CopySource=SOURCE)
step("copy onto itself", s3.copy_object, CopySource=SOURCE, **SOURCE)
step("copy onto itself with other headers", s3.copy_object, CopySource=SOURCE, **SOURCE, MetadataDirective="REPLACE", Metadata={"a": "b"})
tag = s3.head_object(**SOURCE)["ETag"]
past = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)
for name, condition in (("match", {"CopySourceIfMatch": tag}), ("other match", {"CopySourceIfMatch": '"0"'}),
                        ("none match", {"CopySourceIfNoneMatch": tag}), ("other none match", {"CopySourceIfNoneMatch": '"0"'}),
                        ("modified", {"CopySourceIfModifiedSince": past}), ("unmodified", {"CopySourceIfUnmodifiedSince": past})):
    step(f"copy if {name}", s3.copy_object, Bucket="objects", Key="copy-6", CopySource=SOURCE, **condition)

# Conditions
step("put if none there", s3.put_object, "ETag", Bucket="objects", Key="once", Body=b"once", IfNoneMatch="*")
step("put if none there, again", s3.put_object, Bucket="objects", Key="once", Body=b"twice", IfNoneMatch="*")
once = s3.head_object(Bucket="objects", Key="once")["ETag"]
step("get if match", s3.get_object, "Body", Bucket="objects", Key="once", IfMatch=once)
step("get if other match", s3.get_object, Bucket="objects", Key="once", IfMatch='"0"')
step("get if none match", s3.get_object, Bucket="objects", Key="once", IfNoneMatch=once)
step("get if modified", s3.get_object, "Body", Bucket="objects", Key="once", IfModifiedSince=past)
step("get if unmodified", s3.get_object, Bucket="objects", Key="once", IfUnmodifiedSince=past)
step("get with other headers", s3.get_object, "ContentType", "ContentDisposition", Bucket="objects", Key="once",
     ResponseContentType="text/html", ResponseContentDisposition="attachment")

# Tags
step("put tags", s3.put_object_tagging, Bucket="objects", Key="once", Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
step("get tags", s3.get_object_tagging, "TagSet", Bucket="objects", Key="once")
step("put tags twice the same", s3.put_object_tagging, Bucket="objects", Key="once",
     Tagging={"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]})
step("put too many tags", s3.put_object_tagging, Bucket="objects", Key="once",
     Tagging={"TagSet": [{"Key": f"k{i}", "Value": "1"} for i in range(11)]})
step("delete tags", s3.delete_object_tagging, Bucket="objects", Key="once")
step("tags of unknown object", s3.get_object_tagging, Bucket="objects", Key="ghost")

# Checksums
for algorithm in ("CRC32", "SHA1", "SHA256"):
    step(f"put with {algorithm}", s3.put_object, f"Checksum{algorithm}", Bucket="objects", Key="sum", Body=b"summed", ChecksumAlgorithm=algorithm)
step("put with wrong checksum", s3.put_object, Bucket="objects", Key="sum", Body=b"summed",
     ChecksumSHA256=base64.b64encode(hashlib.sha256(b"other").digest()).decode())
step("put with wrong md5", s3.put_object, Bucket="objects", Key="sum", Body=b"summed",
     ContentMD5=base64.b64encode(hashlib.md5(b"other").digest()).decode())

# Many keys at once
for number in range(4):
    s3.put_object(Bucket="others", Key=f"many/{number}", Body=b"x")


def keys(*names, **more):
    return {"Objects": [{"Key": name} for name in names], **more}


step("delete many", s3.delete_objects, "Deleted", "Errors", Bucket="others", Delete=keys("many/0", "many/ghost"))
step("delete many quietly", s3.delete_objects, "Deleted", "Errors", Bucket="others", Delete=keys("many/1", "many/2", Quiet=True))
step("what is left", s3.list_objects_v2, "KeyCount", Bucket="others", Prefix="many/")
step("delete none", s3.delete_objects, Bucket="others", Delete=keys())
step("delete more than a thousand", s3.delete_objects, Bucket="others", Delete=keys(*[f"k{i}" for i in range(1001)]))
step("delete many in unknown bucket", s3.delete_objects, Bucket="ghost-bucket", Delete=keys("k"))


# Presigned URLs
def url(call, seconds=600, **parameters):
    return s3.generate_presigned_url(call, Params=parameters, ExpiresIn=seconds)


fetch("presigned put", "PUT", url("put_object", Bucket="objects", Key="signed + é"), b"by url")
fetch("presigned get", "GET", url("get_object", Bucket="objects", Key="signed + é"))
fetch("presigned get with other headers", "GET", url("get_object", Bucket="objects", Key="signed + é", ResponseContentType="text/css"), None,
      "content-type")
fetch("presigned get with a range", "GET", url("get_object", Bucket="objects", Key="signed + é"), None, "content-range", Range="bytes=1-2")
fetch("presigned put with signed headers", "PUT", url("put_object", Bucket="objects", Key="signed-2", ContentType="text/plain", Metadata={"a": "b"}),
      b"x", Content_Type="text/plain", X_Amz_Meta_A="b")
step("head what was put by url", s3.head_object, "ContentType", "Metadata", Bucket="objects", Key="signed-2")
fetch("presigned get of unknown object", "GET", url("get_object", Bucket="objects", Key="ghost"))
fetch("presigned get of unknown bucket", "GET", url("get_object", Bucket="ghost-bucket", Key="k"))
fetch("presigned delete", "DELETE", url("delete_object", Bucket="objects", Key="signed-2"))
session = client("sts").get_session_token()["Credentials"]
held = client("s3", (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]))
fetch("presigned by a session", "GET", held.generate_presigned_url("get_object", Params={"Bucket": "objects", "Key": "signed + é"}, ExpiresIn=600))
upload = s3.create_multipart_upload(Bucket="objects", Key="by-url")["UploadId"]
fetch("presigned part", "PUT", url("upload_part", Bucket="objects", Key="by-url", UploadId=upload, PartNumber=1), b"part", "etag")
step("complete what was put by url", s3.complete_multipart_upload, "ETag", Bucket="objects", Key="by-url", UploadId=upload,
     MultipartUpload=parts((1, '"' + hashlib.md5(b"part").hexdigest() + '"')))
fetch("presigned get by method put", "PUT", url("get_object", Bucket="objects", Key="signed + é"), b"x")
fetch("presigned get, changed", "GET", url("get_object", Bucket="objects", Key="signed + é") + "&response-content-type=text%2Fhtml")
wrong = client("s3", (ROOT[0], "x" + ROOT[1], None))
fetch("presigned with wrong key", "GET", wrong.generate_presigned_url("get_object", Params={"Bucket": "objects", "Key": "signed + é"}, ExpiresIn=600))

# What is not offered
step("acl", s3.put_object, Bucket="objects", Key="x", Body=b"x", ACL="public-read")
step("version", s3.get_object, Bucket="objects", Key="once", VersionId="1")
step("kms", s3.put_object, Bucket="objects", Key="x", Body=b"x", ServerSideEncryption="aws:kms")
finish()
