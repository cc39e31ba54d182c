using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Kill.Tests.Running;

namespace Coffer.Kill.Tests.Load;

/// <summary>A client that asks for one thing after the other, as fast as it is answered, and remembers what it was promised over all of the server's lives.</summary>
internal sealed class LoadClient(Stage stage, LoadTally tally, int number, int seed)
{
    /// <summary>The policy of the tokens that it makes.</summary>
    public const string Policy = "load";

    /// <summary>Seconds that keys and tokens live, on a machine that has nothing else to do.</summary>
    public const int LifeLeast = 3;

    private const int HeldMax = 8;

    private readonly Random _random = new(seed);
    private readonly List<Credential> _held = [];
    private long _answered;
    private long _sent;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string ValuePath => $"kv/client/{number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Works until the server is not there any more.</summary>
    /// <exception cref="InvalidDataException">The server refused what it must not refuse.</exception>
    public async Task RunAsync(Api api)
    {
        try
        {
            while (true)
            {
                _held.RemoveAll(credential => credential.MayBeGone || credential.WorksUntil < DateTimeOffset.UtcNow);
                await (_random.Next(10) switch
                {
                    < 4 when _held.Count < HeldMax => IssueAsync(api),
                    4 => RenewAsync(api),
                    5 or 6 => RevokeAsync(api),
                    7 when _held.Count < HeldMax => WithTokenAsync(api),
                    _ => WriteAsync(api),
                });
            }
        }
        catch (HttpRequestException)
        {
            tally.CutOff();
        }
    }

    /// <summary>After a restart: the value that was written last is there, and the keys that were answered open what they should.</summary>
    /// <returns>How many keys were used.</returns>
    public async Task<int> AssertKeptAsync(Api api)
    {
        var read = await api.ReadAsync(ValuePath, Cancel);
        var stored = read.Status == 404 ? 0 : long.Parse((string)read.Data["value"]!, CultureInfo.InvariantCulture);

        // One write may have been cut off, and may or may not have made it.
        Assert.True(stored == _answered || stored == _sent, $"client {number} was answered {_answered}, and {stored} is there");
        _answered = _sent = stored;
        var used = 0;
        foreach (var credential in _held)
        {
            used += await UseAsync(credential) ? 1 : 0;
        }

        return used;
    }

    private async Task IssueAsync(Api api)
    {
        var asked = DateTimeOffset.UtcNow;
        var answer = await api.ReadAsync($"aws/creds/{(_random.Next(2) == 0 ? Stage.FullRole : Stage.PlainRole)}", Cancel);
        await HoldAsync(new Credential(answer, asked));
    }

    private async Task RenewAsync(Api api)
    {
        if (Any() is not { } credential)
        {
            return;
        }

        var asked = DateTimeOffset.UtcNow;
        var answer = await api.WriteAsync("sys/leases/renew", new JsonObject { ["lease_id"] = credential.LeaseId, ["increment"] = stage.Seconds(LifeLeast) }, Cancel);
        if (answer.Status == 400 && credential.WorksUntil < DateTimeOffset.UtcNow)
        {
            return;
        }

        credential.Renewed(answer, asked);
        tally.Renewed();
    }

    private async Task RevokeAsync(Api api)
    {
        if (Any() is { } credential)
        {
            credential.MayBeGone = true;
            (await api.WriteAsync("sys/leases/revoke", new JsonObject { ["lease_id"] = credential.LeaseId }, Cancel)).Ok();
            tally.Revoked();
        }
    }

    /// <summary>A credential that belongs to a short token, and ends with it.</summary>
    private async Task WithTokenAsync(Api api)
    {
        var wanted = new JsonObject { ["ttl"] = stage.Seconds(LifeLeast), ["renewable"] = false, ["policies"] = new JsonArray(Policy) };
        var token = (string)(await api.WriteAsync("auth/token/create", wanted, Cancel)).Ok().Body!["auth"]!["client_token"]!;
        tally.TokenMade();
        var asked = DateTimeOffset.UtcNow;
        var credential = new Credential(await api.ReadAsAsync(token, $"aws/creds/{Stage.PlainRole}", Cancel), asked);
        await HoldAsync(credential);
        if (_random.Next(3) == 0)
        {
            credential.MayBeGone = true;
            (await api.WriteAsync("auth/token/revoke", new JsonObject { ["token"] = token }, Cancel)).Ok();
        }
    }

    private async Task WriteAsync(Api api)
    {
        _sent = _answered + 1;
        (await api.WriteAsync(ValuePath, new JsonObject { ["value"] = _sent.ToString(CultureInfo.InvariantCulture) }, Cancel)).Ok();
        _answered = _sent;
        tally.Wrote();
    }

    private async Task HoldAsync(Credential credential)
    {
        tally.Issued();
        _held.Add(credential);
        if (_random.Next(2) == 0)
        {
            await UseAsync(credential);
        }
    }

    private async Task<bool> UseAsync(Credential credential)
    {
        var used = await credential.UseAsync(stage.Visitor, Cancel);
        if (used)
        {
            tally.Used();
        }

        return used;
    }

    private Credential? Any() => _held.Count == 0 ? null : _held[_random.Next(_held.Count)];
}
