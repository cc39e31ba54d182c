using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Secrets.Aws;
using Coffer.Testing.Engines;
using CsCheck;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>Policy documents as the engine's paths show and send them.</summary>
public sealed class PolicyTextTests : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly EngineHarness _engine = new(AwsEngine.Type);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [InlineData("{ \"Version\" : \"2012-10-17\",\n\t\"Statement\": { \"Sid\": \"a b\", \"Action\": [ \"z:1\", \"a:2\" ] } }", "{\"Version\":\"2012-10-17\",\"Statement\":{\"Sid\":\"a b\",\"Action\":[\"z:1\",\"a:2\"]}}")]
    [InlineData("{\"b\": 1.50, \"a\": [ ] , \"u\": \"\\u00e9 <>&\"}", "{\"b\":1.50,\"a\":[],\"u\":\"\\u00e9 <>&\"}")]
    [InlineData("{\"a\": 1, \"a\": 2}", "{\"a\":1,\"a\":2}")]
    [InlineData("{ \"q\": \"a \\\" b\\\\\" , \"r\": 1E+2 }", "{\"q\":\"a \\\" b\\\\\",\"r\":1E+2}")]
    public async Task White_space_goes_and_all_else_stays(string document, string compacted) =>
        Assert.Equal(compacted, await ShownAsync(document));

    [Fact]
    public async Task Compacting_what_was_indented_gives_it_back()
    {
        var documents = new List<string>();
        Gen.Select(Gen.String, Gen.Double[-1e9, 1e9], Gen.String.Array[0, 3]).Sample(
            (text, number, list) =>
            {
                var node = new JsonObject { ["s"] = text, ["n"] = number, ["l"] = new JsonArray([.. list.Select(item => JsonValue.Create(item))]) };
                lock (documents)
                {
                    documents.Add(node.ToJsonString());
                }
            },
            iter: 50);
        foreach (var document in documents)
        {
            using var parsed = JsonDocument.Parse(document);
            var indented = JsonSerializer.Serialize(parsed.RootElement, Indented);
            var plain = JsonSerializer.Serialize(parsed.RootElement);
            Assert.Equal(plain, await ShownAsync(indented));
        }
    }

    private async Task<string> ShownAsync(string document)
    {
        (await _engine.WriteAsync(
            "roles/p", new JsonObject { ["credential_type"] = "federation_token", ["policy_document"] = document }.ToJsonString())).AssertDone();
        return (string)(await _engine.ReadAsync("roles/p")).Data()["policy_document"]!;
    }
}
