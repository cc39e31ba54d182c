using Coffer.Aws.Tests.Support;

namespace Coffer.Aws.Tests.Sandbox.S3;

public sealed class BucketTests : S3Test
{
    [Fact]
    public async Task Buckets_are_listed_in_pages_and_by_prefix()
    {
        foreach (var name in new[] { "a-1", "a-2", "a-3", "b-1" })
        {
            await Do("PUT", $"/{name}");
        }

        var first = await Do("GET", "/?prefix=a-&max-buckets=2");
        Assert.Equal(["a-1", "a-2"], first.Texts("Name"));
        var second = await Do("GET", $"/?prefix=a-&max-buckets=2&continuation-token={first.Text("ContinuationToken")}");
        Assert.Equal(["a-3"], second.Texts("Name"));
        Assert.Null(second.Text("ContinuationToken"));
        Assert.Equal(4, (await Do("GET", "/")).Texts("Name").Count);
    }

    [Fact]
    public async Task A_bucket_gets_the_region_that_its_document_names_and_no_other_setting()
    {
        await Do("PUT", "/b-1", "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>");
        Assert.Equal("eu-west-1", (await Do("HEAD", "/b-1")).Header("x-amz-bucket-region"));
        Assert.Contains(">eu-west-1</LocationConstraint>", (await Do("GET", "/b-1?location")).Body, StringComparison.Ordinal);
        Assert.Equal("400 MalformedXML", (await Ask(Root, "PUT", "/b-2", "{}")).Outcome);
        Assert.Equal("501 NotImplemented", (await Ask(Root, "PUT", "/b-2", "<CreateBucketConfiguration><Tags/></CreateBucketConfiguration>")).Outcome);
        Assert.Equal("404 NoSuchBucket", (await Ask(Root, "GET", "/b-2")).Outcome);
    }

    [Fact]
    public async Task An_object_beyond_what_one_request_may_carry_is_refused_in_the_words_of_s3()
    {
        await Do("PUT", "/b-1");
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Sandbox.Url, "/b-1/k"))
        {
            Content = new ByteArrayContent(new byte[1]) { Headers = { ContentLength = (64 * 1024 * 1024) + 1 } },
        };

        // The client waits for the server's leave before it sends a body, and does not get it.
        request.Headers.ExpectContinue = true;
        using var patient = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan });
        using var response = await patient.SendAsync(request, Cancel);
        Assert.Equal("400 EntityTooLarge", (await S3Reply.Of(response, Cancel)).Outcome);
    }
}
