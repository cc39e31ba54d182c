using System.Net;
using System.Text;

namespace Coffer.Cli.Tests.Walks;

/// <summary>A server that answers everything with one text, as something else at the address would.</summary>
internal sealed class OddAnswer(int status, string body) : HttpMessageHandler
{
    /// <summary>Answers that no server should give: of another shape, with other types, with half a character, or no JSON.</summary>
    public static IReadOnlyList<string> Bodies { get; } =
    [
        "",
        "<html>hello</html>",
        "null",
        "[]",
        "\"text\"",
        "1",
        "{}",
        """{"data":null}""",
        """{"data":[]}""",
        """{"data":"text"}""",
        """{"data":{"text":"\ud800","\udc00":1},"warnings":["\ud800"]}""",
        """{"data":{"a":1,"a":{"b":2,"b":3}},"data":{"a":1,"a":2},"warnings":null,"warnings":[1,null]}""",
        """{"data":{},"auth":[],"wrap_info":"x","warnings":{"a":1},"lease_duration":"x","lease_id":[],"renewable":{}}""",
        """{"auth":{"client_token":1,"policies":"x","token_policies":{},"metadata":[],"lease_duration":1e400,"mfa_requirement":{"mfa_constraints":{"a":null,"b":{"any":[null,1]}}}}}""",
        Everywhere("1"), Everywhere("\"text\""), Everywhere("[]"), Everywhere("[1,null,{}]"), Everywhere("{}"), Everywhere("""{"k":1,"x/":2}"""), Everywhere("""{"k":{"a":[1]},"1":null}"""),
        """{"data":{"keys":[1,null,{"a":[]}],"key_info":{"1":3,"k":null}},"errors":"x"}""",
    ];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });

    /// <summary>The same value under every name that a command looks at.</summary>
    private static string Everywhere(string value)
    {
        string[] names =
        [
            "capabilities", "data", "encryptions", "findings", "ha_enabled", "help", "id", "initialized", "install_time", "is_self", "job_id", "key_info", "keys", "keys_base64",
            "last_line", "leases", "metadata", "migration_id", "migration_info", "n", "next", "nonce", "openapi", "options", "otp_length", "path", "pgp_fingerprints", "policies",
            "policy", "progress", "required", "rule", "rules", "root_token", "sealed", "started", "state", "t", "term", "token", "type", "version", "versions", "x/", "x/y/",
        ];
        var members = string.Join(',', names.Select(name => $"\"{name}\":{value}"));
        return "{" + members.Replace("\"data\":", "\"d\":", StringComparison.Ordinal) + ",\"data\":{" + members + "}}";
    }
}
