using System.Globalization;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Simulation;

/// <summary>Clients that send requests at the same time, and remember what they were promised. All of it runs in the harness's context, one piece at a time.</summary>
/// <param name="trace">Gets a line for each answer.</param>
internal sealed class SimulatedClients(KernelHarness harness, Action<string> trace)
{
    private static readonly string[] Mounts = ["fake", "m1", "m2"];

    /// <summary>Mounts whose leases other clients may end at any time, so that nothing is promised of them.</summary>
    private static readonly string[] Shared = Mounts[1..];

    /// <summary>What a request may be answered with, whatever fails: never 500.</summary>
    private static readonly int[] Answers = [200, 202, 204, 400, 403, 404, 502, 503];

    /// <summary>Answers give ends by the wall's clock, which a run sets by a few seconds now and then.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, DateTimeOffset> _promised = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private readonly List<string> _leases = [];
    private readonly List<string> _tokens = [];
    private readonly Dictionary<int, HashSet<string>> _items = [];
    private readonly HashSet<int> _busyItems = [];
    private readonly List<Task> _asked = [];

    /// <summary>Begins requests of some clients, and does not wait for them.</summary>
    /// <param name="seeds">What each of them does.</param>
    public Task BeginAsync(params IReadOnlyList<int> seeds) => harness.InContextAsync(() =>
    {
        foreach (var seed in seeds)
        {
            _asked.Add(AskAsync(new Random(seed)));
        }

        return ValueTask.FromResult(true);
    });

    /// <summary>Fails with what is wrong with an answer, and forgets requests that are over. Called while the kernel is idle, as all that follow.</summary>
    public async Task CheckAnswersAsync()
    {
        foreach (var request in _asked.Where(request => request.IsCompleted))
        {
            await request;
        }

        _asked.RemoveAll(request => request.IsCompleted);
    }

    /// <summary>Waits until every request is answered.</summary>
    public async Task DrainAsync()
    {
        await harness.AdvanceUntilAsync(() => _asked.All(request => request.IsCompleted));
        await CheckAnswersAsync();
    }

    /// <summary>What a client was promised, and did nothing to end, is there until its end.</summary>
    public void AssertPromises()
    {
        var secrets = harness.World.Secrets.ToHashSet(StringComparer.Ordinal);
        foreach (var (lease, end) in _promised)
        {
            Assert.True(harness.Clock.GetUtcNow() + Slack >= end || secrets.Contains(lease), $"the secret of {lease} is gone before {end:O}");
        }
    }

    /// <summary>What was written and acknowledged is read.</summary>
    public async Task AssertItemsAsync()
    {
        foreach (var (item, values) in _items)
        {
            var answer = await harness.ReadAsync($"fake/items/{item}");
            var read = answer.Status == 404 ? "" : (string)answer.Ok().Data["value"]!;
            Assert.True(values.Contains(read), $"item {item} is '{read}', and should be one of {string.Join(", ", values)}");
        }
    }

    private Task AskAsync(Random dice) => dice.Next(16) switch
    {
        4 => TokenAsync(dice),
        5 when _tokens.Count > 0 => LeaseAsync(dice, Pick(dice, _tokens)),
        6 when _tokens.Count > 0 => SendAsync("auth/token/revoke", $$"""{"token":"{{Pick(dice, _tokens)}}"}"""),
        7 when _leases.Count > 0 => RenewAsync(dice, Pick(dice, _leases)),
        8 when _leases.Count > 0 => RevokeAsync(Pick(dice, _leases)),
        9 => SendAsync("sys/leases/revoke-prefix/" + Pick(dice, Shared), dice.Next(2) == 0 ? "{}" : """{"wait":"0s"}"""),
        10 => SendAsync(Pick(dice, Mounts) + "/rotate", "{}"),
        11 => SendAsync(dice.Next(2) == 0 ? "sys/leases/tidy" : "auth/token/tidy", "{}"),
        12 => SendAsync("sys/rotate", "{}"),
        13 when dice.Next(3) == 0 => SendAsync("sys/mounts/" + Pick(dice, Shared), null, operation: Operation.Delete),
        13 or 14 => SendAsync("sys/mounts/" + Pick(dice, Shared), """{"type":"fake"}"""),
        15 => ItemAsync(dice),
        _ => LeaseAsync(dice, token: null),
    };

    private async Task LeaseAsync(Random dice, string? token)
    {
        var mount = Pick(dice, Mounts);
        var answer = await SendAsync(mount + "/creds/a", $$"""{"ttl":"{{dice.Next(5, 4000)}}s"}""", token);
        if (answer.Status != 200)
        {
            return;
        }

        _leases.Add(answer.LeaseId);
        if (token is null && !Shared.Contains(mount))
        {
            _promised[answer.LeaseId] = EndOf(answer);
        }
    }

    private async Task TokenAsync(Random dice)
    {
        var answer = await SendAsync("auth/token/create", $$"""{"ttl":"{{dice.Next(60, 4000)}}s","policies":["root"]}""");
        if (answer.Status == 200)
        {
            _tokens.Add(answer.ClientToken);
        }
    }

    private async Task RenewAsync(Random dice, string lease)
    {
        // It may be shortened, or not, where the answer does not say.
        var was = _promised.Remove(lease);
        var answer = await SendAsync("sys/leases/renew", $$"""{"lease_id":"{{lease}}","increment":"{{dice.Next(5, 4000)}}s"}""");
        if (answer.Status == 200 && was && !_ended.Contains(lease))
        {
            _promised[lease] = EndOf(answer);
        }
    }

    private Task<Answer> RevokeAsync(string lease)
    {
        _ended.Add(lease);
        _promised.Remove(lease);
        return SendAsync("sys/leases/revoke", $$"""{"lease_id":"{{lease}}"}""");
    }

    private async Task ItemAsync(Random dice)
    {
        var item = dice.Next(3);
        if (!_busyItems.Add(item))
        {
            return;
        }

        if (!_items.TryGetValue(item, out var values))
        {
            _items[item] = values = [""];
        }

        var value = $"v{dice.Next()}";
        values.Add(value);
        var answer = await SendAsync($"fake/items/{item}", $$"""{"value":"{{value}}"}""");
        if (answer.Status == 204)
        {
            values.Clear();
            values.Add(value);
        }

        _busyItems.Remove(item);
    }

    private async Task<Answer> SendAsync(string path, string? body, string? token = null, Operation operation = Operation.Update)
    {
        var answer = await harness.SendAsync(operation, path, body, token);
        trace($"{operation} {path}: {answer.Status}");
        Assert.True(Answers.Contains(answer.Status), $"{operation} {path} {body}: {answer}");
        return answer;
    }

    private static T Pick<T>(Random dice, IReadOnlyList<T> all) => all[dice.Next(all.Count)];

    private static DateTimeOffset EndOf(Answer answer) => DateTimeOffset.Parse((string)answer.Json["expire_time"]!, CultureInfo.InvariantCulture);
}
