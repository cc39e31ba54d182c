using System.Text.RegularExpressions;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Sys;

public class ParameterWarningTests
{
    private const string Warning = "Endpoint ignored these unrecognized parameters: [qqq_b qqq_z]";

    [Fact]
    public async Task Every_path_that_answers_says_which_parameters_it_does_not_know()
    {
        await using var harness = await KernelHarness.StartAsync();
        var answered = 0;
        List<string> silent = [];
        foreach (var (path, operation) in Paths())
        {
            var answer = await harness.SendAsync(operation, path, """{"qqq_z":"v","qqq_b":1,"qqq_null":null}""");
            if (answer.Status == 204 || (answer.Status < 300 && answer.Body.StartsWith("{\"request_id\"", StringComparison.Ordinal)))
            {
                answered++;
                if (answer.Status == 204 || !(answer.Json["warnings"]?.AsArray() ?? []).Any(warning => (string?)warning == Warning))
                {
                    silent.Add($"{operation} {path}");
                }
            }
        }

        Assert.Empty(silent);
        Assert.True(answered > 20, $"{answered} paths answered");
    }

    [Fact]
    public async Task A_parameter_that_the_path_decides_is_named_and_known_ones_are_not()
    {
        await using var harness = await KernelHarness.StartAsync();

        var replaced = (await harness.WriteAsync("fake/creds/r", """{"role":"other","ttl":"1m"}""")).Ok().Json;
        Assert.Equal("Endpoint replaced the value of these parameters with the values captured from the endpoint's path: [role]", (string)replaced["warnings"]![0]!);
        Assert.Single(replaced["warnings"]!.AsArray());
        Assert.Null((await harness.WriteAsync("fake/creds/r", """{"ttl":"1m"}""")).Ok().Json["warnings"]);
        (await harness.WriteAsync("sys/policies/acl/p", """{"policy":"path \"a\" { capabilities = [\"read\"] }"}""")).Is(204);
    }

    [Fact]
    public async Task A_value_in_the_place_of_a_name_is_not_repeated_and_many_names_make_no_long_warning()
    {
        await using var harness = await KernelHarness.StartAsync();
        var names = string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"n{i:000}\":1"));

        var answer = (await harness.WriteAsync("fake/counter", $$"""{"{{new string('s', 65)}}":1,"a b":2,{{names}}}""")).Ok();

        var warning = (string)answer.Json["warnings"]![0]!;
        Assert.DoesNotContain("sss", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("a b", warning, StringComparison.Ordinal);
        Assert.True(warning.Length < 500, warning);
    }

    [Fact]
    public async Task What_a_tune_takes_is_not_known_when_a_mount_is_made()
    {
        await using var harness = await KernelHarness.StartAsync();

        var made = (await harness.WriteAsync("sys/mounts/m", """{"type":"fake","default_lease_ttl":"1h"}""")).Ok().Json;
        Assert.Equal("Endpoint ignored these unrecognized parameters: [default_lease_ttl]", (string)made["warnings"]![0]!);
        (await harness.WriteAsync("sys/mounts/m/tune", """{"default_lease_ttl":"1h"}""")).Is(204);
    }

    /// <summary>Every declared path with its operations, but for those that would end the server or the token, and share holders' ones, whose answers have no place for warnings.</summary>
    private static IEnumerable<(string Path, Operation Operation)> Paths()
    {
        string[] left = ["sys/seal", "sys/step-down", "auth/token/revoke-self", "sys/wrapping/wrap"];
        foreach (var (mount, paths) in new[] { ("sys/", BuiltInTables.Of("sys/")), ("auth/token/", BuiltInTables.Of("auth/token/")), ("fake/", new FakeEngine(new OutsideWorld()).Paths) })
        {
            foreach (var path in paths.Where(path => !path.TakesAnyInput))
            {
                var filled = mount + Regex.Replace(path.Template, @"\{[^}]*\}", "x");
                foreach (var operation in Enum.GetValues<Operation>().Where(operation => operation != Operation.Create && !path.Template.StartsWith("rekey/", StringComparison.Ordinal) && !path.Template.StartsWith("generate-root", StringComparison.Ordinal) && path.HandlerOf(operation) is not null && !left.Contains(filled)))
                {
                    yield return (filled, operation);
                }
            }
        }
    }
}
