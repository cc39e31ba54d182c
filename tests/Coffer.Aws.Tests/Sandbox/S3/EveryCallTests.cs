using System.Text.RegularExpressions;
using Coffer.Aws.Signing;
using Coffer.Aws.Tests.Support;
using Coffer.AwsSandbox.S3;
using Coffer.AwsSandbox.S3.Calls;

namespace Coffer.Aws.Tests.Sandbox.S3;

/// <summary>What holds for every call in the table.</summary>
public sealed class EveryCallTests : S3Test
{
    public static TheoryData<string> Names => new(S3Table.Operations().Select(operation => operation.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_caller_without_rights_is_refused(string name)
    {
        await Prepare();
        var reply = await Send(await UserWhoMay("nobody"), name);

        Assert.Equal(name == "DeleteObjects" ? 200 : 403, reply.Status);
        Assert.True(name.StartsWith("Head", StringComparison.Ordinal) || reply.Text("Code") == "AccessDenied", reply.Body);
        Assert.Equal("kept", (await Do("GET", "/b-1/k")).Body);
        Assert.Equal(["b-1"], (await Do("GET", "/")).Texts("Name"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_further_word_or_header_that_it_does_not_heed_is_refused(string name)
    {
        await Prepare();
        Assert.Equal(501, (await Send(Root, name, "not-there-yet=1")).Status);
        Assert.Equal(501, (await Send(Root, name, "versionId=1")).Status);
        Assert.Equal(501, (await Send(Root, name, "", ("x-amz-not-there-yet", "1"))).Status);
        Assert.Equal("kept", (await Do("GET", "/b-1/k")).Body);
        Assert.Equal(["b-1"], (await Do("GET", "/")).Texts("Name"));
    }

    [Fact]
    public void The_page_names_exactly_the_calls_that_are_offered()
    {
        var rows = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "sandbox.md")).Where(line => line.StartsWith("| S3,", StringComparison.Ordinal));
        var named = rows.SelectMany(row => Regex.Matches(row, "`([A-Za-z0-9]+)`").Select(match => match.Groups[1].Value));

        Assert.Equal(S3Table.Operations().Select(operation => operation.Name).Order(), named.Order());
    }

    private async Task Prepare()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "kept");
    }

    /// <summary>A request for the call as its declaration says it is asked for.</summary>
    private Task<S3Reply> Send(AwsCredentials key, string name, string more = "", params (string, string)[] headers)
    {
        var operation = S3Table.Operations().Single(operation => operation.Name == name);
        var path = operation.Level switch
        {
            S3Level.Service => "/",
            S3Level.Bucket => name == "CreateBucket" ? "/b-2" : "/b-1",
            _ => "/b-1/k",
        };
        var words = operation.Marks.Select(mark => mark == operation.Marks[0] && operation.MarkValue is { } value ? $"{mark}={value}" : mark);
        var body = name switch
        {
            "DeleteObjects" => "<Delete><Object><Key>k</Key></Object></Delete>",
            "PutObjectTagging" => "<Tagging><TagSet/></Tagging>",
            _ => "",
        };
        (string, string)[] own = operation.Copies ? [("x-amz-copy-source", "b-1/k")] : [];
        (string, string)[] digest = name == "DeleteObjects" ? [("Content-MD5", "5DKh5iefM5MSKvRILIuFwQ==")] : [];
        return Ask(key, operation.Method, $"{path}?{string.Join('&', words.Append(more).Where(word => word.Length > 0))}", body, [.. own, .. digest, .. headers]);
    }
}
