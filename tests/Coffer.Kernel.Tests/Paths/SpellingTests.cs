using System.Text.Json;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Storage.Memory;

namespace Coffer.Kernel.Tests.Paths;

/// <summary>What is authorised is what runs, whatever the path's spelling: for every declared path, and every operation on it.</summary>
public sealed class SpellingTests
{
    // With a k and an s in them: letters that others, of other alphabets, fold to.
    private const string Name = "zqks1name";
    private const string Other = "zqks2name";

    private static readonly (string What, Func<string, string> Write)[] Spellings =
    [
        ("as it is", name => name),
        ("escaped letter", name => "%7A" + name[1..]),
        ("upper case", name => name.ToUpperInvariant()),
        ("one capital letter", name => "Z" + name[1..]),
        ("escaped capital letter", name => "%5A" + name[1..]),
        ("blank after", name => name + "%20"),
        ("blanks around", name => "%20" + name + "%20%20"),
        ("blank before a capital letter", name => "%20Z" + name[1..]),
        ("no-break space after", name => name + "%C2%A0"),
        ("zero-width space after", name => name + "%E2%80%8B"),
        ("tab after", name => name + "%09"),
        ("slash after", name => name + "/"),
        ("escaped slash after", name => name + "%2F"),
        ("slash and blank after", name => name + "/%20"),
        ("Kelvin sign for k", name => name.Replace("k", "%E2%84%AA", StringComparison.Ordinal)),
        ("long s for s", name => name.Replace("s", "%C5%BF", StringComparison.Ordinal)),
        ("dotted capital I", name => name + "%C4%B0"),
    ];

    /// <summary>CVE-2026-89322, GHSA-fg5x-7whg-6c28, and slashes and blanks as well as case.</summary>
    [Fact]
    public async Task CVE_2026_89322_no_spelling_of_a_path_reaches_what_the_decision_did_not_name()
    {
        var store = new TouchedKeys(new MemoryStore());
        await using var harness = await EveryPath.StartAsync(store);
        var (rows, reached, other) = (0, 0, 0);
        foreach (var path in EveryPath.All.Where(path => path.Parameters.Any()))
        {
            foreach (var operation in path.Operations)
            {
                foreach (var parameter in path.Parameters)
                {
                    var (canonical, own) = await OwnAsync(harness, store, path, operation, parameter);
                    rows += own.Count > 0 ? 1 : 0;
                    foreach (var (what, write) in Spellings)
                    {
                        if (await AskAsync(harness, store, path, operation, Spelled(path, parameter, write(Name)), harness.Root) is { } asked && asked.Touched.Overlaps(own))
                        {
                            if (asked.Decided != canonical.Decided)
                            {
                                // Background work of an earlier request may have touched them at the same moment: not twice.
                                asked = (await AskAsync(harness, store, path, operation, Spelled(path, parameter, write(Name)), harness.Root))!;
                                if (!asked.Touched.Overlaps(own))
                                {
                                    continue;
                                }
                            }

                            Assert.True(asked.Decided == canonical.Decided, $"{operation} {path}, {parameter} with {what}: decided on \"{asked.Decided}\", reached what \"{canonical.Decided}\" names");
                            reached++;
                            other += write(Name) == Name ? 0 : 1;
                        }
                    }
                }
            }
        }

        // A test that reaches nothing shows nothing.
        Assert.InRange(rows, 60, int.MaxValue);
        Assert.InRange(reached, 150, int.MaxValue);
        Assert.InRange(other, 100, int.MaxValue);
    }

    [Fact]
    public async Task CVE_2026_89322_a_deny_on_a_path_keeps_every_spelling_of_it_from_what_it_names()
    {
        var store = new TouchedKeys(new MemoryStore());
        await using var harness = await EveryPath.StartAsync(store);
        var token = (await harness.WriteAsync("auth/token/create", """{"policies":["denied"],"no_default_policy":true}""")).Ok().ClientToken;
        var denied = 0;
        foreach (var path in EveryPath.All.Where(path => path.Parameters.Any() && !path.Row.Unauthenticated))
        {
            foreach (var operation in path.Operations)
            {
                foreach (var parameter in path.Parameters)
                {
                    var (canonical, own) = await OwnAsync(harness, store, path, operation, parameter);
                    var policy = "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\", \"sudo\"] }\n"
                        + $"path \"{canonical.Decided}\" {{ capabilities = [\"deny\"] }}";
                    (await harness.WriteAsync("sys/policies/acl/denied", JsonSerializer.Serialize(new Dictionary<string, string> { ["policy"] = policy }))).Ok();
                    foreach (var (what, write) in Spellings)
                    {
                        if (await AskAsync(harness, store, path, operation, Spelled(path, parameter, write(Name)), token) is { } asked)
                        {
                            if (asked.Touched.Overlaps(own))
                            {
                                // As above: background work touches them once.
                                asked = (await AskAsync(harness, store, path, operation, Spelled(path, parameter, write(Name)), token))!;
                            }

                            Assert.False(asked.Touched.Overlaps(own), $"{operation} {path}, {parameter} with {what}: {asked.Status}, past the deny on \"{canonical.Decided}\"");
                            denied += asked.Status == 403 ? 1 : 0;
                        }
                    }
                }
            }
        }

        Assert.InRange(denied, 500, int.MaxValue);
    }

    /// <summary>The canonical request, and the entries that belong to what it names: touched each time, and never for another name.</summary>
    private static async Task<(Asked Canonical, HashSet<string> Own)> OwnAsync(
        KernelHarness harness, TouchedKeys store, MountedPath path, Operation operation, string parameter)
    {
        var first = await AskAsync(harness, store, path, operation, Spelled(path, parameter, Name), harness.Root);
        var other = await AskAsync(harness, store, path, operation, Spelled(path, parameter, Other), harness.Root);
        var again = await AskAsync(harness, store, path, operation, Spelled(path, parameter, Name), harness.Root);
        return (first!, [.. first!.Touched.Intersect(again!.Touched).Except(other!.Touched)]);
    }

    private static string Spelled(MountedPath path, string parameter, string text) => path.With(name => name == parameter ? text : "other1name");

    /// <summary>Null when the request is refused before anything is decided: it names nothing.</summary>
    private static async Task<Asked?> AskAsync(KernelHarness harness, TouchedKeys store, MountedPath path, Operation operation, string raw, string token)
    {
        if (!CanonicalPath.TryParse(raw, out var parsed, out _))
        {
            return null;
        }

        using var body = operation is Operation.Update or Operation.Patch ? JsonDocument.Parse(EveryPath.Body(path.Row).ToJsonString()) : null;
        var request = new ApiRequest
        {
            Id = SystemRandom.Instance.Uuid(),
            Path = parsed,
            Operation = operation,
            Token = token,
            Data = body?.RootElement ?? default,
            RemoteAddress = "127.0.0.1",
        };
        store.Take();
        var answer = Answer.Of(await harness.Kernel.Requests.HandleAsync(request, TestContext.Current.CancellationToken));
        var touched = store.Take();
        var explained = await harness.WriteAsync("sys/policies/explain", $$"""{"request_id":"{{request.Id}}"}""");
        if (explained.Status == 200)
        {
            return new Asked((string)explained.Data["path"]!, answer.Status, touched);
        }

        // Nobody decides on what needs no token; what counts and audits it sees the canonical path.
        var known = new PathTable([path.Row]).TryMatch(parsed.Text.Length > path.Mount.Length ? parsed.Text[path.Mount.Length..] : "", operation == Operation.List, out var match);
        return new Asked(known ? path.Mount + match.Canonical : parsed.Text, answer.Status, touched);
    }

    private sealed record Asked(string Decided, int Status, HashSet<string> Touched);
}
