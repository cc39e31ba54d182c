using System.Text.Json;
using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests.Matching;

public class ReplyCheckTests
{
    [Fact]
    public void Another_status_is_the_only_difference_told()
    {
        var expect = new Expectation { Status = 200, Body = JsonElement.Parse("""{"a":1}""") };

        Assert.Equal(["status: want 200, got 404 {\"errors\":[]}"], Check(expect, 404, """{"errors":[]}"""));
    }

    [Theory]
    [InlineData("""{"errors":["another text"]}""", false, 0)]
    [InlineData("""{"errors":["another text"]}""", true, 1)]
    [InlineData("""{"errors":["permission denied"]}""", true, 0)]
    [InlineData("""{"errors":["permission denied","more"]}""", true, 1)]
    [InlineData("""{"errors":[]}""", false, 1)]
    [InlineData("""{"errors":"permission denied"}""", false, 1)]
    [InlineData("""{"data":{}}""", false, 1)]
    [InlineData(null, false, 1)]
    public void Errors_have_to_be_a_list_and_their_texts_count_where_the_step_says_so(string? body, bool textsCount, int differences)
    {
        var expect = new Expectation { Status = 403, Errors = ["permission denied"], ErrorTextsCount = textsCount };

        Assert.Equal(differences, Check(expect, 403, body).Length);
    }

    [Fact]
    public void An_empty_list_of_errors_may_be_met_by_any_list()
    {
        var expect = new Expectation { Status = 404, Errors = [] };

        Assert.Empty(Check(expect, 404, """{"errors":[]}"""));
        Assert.Empty(Check(expect, 404, """{"errors":["no such path"]}"""));
        Assert.Single(Check(expect, 404, "{}"));
    }

    [Fact]
    public void Without_body_and_errors_only_the_status_counts() => Assert.Empty(Check(new Expectation { Status = 204 }, 204, """{"a":1}"""));

    [Fact]
    public void The_address_of_the_server_is_known_in_what_is_expected()
    {
        var expect = new Expectation { Status = 200, Body = JsonElement.Parse("""{"at":"${addr}/v1","other":"${x}"}""") };

        Assert.Empty(Check(expect, 200, """{"at":"http://here/v1","other":"${x}"}"""));
    }

    [Fact]
    public void Every_recorded_expectation_takes_a_reply_made_after_it_and_refuses_a_wrong_one()
    {
        var expectations = Archive.Cases.SelectMany(recorded => recorded.Steps).OfType<RecordedStep.Send>().Select(step => step.Expect!).ToArray();
        var bodies = 0;
        foreach (var expect in expectations)
        {
            var made = expect.Errors is { } errors ? JsonSerializer.SerializeToElement(new { errors })
                : expect.Body is { } body ? Sample(body) : default;

            Assert.Empty(ReplyCheck.Differences(expect, expect.Status, made, new Variables()));
            Assert.Single(ReplyCheck.Differences(expect, expect.Status + 1, made, new Variables()));
            if (expect.Body is not null && !expect.Ignored.Contains("."))
            {
                bodies++;
                Assert.NotEmpty(ReplyCheck.Differences(expect, expect.Status, JsonElement.Parse("\"wrong\""), new Variables()));
            }
        }

        Assert.Equal(6643, expectations.Length);
        Assert.InRange(bodies, 2500, 2599);
    }

    private static string[] Check(Expectation expect, int status, string? body)
    {
        var variables = new Variables();
        variables.Set("addr", "http://here");
        return [.. ReplyCheck.Differences(expect, status, body is null ? default : JsonElement.Parse(body), variables)];
    }

    /// <summary>A value that fits what is expected: matchers replaced by something they stand for.</summary>
    private static JsonElement Sample(JsonElement want) => want.ValueKind switch
    {
        JsonValueKind.Object when want.TryGetProperty("$near", out var number) => number,
        JsonValueKind.Object when want.TryGetProperty("$is", out var kind) => JsonElement.Parse(kind.GetString() switch
        {
            "string" or "uuid" => "\"x\"",
            "time" => "\"2024-01-01T00:00:00Z\"",
            "number" => "7",
            "bool" => "true",
            "list" => "[]",
            "object" => "{}",
            _ => "null",
        }),
        JsonValueKind.Object => JsonSerializer.SerializeToElement(want.EnumerateObject().ToDictionary(member => member.Name, member => Sample(member.Value))),
        JsonValueKind.Array => JsonSerializer.SerializeToElement(want.EnumerateArray().Select(Sample).ToArray()),
        _ => want,
    };
}
