using System.Text.Json;
using Coffer.Conformance.Tests.Matching;
using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests.Running;

public class CaseRunnerTests
{
    [Fact]
    public async Task Requests_carry_what_was_recorded_and_nothing_is_tidied_up()
    {
        await using var server = new FakeServer(_ => (204, ""));
        var differences = await RunAsync(server, """
            {"method":"LIST","path":"kv/a/../b//c%2e%2e?x=1&y=a+b","expect":{"status":204}},
            {"method":"POST","path":"kv/x","body":{"a":[1,"é"]},"headers":{"X-Vault-Wrap-TTL":"60s"},"expect":{"status":204}},
            {"method":"PATCH","path":"kv/x","raw":"not json","headers":{"Content-Type":"application/merge-patch+json"},"expect":{"status":204}}
            """);

        Assert.Empty(differences);
        Assert.Equal("LIST /v1/kv/a/../b//c%2e%2e?x=1&y=a+b HTTP/1.1", server.Requests[0].Line);
        Assert.Equal("root", server.Requests[0].Headers["X-Vault-Token"]);
        Assert.Equal("true", server.Requests[0].Headers["X-Vault-Request"]);
        Assert.False(server.Requests[0].Headers.ContainsKey("Content-Type"));
        Assert.Equal("""{"a":[1,"é"]}""", JsonSerializer.Serialize(JsonElement.Parse(server.Requests[1].Body), Readable));
        Assert.Equal("application/json", server.Requests[1].Headers["Content-Type"]);
        Assert.Equal("60s", server.Requests[1].Headers["X-Vault-Wrap-TTL"]);
        Assert.Equal("not json", server.Requests[2].Body);
        Assert.Equal("application/merge-patch+json", server.Requests[2].Headers["Content-Type"]);
    }

    [Fact]
    public async Task What_a_reply_holds_is_saved_and_used()
    {
        await using var server = new FakeServer(request => request.Line.StartsWith("POST", StringComparison.Ordinal)
            ? (200, """{"auth":{"client_token":"s.abc","n":[5,6]}}""")
            : (200, "{}"));
        await RunAsync(server, """
            {"method":"POST","path":"auth/token/create","save":{"t":"auth.client_token","n":"auth.n.1","gone":"auth.none"},"expect":{"status":200}},
            {"as":"t"},
            {"method":"GET","path":"a/${t}/${gone}","body":{"n":"${n}"},"expect":{"status":200}},
            {"as":"none"},
            {"method":"GET","path":"b","expect":{"status":200}},
            {"as":"literal"},
            {"method":"GET","path":"c","expect":{"status":200}},
            {"method":"GET","path":"d","headers":{"X-Vault-Token":"${t}"},"expect":{"status":200}}
            """);

        Assert.StartsWith("GET /v1/a/s.abc/$", server.Requests[1].Line, StringComparison.Ordinal);
        Assert.Equal("""{"n":6}""", server.Requests[1].Body);
        Assert.Equal("s.abc", server.Requests[1].Headers["X-Vault-Token"]);
        Assert.False(server.Requests[2].Headers.ContainsKey("X-Vault-Token"));
        Assert.Equal("literal", server.Requests[3].Headers["X-Vault-Token"]);
        Assert.Equal("s.abc", server.Requests[4].Headers["X-Vault-Token"]);
    }

    [Fact]
    public async Task A_wrong_body_fails_the_case()
    {
        await using var server = new FakeServer(_ => (200, """{"data":{"keys":["a","c"]}}"""));

        var differences = await RunAsync(server, """
            {"method":"GET","path":"x","expect":{"status":200,"body":{"data":{"keys":["a","b"]}}}},
            {"method":"GET","path":"y","expect":{"status":204}}
            """);

        Assert.Equal(
            ["step 0 GET x: data.keys.1: want \"b\", got \"c\"", "step 1 GET y: status: want 204, got 200 {\"data\":{\"keys\":[\"a\",\"c\"]}}"],
            differences);
    }

    [Fact]
    public async Task A_run_up_to_the_first_difference_sends_nothing_after_it()
    {
        await using var server = new FakeServer(_ => (500, "oops"));

        var differences = await RunAsync(server, """
            {"method":"GET","path":"x","expect":{"status":200}},
            {"method":"GET","path":"y","expect":{"status":200}}
            """, first: true);

        Assert.Equal(["step 0 GET x: status: want 200, got 500 {\"$text\":\"oops\"}"], differences);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_server_is_restarted_gently_or_not_as_recorded()
    {
        await using var server = new FakeServer(_ => (200, "{}"));

        await RunAsync(server, """{"restart":true},{"kill":true}""");

        Assert.Equal([true, false], server.Restarts);
    }

    [Fact]
    public async Task The_server_is_given_the_time_that_was_waited_for_in_the_recording()
    {
        await using var server = new FakeServer(_ => (200, "{}"));

        await RunAsync(server, """{"sleep":1.5},{"sleep":3}""");

        Assert.Equal([TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(3)], server.Waits);
    }

    [Fact]
    public async Task A_case_that_needs_an_unknown_neighbour_cannot_run()
    {
        var recorded = Case("""{"method":"GET","path":"x","body":{"u":"${k8s}"},"expect":{"status":200}}""");

        var problem = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await Neighbours.StartAsync(recorded, new Variables(), TestContext.Current.CancellationToken));

        Assert.Contains("${k8s}", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_case_that_needs_aws_gets_an_account_of_its_own_with_the_furniture_in_it()
    {
        var recorded = Case("""{"method":"GET","path":"x","body":{"iam_endpoint":"${aws}"},"expect":{"status":200}}""");
        var variables = new Variables();
        await using var neighbours = await Neighbours.StartAsync(recorded, variables, TestContext.Current.CancellationToken);

        using var http = new HttpClient();
        var state = await http.GetStringAsync($"{variables["aws"]}/_sandbox/state", TestContext.Current.CancellationToken);

        Assert.All(["conf-read", "conf-team", "conf-developers", "conf-empty", "conf-nested", "conf-alice", "conf-bob"], name =>
            Assert.Contains(name, state, StringComparison.Ordinal));
    }

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static RecordedCase Case(string steps) =>
        RecordedCase.Read("fake", JsonElement.Parse($$"""{"name":"n","about":"a","mode":"dev","steps":[{{steps}}]}"""));

    private static async Task<IReadOnlyList<string>> RunAsync(FakeServer server, string steps, bool first = false)
    {
        using var runner = new CaseRunner(Case(steps), server, new Variables());
        return await runner.RunAsync(first, TestContext.Current.CancellationToken);
    }
}
