using System.Text.Json;

namespace Coffer.Policies.Tests;

/// <summary>
/// <c>recorded-acl.json</c> holds what a reference server answered: policies as they were written, then, token by token, requests it
/// allowed or refused and the capabilities it named.
/// </summary>
public sealed class RecordedAclTests
{
    public static TheoryData<string> Cases => [.. Load().RootElement.EnumerateArray().Select(recorded => recorded.GetProperty("case").GetString()!)];

    [Fact]
    public void All_recordings_are_there()
    {
        using var recordings = Load();
        var steps = recordings.RootElement.EnumerateArray().SelectMany(recorded => recorded.GetProperty("steps").EnumerateArray()).ToList();

        Assert.Equal(47, recordings.RootElement.GetArrayLength());
        Assert.Equal(285, steps.Count(step => step.TryGetProperty("do", out _)));
        Assert.Equal(181, steps.Count(step => step.TryGetProperty("caps", out _)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_answers_are_those_recorded(string name)
    {
        using var recordings = Load();
        var recorded = recordings.RootElement.EnumerateArray().Single(one => one.GetProperty("case").GetString() == name);
        var policies = new Dictionary<string, AclPolicy> { ["default"] = AclPolicy.Parse(PolicyName.Default, BuiltInPolicies.Default) };

        foreach (var step in recorded.GetProperty("steps").EnumerateArray())
        {
            if (step.TryGetProperty("policy", out var written))
            {
                var policy = PolicyName.Parse(written.GetString()!);
                policies[policy.Value] = AclPolicy.Parse(policy, PolicyText.Decode(step.GetProperty("text").GetString()!));
            }
            else
            {
                Check(step, Compile(step, policies));
            }
        }
    }

    private static Acl Compile(JsonElement step, Dictionary<string, AclPolicy> policies)
    {
        var names = step.GetProperty("as").EnumerateArray().Select(name => name.GetString()!).ToList();
        return names.Contains("root")
            ? Acl.Root
            : Acl.Compile(names.Where(policies.ContainsKey).Select(name => policies[name]), PolicyTemplateValues.None);
    }

    private static void Check(JsonElement step, Acl acl)
    {
        if (step.TryGetProperty("caps", out var path))
        {
            var expected = step.GetProperty("is").EnumerateArray().Select(name => name.GetString()!);
            Assert.True(acl.Capabilities(path.GetString()!).SequenceEqual(expected), $"{step}: {string.Join(',', acl.Capabilities(path.GetString()!))}");
            return;
        }

        var decision = acl.Decide(new AclRequest(
            step.GetProperty("path").GetString()!,
            Enum.Parse<AclOperation>(step.GetProperty("do").GetString()!),
            step.TryGetProperty("data", out var data) ? data : null,
            step.TryGetProperty("wrap", out var seconds) ? TimeSpan.FromSeconds(seconds.GetInt32()) : null,
            step.TryGetProperty("sudo", out _)));
        Assert.True(decision.IsAllowed == step.GetProperty("ok").GetBoolean(), $"{step}: {decision.Refusal} by {decision.Rule?.Path}");
    }

    private static JsonDocument Load()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Coffer.slnx")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))
                ?? throw new InvalidOperationException("the tests do not run inside the repository");
        }

        return JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tests", "Coffer.Policies.Tests", "recorded-acl.json")));
    }
}
