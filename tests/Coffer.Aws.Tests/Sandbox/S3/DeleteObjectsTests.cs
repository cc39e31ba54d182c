using System.Security.Cryptography;
using System.Text;
using Coffer.Aws.Signing;
using Coffer.Aws.Tests.Support;

namespace Coffer.Aws.Tests.Sandbox.S3;

public sealed class DeleteObjectsTests : S3Test
{
    [Fact]
    public async Task Keys_are_deleted_and_named_whether_they_were_there_or_not()
    {
        await Prepare("a", "b", "c");
        var reply = await Delete(Root, Document(["a", "b", "ghost"]));

        Assert.Equal("200", reply.Outcome);
        Assert.Equal(["a", "b", "ghost"], reply.Texts("Key"));
        Assert.DoesNotContain("<Error>", reply.Body, StringComparison.Ordinal);
        Assert.Equal(["c"], await Left());
    }

    [Fact]
    public async Task Each_key_is_judged_by_itself_and_quiet_names_refusals_only()
    {
        await Prepare("mine/a", "mine/b", "other/c");
        var key = await UserWhoMay("u", "s3:DeleteObject arn:aws:s3:::b-1/mine/*");

        var loud = await Delete(key, Document(["mine/a", "other/c"]));
        Assert.Equal(("200", "other/c", "AccessDenied"), (loud.Outcome, loud.Texts("Key")[1], loud.Text("Code")));
        Assert.Equal(["mine/b", "other/c"], await Left());
        var quiet = await Delete(key, Document(["mine/b", "other/c"], quiet: true));
        Assert.Equal(["other/c"], quiet.Texts("Key"));
        Assert.Equal(["other/c"], await Left());
    }

    [Fact]
    public async Task The_list_must_be_covered_by_a_digest()
    {
        await Prepare("a");
        var body = Document(["a"]);
        Assert.Equal("400 InvalidRequest", (await Ask(Root, "POST", "/b-1?delete", body)).Outcome);
        Assert.Equal("400 BadDigest", (await Ask(Root, "POST", "/b-1?delete", body, ("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="))).Outcome);
        Assert.Equal("400 BadDigest", (await Ask(Root, "POST", "/b-1?delete", body, ("x-amz-checksum-crc32", "AAAAAA=="))).Outcome);
        Assert.Equal(["a"], await Left());

        var sha = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        Assert.Equal("200", (await Ask(Root, "POST", "/b-1?delete", body, ("x-amz-checksum-sha256", sha), ("x-amz-sdk-checksum-algorithm", "SHA256"))).Outcome);
        Assert.Empty(await Left());
    }

    [Fact]
    public async Task A_thousand_keys_are_taken_and_one_more_is_refused()
    {
        await Prepare("k0999", "k1000");
        var keys = Enumerable.Range(0, 1001).Select(i => $"k{i:D4}").ToArray();

        Assert.Equal("400 MalformedXML", (await Delete(Root, Document(keys))).Outcome);
        Assert.Equal(1000, (await Delete(Root, Document(keys[..1000]))).Texts("Key").Count);
        Assert.Equal(["k1000"], await Left());
    }

    [Fact]
    public async Task A_document_that_is_none_is_refused_and_deletes_nothing()
    {
        await Prepare("a");
        foreach (var body in new[]
        {
            "", "no xml", "<Delete>", "<Delete/>", "<Remove><Object><Key>a</Key></Object></Remove>", "<Delete><Object/></Delete>",
            "<Delete><Object><Key/></Object></Delete>", "<Delete><Object><Key>a</Key></Object><Quiet>maybe</Quiet></Delete>",
            "<!DOCTYPE Delete [<!ENTITY k \"a\">]><Delete><Object><Key>&k;</Key></Object></Delete>",
            "<!DOCTYPE Delete SYSTEM \"http://127.0.0.1:1/\"><Delete><Object><Key>a</Key></Object></Delete>",
            $"<Delete><Object><Key>a</Key></Object>{string.Concat(Enumerable.Repeat("<x>", 100_000))}{string.Concat(Enumerable.Repeat("</x>", 100_000))}</Delete>",
        })
        {
            Assert.Equal((body[..Math.Min(60, body.Length)], "400 MalformedXML"), (body[..Math.Min(60, body.Length)], (await Delete(Root, body)).Outcome));
        }

        foreach (var body in new[]
        {
            "<Delete><Object><Key>a</Key><VersionId>1</VersionId></Object></Delete>", "<Delete><Object><Key>a</Key></Object><Later/></Delete>",
        })
        {
            Assert.Equal("501 NotImplemented", (await Delete(Root, body)).Outcome);
        }

        Assert.Equal(["a"], await Left());
        Assert.Equal("404 NoSuchBucket", (await Delete(Root, Document(["a"]), "/ghost")).Outcome);
    }

    [Fact]
    public async Task A_key_may_be_bound_to_the_version_that_is_meant()
    {
        await Prepare("a", "b");
        var etag = (await Do("HEAD", "/b-1/a")).Header("ETag");
        var reply = await Delete(
            Root, $"<Delete><Object><Key>a</Key><ETag>{etag}</ETag></Object><Object><Key>b</Key><ETag>\"0\"</ETag></Object></Delete>");

        Assert.Equal("PreconditionFailed", reply.Text("Code"));
        Assert.Equal(["b"], await Left());
    }

    [Fact]
    public async Task A_document_that_calls_itself_a_form_is_still_a_document()
    {
        await Prepare("a");
        var body = Document(["a"]);
        Assert.Equal(
            "200",
            (await Ask(Root, "POST", "/b-1?delete", body, ("Content-MD5", Md5(body)), ("Content-Type", "application/x-www-form-urlencoded"))).Outcome);
        Assert.Empty(await Left());
    }

    private Task<S3Reply> Delete(AwsCredentials key, string body, string bucket = "/b-1") =>
        Ask(key, "POST", bucket + "?delete", body, ("Content-MD5", Md5(body)));

    private static string Document(string[] keys, bool quiet = false) =>
        $"<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{string.Concat(keys.Select(key => $"<Object><Key>{key}</Key></Object>"))}"
        + (quiet ? "<Quiet>true</Quiet>" : "") + "</Delete>";

#pragma warning disable CA5351 // S3 asks for this digest.
    private static string Md5(string body) => Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(body)));
#pragma warning restore CA5351

    private async Task Prepare(params string[] keys)
    {
        await Do("PUT", "/b-1");
        foreach (var key in keys)
        {
            await Do("PUT", $"/b-1/{key}", "x");
        }
    }

    private async Task<IReadOnlyList<string>> Left() => (await Do("GET", "/b-1?list-type=2")).Texts("Key");
}
