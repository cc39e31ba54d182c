using Coffer.Aws.Tests.Support;

namespace Coffer.Aws.Tests.Sandbox.S3;

public sealed class CopyTests : S3Test
{
    private const string Hello = "\"5d41402abc4b2a76b9719d911017c592\"";

    [Theory]
    [InlineData("src/a%20b%2Bc%3Fd")]
    [InlineData("/src/a%20b%2Bc%3Fd")]
    [InlineData("src%2Fa%20b+c%3fd")]
    public async Task The_source_is_read_with_its_encoding(string source)
    {
        await Prepare();
        var copied = await Copy("/dst/k", source);

        Assert.Equal(("200", Hello), (copied.Outcome, copied.Text("ETag")));
        Assert.Equal("hello", (await Do("GET", "/dst/k")).Body);
    }

    [Theory]
    [InlineData("src", "400 InvalidArgument")]
    [InlineData("src/", "400 InvalidArgument")]
    [InlineData("/", "400 InvalidArgument")]
    [InlineData("src/%zz", "400 InvalidArgument")]
    [InlineData("src/ghost", "404 NoSuchKey")]
    [InlineData("ghost/k", "404 NoSuchBucket")]
    [InlineData("src/a?versionId=1", "501 NotImplemented")]
    [InlineData("arn:aws:s3:us-east-1:1:accesspoint/x/object/k", "501 NotImplemented")]
    public async Task A_source_that_is_none_is_refused_and_nothing_is_written(string source, string outcome)
    {
        await Prepare();
        Assert.Equal(outcome, (await Copy("/dst/k", source)).Outcome);
        Assert.Equal("404 NoSuchKey", (await Ask(Root, "GET", "/dst/k")).Outcome);
    }

    [Fact]
    public async Task Headers_and_tags_come_along_unless_the_request_brings_others()
    {
        await Prepare();
        await Copy("/dst/same", "src/tagged", ("x-amz-meta-who", "ignored"), ("x-amz-tagging", "team=ignored"));
        await Copy("/dst/meta", "src/tagged", ("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-who", "you"), ("Content-Type", "text/css"));
        await Copy("/dst/tags", "src/tagged", ("x-amz-tagging-directive", "REPLACE"), ("x-amz-tagging", "team=red"));
        await Copy("/dst/none", "src/tagged", ("x-amz-tagging-directive", "REPLACE"));

        async Task<(string?, string?, string?)> Seen(string key)
        {
            var read = await Do("GET", key);
            return (read.Header("x-amz-meta-who"), read.Header("Content-Type"), (await Do("GET", key + "?tagging")).Text("Value"));
        }

        Assert.Equal(("me", "text/plain", "blue"), await Seen("/dst/same"));
        Assert.Equal(("you", "text/css", "blue"), await Seen("/dst/meta"));
        Assert.Equal(("me", "text/plain", "red"), await Seen("/dst/tags"));
        Assert.Equal(("me", "text/plain", null), await Seen("/dst/none"));
        Assert.Equal("400 InvalidArgument", (await Copy("/dst/k", "src/tagged", ("x-amz-metadata-directive", "MERGE"))).Outcome);
        Assert.Equal("400 InvalidArgument", (await Copy("/dst/k", "src/tagged", ("x-amz-tagging-directive", "MERGE"))).Outcome);
    }

    [Fact]
    public async Task An_object_is_copied_onto_itself_only_with_other_headers()
    {
        await Prepare();
        Assert.Equal("400 InvalidRequest", (await Copy("/src/tagged", "src/tagged")).Outcome);
        Assert.Equal("200", (await Copy("/src/tagged", "src/tagged", ("x-amz-metadata-directive", "REPLACE"))).Outcome);
        Assert.Equal(("hello", null), ((await Do("GET", "/src/tagged")).Body, (await Do("GET", "/src/tagged")).Header("x-amz-meta-who")));
    }

    [Theory]
    [InlineData("x-amz-copy-source-if-match", Hello, true)]
    [InlineData("x-amz-copy-source-if-match", "\"other\"", false)]
    [InlineData("x-amz-copy-source-if-none-match", Hello, false)]
    [InlineData("x-amz-copy-source-if-none-match", "\"other\"", true)]
    [InlineData("x-amz-copy-source-if-modified-since", "Sun, 01 Mar 2026 11:59:59 GMT", true)]
    [InlineData("x-amz-copy-source-if-modified-since", "Sun, 01 Mar 2026 12:00:00 GMT", false)]
    [InlineData("x-amz-copy-source-if-unmodified-since", "Sun, 01 Mar 2026 12:00:00 GMT", true)]
    [InlineData("x-amz-copy-source-if-unmodified-since", "Sun, 01 Mar 2026 11:59:59 GMT", false)]
    [InlineData("If-None-Match", "*", true)]
    public async Task A_copy_may_depend_on_the_version_of_its_source(string header, string value, bool holds)
    {
        await Prepare();
        Assert.Equal(holds ? "200" : "412 PreconditionFailed", (await Copy("/dst/k", "src/tagged", (header, value))).Outcome);
        Assert.Equal(holds ? 200 : 404, (await Ask(Root, "GET", "/dst/k")).Status);
    }

    [Theory]
    [InlineData(false, "s3:PutObject arn:aws:s3:::dst/*")]
    [InlineData(false, "s3:GetObject arn:aws:s3:::src/*")]
    [InlineData(false, "s3:GetObject arn:aws:s3:::dst/*", "s3:PutObject arn:aws:s3:::src/*")]
    [InlineData(true, "s3:GetObject arn:aws:s3:::src/*", "s3:PutObject arn:aws:s3:::dst/*")]
    public async Task A_copy_needs_to_read_its_source_and_to_write_its_target(bool allowed, params string[] permissions)
    {
        await Prepare();
        var key = await UserWhoMay("u", permissions);
        var reply = await Ask(key, "PUT", "/dst/k", "", ("x-amz-copy-source", "src/plain"));

        Assert.Equal(allowed ? "200" : "403 AccessDenied", reply.Outcome);
        Assert.Equal(allowed ? 200 : 404, (await Ask(Root, "GET", "/dst/k")).Status);
    }

    [Fact]
    public async Task Taking_tags_along_needs_to_read_and_to_set_them()
    {
        await Prepare();
        string[] bare = ["s3:GetObject arn:aws:s3:::src/*", "s3:PutObject arn:aws:s3:::dst/*"];
        const string Reads = "s3:GetObjectTagging arn:aws:s3:::src/*";
        const string Sets = "s3:PutObjectTagging arn:aws:s3:::dst/*";
        foreach (var (name, more, outcome) in new (string, string[], string)[]
        {
            ("none", [], "403 AccessDenied"), ("reads", [Reads], "403 AccessDenied"), ("sets", [Sets], "403 AccessDenied"), ("both", [Reads, Sets], "200"),
        })
        {
            var key = await UserWhoMay(name, [.. bare, .. more]);
            Assert.Equal((name, outcome), (name, (await Ask(key, "PUT", "/dst/k", "", ("x-amz-copy-source", "src/tagged"))).Outcome));
        }
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_not_told_apart_by_one_who_may_not_list()
    {
        await Prepare();
        var key = await UserWhoMay("u", "s3:GetObject arn:aws:s3:::src/*", "s3:PutObject arn:aws:s3:::dst/*");
        Assert.Equal("403 AccessDenied", (await Ask(key, "PUT", "/dst/k", "", ("x-amz-copy-source", "src/ghost"))).Outcome);
    }

    [Fact]
    public async Task A_copy_has_a_checksum_of_its_own()
    {
        await Prepare();
        var copied = await Copy("/dst/k", "src/plain", ("x-amz-checksum-algorithm", "SHA256"));
        Assert.Equal("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", copied.Text("ChecksumSHA256"));
        Assert.Equal("501 NotImplemented", (await Copy("/dst/k", "src/plain", ("x-amz-checksum-algorithm", "XXHASH64"))).Outcome);
    }

    private Task<S3Reply> Copy(string target, string source, params (string, string)[] headers) =>
        Ask(Root, "PUT", target, "", [("x-amz-copy-source", source), .. headers]);

    private async Task Prepare()
    {
        await Do("PUT", "/src");
        await Do("PUT", "/dst");
        await Do("PUT", "/src/plain", "hello");
        await Do("PUT", "/src/a%20b%2Bc%3Fd", "hello");
        await Do("PUT", "/src/tagged", "hello", ("Content-Type", "text/plain"), ("x-amz-meta-who", "me"), ("x-amz-tagging", "team=blue"));
    }
}
