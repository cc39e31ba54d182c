using System.Text;
using System.Text.Json.Nodes;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Testing.Engines;

/// <summary>Reads replies in tests. What expects another kind of reply throws an <see cref="InvalidOperationException"/> that shows the reply it got.</summary>
public static class ReplyReading
{
    /// <summary>The HTTP status that the kernel answers with for this reply.</summary>
    public static int Status(this Reply reply) => reply switch
    {
        Reply.Empty empty => empty.Status ?? (empty.Warnings.IsEmpty ? 204 : 200),
        Reply.Data data => data.Status,
        Reply.Raw raw => raw.Status,
        Reply.Refused refused => refused.Error.Status,
        _ => 200,
    };

    /// <summary>The <c>data</c> object, parsed.</summary>
    public static JsonNode Data(this Reply reply) => JsonNode.Parse(reply.DataText())!;

    /// <summary>The <c>data</c> object as the engine wrote it.</summary>
    public static string DataText(this Reply reply) => reply switch
    {
        Reply.Data data => Encoding.UTF8.GetString(data.Body.Utf8.Span),
        Reply.LeasedData leased => Encoding.UTF8.GetString(leased.Body.Utf8.Span),
        _ => throw new InvalidOperationException($"expected data, got {Describe(reply)}"),
    };

    /// <summary>The <c>data</c> object that the client gets of a secret, parsed.</summary>
    public static JsonNode Data(this CreatedSecret created) => JsonNode.Parse(created.Data.Utf8.Span)!;

    /// <summary>The engine's own data that is stored with a lease, parsed.</summary>
    public static JsonNode Data(this LeasePlan plan) => JsonNode.Parse(plan.Data.Utf8.Span)!;

    /// <summary>The keys of a listing.</summary>
    public static string[] Keys(this Reply reply) => [.. reply.Data()["keys"]!.AsArray().Select(key => (string)key!)];

    /// <summary>The grant of a login.</summary>
    public static LoginGrant Grant(this Reply reply) => reply is Reply.Login login
        ? login.Grant
        : throw new InvalidOperationException($"expected a login, got {Describe(reply)}");

    /// <summary>The error texts of a refusal.</summary>
    public static IReadOnlyList<string> Errors(this Reply reply) => reply is Reply.Refused refused
        ? refused.Error.Messages
        : throw new InvalidOperationException($"expected a refusal, got {Describe(reply)}");

    /// <summary>Asserts that all went well and there is nothing to say: 204.</summary>
    public static void AssertDone(this Reply reply)
    {
        if (reply is not Reply.Empty || reply.Status() != 204)
        {
            throw new InvalidOperationException($"expected 204, got {Describe(reply)}");
        }
    }

    /// <summary>Asserts a refusal with this status and exactly these texts.</summary>
    public static void AssertRefused(this Reply reply, int status, params string[] errors)
    {
        if (!errors.SequenceEqual(reply.Errors()) || reply.Status() != status)
        {
            throw new InvalidOperationException($"expected {status}: {string.Join("; ", errors)}, got {Describe(reply)}");
        }
    }

    private static string Describe(Reply reply) => reply switch
    {
        Reply.Refused refused => $"{refused.Error.Status}: {string.Join("; ", refused.Error.Messages)}",
        Reply.Data data => $"{data.Status}: {Encoding.UTF8.GetString(data.Body.Utf8.Span)}",
        _ => reply.GetType().Name,
    };
}
