using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Auth;

/// <summary>Logging in with a token one has: the server is asked about it, and its answer shown as a login's.</summary>
internal static class TokenLogin
{
    private const string Failure = "Error parsing configuration";

    public static async Task<JsonObject> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var fields = Fields(call);
        var token = fields["token"] is { } given
            ? GoValue.Of(given).Trim()
            : HiddenInput.Ask(call, "Token (will be hidden): ", "token", call.Console.Error).Trim();
        if (GoValue.Of(fields["lookup"]) is "false" or "0" or "f")
        {
            return new JsonObject { ["auth"] = new JsonObject { ["client_token"] = token } };
        }

        call.UseToken(token);
        var request = ApiRequest.Read("auth/token/lookup-self");
        var reply = await call.SendAsync(request, "Error authenticating: error looking up token", cancellation);
        // With -wrap-ttl the look-up itself comes wrapped; the caller unwraps or prints that.
        return reply.Data is { } found ? Envelope(token, found, reply.Json!) : reply.Json ?? [];
    }

    private static JsonObject Fields(Invocation call)
    {
        if (call.Arguments is [var only] && !only.Contains('=', StringComparison.Ordinal) && !only.StartsWith('@'))
        {
            // So that "login -" reads the token itself from standard input.
            return call.Data([$"token={only}"], Failure);
        }

        return call.DataFrom(0, Failure);
    }

    private static JsonObject Envelope(string token, JsonObject found, JsonObject reply)
    {
        var policies = (found["policies"] as JsonArray ?? []).Select(GoValue.Of);
        var identity = (found["identity_policies"] as JsonArray ?? []).Select(GoValue.Of).ToArray();
        return new JsonObject
        {
            ["request_id"] = reply["request_id"]?.DeepClone(),
            ["lease_id"] = "",
            ["lease_duration"] = 0,
            ["renewable"] = false,
            ["data"] = null,
            ["warnings"] = reply["warnings"]?.DeepClone(),
            ["auth"] = new JsonObject
            {
                ["client_token"] = token,
                ["accessor"] = found["accessor"]?.DeepClone(),
                ["policies"] = Texts(policies.Concat(identity).Distinct().Order(StringComparer.Ordinal)),
                ["token_policies"] = found["policies"]?.DeepClone(),
                ["identity_policies"] = found["identity_policies"]?.DeepClone(),
                ["metadata"] = found["meta"]?.DeepClone(),
                ["orphan"] = found["orphan"]?.DeepClone(),
                ["entity_id"] = found["entity_id"]?.DeepClone(),
                ["lease_duration"] = found["ttl"]?.DeepClone() ?? 0,
                ["renewable"] = found["renewable"]?.DeepClone() ?? false,
            },
        };
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
