using System.Text.Json.Nodes;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Storage.Memory;

namespace Coffer.Kernel.Tests.Paths;

/// <summary>A refusal names the field, what is wrong with it and what to do, and never repeats a value: it goes into logs, and in clear into the audit log.</summary>
public sealed class CanaryTests
{
    // A word in every notation there is: with a dash in it, a template would be refused for the dash.
    private const string Canary = "c4n4ryv4lue";

    /// <summary>Fields whose value the answer may name: it is what the path would hold, were it not in the body.</summary>
    private static readonly HashSet<string> Names = [];

    /// <summary>CVE-2025-4166, GHSA-8xxq-mq9m-xmhw: over every field of every path, in every shape that a client may send.</summary>
    [Fact]
    public async Task CVE_2025_4166_and_GHSA_8xxq_mq9m_xmhw_no_value_of_any_field_of_any_path_comes_back_in_a_refusal()
    {
        await using var harness = await EveryPath.StartAsync(new MemoryStore());
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var refusals = 0;
        foreach (var path in EveryPath.All)
        {
            var text = path.With(_ => "name1");
            foreach (var operation in path.Operations)
            {
                foreach (var (field, body) in Bodies(path.Row))
                {
                    var answer = await harness.SendAsync(operation, text, body.ToJsonString());
                    if (answer.Status < 400)
                    {
                        continue;
                    }

                    refusals++;
                    if (answer.Body.Contains(Canary, StringComparison.OrdinalIgnoreCase) && !Names.Contains($"{path} {field.Name}"))
                    {
                        found.Add($"{operation} {path} {field.Name}: {answer.Body}");
                    }
                }
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
        Assert.InRange(refusals, 1000, int.MaxValue);
    }

    /// <summary>The canary in one field, in each shape; alone, and beside values that let the request come as far as it can.</summary>
    private static IEnumerable<(Field Field, JsonObject Body)> Bodies(EnginePath row)
    {
        foreach (var field in row.Fields)
        {
            foreach (var shape in Shapes())
            {
                yield return (field, new JsonObject { [field.Name] = shape.DeepClone() });
                yield return (field, EveryPath.Body(row, field, shape));
            }
        }
    }

    private static IEnumerable<JsonNode> Shapes() =>
    [
        Canary,
        Canary + "!\u0001",
        "{{" + Canary + "}}",
        "{{ " + Canary + " }}",
        "{{ ." + Canary + " }}",
        "{{ .Type " + Canary + " }}",
        "{{ uppercase (" + Canary + ") }}",
        "{{ printf \"" + Canary + "\" 1 }}",
        "{{ printf \"" + Canary + "%s\" }}",
        "{{ 1" + Canary + " }}",
        "{{" + Canary + " |",
        "{" + Canary,
        "path \"" + Canary,
        "path \"x\" { capabilities = [\"" + Canary + "\"] }",
        "path \"x\" { " + Canary + " = 1 }",
        "{\"" + Canary + "\": 1}",
        "length = 20\nrule \"" + Canary + "\" { }",
        "https://user:" + Canary + "@example.com/%zz",
        "arn:aws:iam::" + Canary,
        "10.0.0.0/" + Canary,
        Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("path \"" + Canary)),
        new JsonArray(Canary),
        new JsonArray("text", Canary + "\u0001"),
        new JsonArray(new JsonObject { [Canary] = Canary }),
        new JsonObject { [Canary] = Canary },
        new JsonObject { [Canary] = new JsonObject { [Canary] = 1 } },
        new JsonObject { ["type"] = Canary, ["default_lease_ttl"] = Canary, ["options"] = Canary },
    ];
}
