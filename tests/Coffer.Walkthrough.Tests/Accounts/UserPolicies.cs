using System.Globalization;
using System.Text.Json;
using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Policies;

namespace Coffer.Walkthrough.Tests.Accounts;

/// <summary>What the inline policies of a user have to be: the role's own, and Coffer's Deny after the hard end.</summary>
internal static class UserPolicies
{
    /// <summary>Holds a user's inline policies against what the role was written with.</summary>
    /// <returns>The hard end that AWS enforces.</returns>
    public static DateTimeOffset HardEnd(IReadOnlyDictionary<string, string> policies, string role, string roleDocument)
    {
        var (name, document) = Assert.Single(policies);
        Assert.Equal(role, name);
        using var found = JsonDocument.Parse(document);
        using var written = JsonDocument.Parse(roleDocument);
        JsonElement[] own = [.. written.RootElement.GetProperty("Statement").EnumerateArray()];
        JsonElement[] all = [.. found.RootElement.GetProperty("Statement").EnumerateArray()];
        Assert.Equal(written.RootElement.GetProperty("Version").GetString(), found.RootElement.GetProperty("Version").GetString());
        Assert.Equal(own.Length + 1, all.Length);
        Assert.All(own.Zip(all), pair => Assert.True(JsonElement.DeepEquals(pair.First, pair.Second), $"{pair.Second} is not {pair.First}"));

        var deny = all[^1];
        Assert.Equal("Deny", deny.GetProperty("Effect").GetString());
        Assert.Equal("*", deny.GetProperty("Action").GetString());
        Assert.Equal("*", deny.GetProperty("Resource").GetString());
        var condition = Assert.Single(deny.GetProperty("Condition").EnumerateObject());
        Assert.Equal("DateGreaterThan", condition.Name);
        var time = Assert.Single(condition.Value.EnumerateObject());
        Assert.Equal("aws:CurrentTime", time.Name);
        return DateTimeOffset.Parse(time.Value.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }

    /// <summary>Whether a user with these policies may do it, where no back end serves the service that is asked for.</summary>
    public static bool Allow(IReadOnlyDictionary<string, string> policies, string action, DateTimeOffset now)
    {
        var request = new PolicyRequest { Action = action, Resource = "*" }
            .With("aws:CurrentTime", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        var documents = policies.Values.Select(document => PolicyDocument.Parse(document, PolicyUse.Identity));
        return PolicyEvaluator.Evaluate(documents, request) == PolicyDecision.Allow;
    }
}
