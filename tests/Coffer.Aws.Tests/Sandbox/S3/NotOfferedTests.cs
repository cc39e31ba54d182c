using Coffer.Aws.Tests.Support;

namespace Coffer.Aws.Tests.Sandbox.S3;

public sealed class NotOfferedTests : S3Test
{
    /// <summary>Words that give a request another meaning at S3, and some that do not exist yet.</summary>
    private static readonly string[] Words =
    [
        "accelerate", "acl", "analytics", "annotation", "attributes", "cors", "encryption", "intelligent-tiering", "inventory", "legal-hold",
        "lifecycle", "logging", "metadataConfiguration", "metadataTable", "metrics", "notification", "object-lock", "ownershipControls",
        "policy", "policyStatus", "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore", "retention", "select", "session",
        "torrent", "versionId", "versioning", "versions", "website", "not-there-yet", "ACL", "X-Amz-Copy-Source",
    ];

    /// <summary>Headers that give a request another meaning at S3, and one that does not exist yet.</summary>
    private static readonly (string Name, string Value)[] Headers =
    [
        ("x-amz-acl", "public-read"), ("x-amz-grant-read", "id=x"), ("x-amz-storage-class", "GLACIER"), ("x-amz-object-lock-mode", "COMPLIANCE"),
        ("x-amz-object-lock-legal-hold", "ON"), ("x-amz-server-side-encryption", "aws:kms"), ("x-amz-server-side-encryption-customer-key", "k"),
        ("x-amz-website-redirect-location", "/x"), ("x-amz-write-offset-bytes", "5"), ("x-amz-not-there-yet", "x"),
        ("x-amz-checksum-xxhash64", "AAAAAAAAAAA="),
    ];

    public static TheoryData<string, string> Plain => new(
        from target in new[] { "/", "/b-1", "/b-1/k" } from method in new[] { "GET", "HEAD", "PUT", "POST", "DELETE" } select (method, target));

    [Theory]
    [MemberData(nameof(Plain))]
    public async Task A_query_word_that_is_not_offered_is_refused_and_nothing_is_done_in_its_place(string method, string target)
    {
        await Prepare();
        foreach (var word in Words)
        {
            foreach (var query in new[] { $"?{word}", $"?{word}=x" })
            {
                Assert.Equal((query, 501), (query, (await Ask(Root, method, target + query, method == "PUT" ? "<x/>" : "")).Status));
            }
        }

        await NothingChanged();
    }

    [Theory]
    [InlineData("PUT", "/b-1/k")]
    [InlineData("PUT", "/b-2")]
    [InlineData("GET", "/b-1/k")]
    [InlineData("DELETE", "/b-1/k")]
    public async Task A_header_that_is_not_offered_is_refused_and_nothing_is_done_in_its_place(string method, string target)
    {
        await Prepare();
        foreach (var header in Headers)
        {
            var reply = await Ask(Root, method, target, "", header);
            Assert.Equal((header.Name, "501 NotImplemented"), (header.Name, reply.Outcome));
            Assert.Contains(header.Name, reply.Body, StringComparison.Ordinal);
        }

        await NothingChanged();
    }

    [Fact]
    public async Task What_does_not_look_like_a_name_is_not_repeated()
    {
        await Prepare();
        var reply = await Ask(Root, "GET", "/b-1/k?hunter2%21");

        Assert.Equal("501 NotImplemented", reply.Outcome);
        Assert.DoesNotContain("hunter2", reply.Text("Message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_that_S3_passes_over_are_passed_over()
    {
        await Prepare();
        Assert.Equal("kept", (await Do("GET", "/b-1/k?x-id=GetObject&x-note=mine")).Body);
        await Do("PUT", "/b-1/private", "x", ("x-amz-acl", "private"), ("x-amz-storage-class", "STANDARD"));
    }

    [Fact]
    public async Task A_bucket_of_another_owner_than_the_one_expected_is_refused()
    {
        await Prepare();
        Assert.Equal("403 AccessDenied", (await Ask(Root, "PUT", "/b-1/k", "new", ("x-amz-expected-bucket-owner", "999999999999"))).Outcome);
        await NothingChanged();
        await Do("PUT", "/b-1/k", "kept", ("x-amz-expected-bucket-owner", "123456789012"));
    }

    private async Task Prepare()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "kept");
    }

    private async Task NothingChanged()
    {
        Assert.Equal("kept", (await Do("GET", "/b-1/k")).Body);
        Assert.Equal(["b-1"], (await Do("GET", "/")).Texts("Name"));
    }
}
