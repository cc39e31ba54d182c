using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Storage.Memory;

namespace Coffer.Kernel.Tests.Paths;

/// <summary>A value that a policy denies reaches no handler, however it is written: for every field of every path.</summary>
public sealed class DeniedValueTests
{
    private const string All = "capabilities = [\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\", \"sudo\"]";

    [Fact]
    public async Task A_denied_value_of_any_field_of_any_path_reaches_no_handler_in_any_spelling()
    {
        await using var harness = await EveryPath.StartAsync(new MemoryStore());
        var token = (await harness.WriteAsync("auth/token/create", """{"policies":["denied"],"no_default_policy":true}""")).Ok().ClientToken;
        var reached = new SortedSet<string>(StringComparer.Ordinal);
        var (denied, others, fields) = (0, 0, 0);
        foreach (var path in EveryPath.All.Where(path => !path.Row.Unauthenticated))
        {
            Field[] declared = [.. path.Row.Fields.Concat(path.Row.JudgedFields).DistinctBy(field => field.Name)];
            var at = path.With(_ => "name1");
            var rounds = declared.Select(field => ValueSpellings.Of(field.Kind).Length).DefaultIfEmpty().Max();
            fields += declared.Length;
            for (var round = 0; round < rounds; round++)
            {
                var values = declared.Where(field => round < ValueSpellings.Of(field.Kind).Length).ToDictionary(field => field, field => ValueSpellings.Of(field.Kind)[round]);
                var list = string.Join(", ", values.Select(pair => $"\"{pair.Key.Name}\" = [{pair.Value.Written}]"));
                var policy = $"path \"*\" {{ {All} }}\npath \"{at}\" {{ {All}\n denied_parameters = {{ {list} }} }}";
                (await harness.WriteAsync("sys/policies/acl/denied", JsonSerializer.Serialize(new Dictionary<string, string> { ["policy"] = policy }))).Ok();
                foreach (var operation in path.Operations.Where(operation => operation is not (Operation.List or Operation.Delete)))
                {
                    foreach (var (field, value) in values)
                    {
                        foreach (var spelling in value.Spellings)
                        {
                            denied++;
                            if (await StatusAsync(operation, at, field, spelling) is not 403 and var status)
                            {
                                reached.Add($"{operation} {path}: {field.Name} ({field.Kind}), denied {value.Written}, took {spelling} with {status}");
                            }
                        }

                        others += round == 0 && await StatusAsync(operation, at, field, value.Other) != 403 ? 1 : 0;
                    }
                }
            }
        }

        Assert.True(reached.Count == 0, string.Join("\n", reached));

        // A test that is refused everything shows nothing.
        Assert.InRange(fields, 250, int.MaxValue);
        Assert.InRange(denied, 5000, int.MaxValue);
        Assert.InRange(others, 300, int.MaxValue);

        async Task<int> StatusAsync(Operation operation, string at, Field field, string json) =>
            (await harness.SendAsync(operation, at, $"{{\"{field.Name}\":{json}}}", token)).Status;
    }

    /// <summary>An old name would be a way around the deny of the new one, and the other way around.</summary>
    [Fact]
    public async Task A_value_that_is_denied_under_one_name_of_a_field_is_denied_under_all()
    {
        await using var harness = await EveryPath.StartAsync(new MemoryStore());
        var token = (await harness.WriteAsync("auth/token/create", """{"policies":["denied"],"no_default_policy":true}""")).Ok().ClientToken;
        var pairs = 0;
        foreach (var path in EveryPath.All.Where(path => path.Row.Write is not null && !path.Row.Unauthenticated))
        {
            foreach (var old in path.Row.Fields)
            {
                foreach (var field in path.Row.Fields.Where(field => old.NewNames.Contains(field.Name)))
                {
                    pairs++;
                    foreach (var (named, sent) in ((Field, Field)[])[(field, old), (old, field)])
                    {
                        var (at, value) = (path.With(_ => "name1"), ValueSpellings.Of(old.Kind)[0]);
                        var policy = $"path \"{at}\" {{ {All}\n denied_parameters = {{ \"{named.Name}\" = [{value.Written}] }} }}";
                        (await harness.WriteAsync("sys/policies/acl/denied", JsonSerializer.Serialize(new Dictionary<string, string> { ["policy"] = policy }))).Ok();
                        (await harness.WriteAsync(at, $"{{\"{sent.Name}\":{value.Spellings[0]}}}", token)).Is(403);
                    }
                }
            }
        }

        Assert.InRange(pairs, 12, int.MaxValue);
    }

    /// <summary>Else the table would hold what every handler refuses, and the test above would show less than it says.</summary>
    [Fact]
    public void Every_kind_of_field_has_spellings_and_its_parser_takes_each()
    {
        var fields = EveryPath.All.SelectMany(path => path.Row.Fields.Concat(path.Row.JudgedFields)).ToList();
        foreach (var kind in Enum.GetValues<FieldKind>())
        {
            var spelled = ValueSpellings.Of(kind);
            Assert.NotEmpty(spelled);
            var field = kind == FieldKind.Bytes ? Field.Bytes("f", "") : fields.FirstOrDefault(each => each.Kind == kind && each.Members.IsEmpty);
            if (kind == FieldKind.Records)
            {
                // Compared as they are written, whatever their fields are.
                continue;
            }

            Assert.True(field is not null, $"no path declares a field of the kind {kind}");
            foreach (var spelling in spelled.SelectMany(value => value.Spellings.Append(value.Other)))
            {
                Assert.True(field.Read(JsonDocument.Parse(spelling).RootElement) is not null, $"{kind} does not take {spelling}");
            }
        }
    }
}
