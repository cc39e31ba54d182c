using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Kernel.Requests;

namespace Coffer.Kernel.Tests.Harness;

/// <summary>A reply, read.</summary>
public sealed record Answer(int Status, string Body)
{
    public static Answer Of(ApiReply reply) => new(reply.Status, Encoding.UTF8.GetString(reply.Body.Span)) { Headers = reply.Headers };

    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    public bool IsOk => Status is 200 or 204;

    public JsonNode Json => JsonNode.Parse(Body)!;

    public JsonNode Data => Json["data"]!;

    public string LeaseId => (string)Json["lease_id"]!;

    public string ClientToken => (string)Json["auth"]!["client_token"]!;

    public string Accessor => (string)Json["auth"]!["accessor"]!;

    public override string ToString() => $"{Status} {Body}";

    /// <summary>Fails the test, with the body, unless it is 200 or 204.</summary>
    public Answer Ok()
    {
        Assert.True(IsOk, $"{Status}: {Body}");
        return this;
    }

    public Answer Is(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Body}");
        return this;
    }
}
