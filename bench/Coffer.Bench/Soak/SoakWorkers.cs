using System.Globalization;
using System.Text.Json.Nodes;

namespace Coffer.Bench.Soak;

/// <summary>Everything that clients do with a server, each kind in a loop of its own.</summary>
internal sealed class SoakWorkers(SoakClient client, SoakLeases leases)
{
    public const int LeaseSeconds = 8;
    public const string Policy = "soak";
    public const string Password = "correct horse battery staple";
    public const int Users = 5;

    private const int Keys = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private Func<Random, CancellationToken, Task>[] Kinds =>
        [LogInAsync, MakeTokenAsync, IssueAsync, IssueAsync, UseKvAsync, UseKvAsync, MountAsync, WritePolicyAsync, WriteIdentityAsync, UseCubbyholeAsync, WrapAsync];

    /// <summary>All of them, until cancelled.</summary>
    public Task RunAsync(int seed, CancellationToken cancellation) =>
        Task.WhenAll(Kinds.Select((kind, number) => LoopAsync(kind, new Random(seed + number), cancellation)));

    private async Task LoopAsync(Func<Random, CancellationToken, Task> kind, Random random, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                // Not cancelled half-way: what is begun is answered.
                await kind(random, CancellationToken.None);
            }
            catch (SealedMeanwhileException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
            }
            catch (HttpRequestException error)
            {
                client.Report($"no answer: {error.Message}");
                await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private Task<JsonNode?> AsRootAsync(string method, string path, JsonNode? body, int[] expected, CancellationToken cancellation) =>
        client.SendAsync(method, path, body, client.Root, expected, cancellation);

    /// <summary>Somebody logs in, reads, and leaves in one of two ways: by revoking the token, or by forgetting it.</summary>
    private async Task LogInAsync(Random random, CancellationToken cancellation)
    {
        var path = $"auth/userpass/login/u{Number(random.Next(Users))}";
        await client.SendAsync("POST", path, new JsonObject { ["password"] = "wrong" }, "", [400, 403], cancellation);
        var login = await client.SendAsync("POST", path, new JsonObject { ["password"] = Password }, "", [200], cancellation);
        if ((string?)login?["auth"]?["client_token"] is not { } token)
        {
            return;
        }

        await client.SendAsync("GET", "auth/token/lookup-self", null, token, [200], cancellation);
        await client.SendAsync("GET", $"kv/data/key-{Number(random.Next(Keys))}", null, token, [200, 404], cancellation);
        await client.SendAsync("GET", "sys/mounts", null, token, [403], cancellation);
        if (random.Next(2) == 0)
        {
            await client.SendAsync("POST", "auth/token/revoke-self", null, token, [204], cancellation);
            await client.SendAsync("GET", "auth/token/lookup-self", null, token, [403], cancellation);
        }
    }

    /// <summary>A token with two uses; a third is refused.</summary>
    private async Task MakeTokenAsync(Random random, CancellationToken cancellation)
    {
        var body = new JsonObject { ["ttl"] = "30s", ["policies"] = new JsonArray("default"), ["num_uses"] = random.Next(2) == 0 ? 2 : 0 };
        var made = await AsRootAsync("POST", "auth/token/create", body, [200], cancellation);
        if ((string?)made?["auth"]?["client_token"] is { } token)
        {
            await client.SendAsync("GET", "auth/token/lookup-self", null, token, [200], cancellation);
            await client.SendAsync("GET", "auth/token/lookup-self", null, token, [200], cancellation);
            await client.SendAsync("GET", "auth/token/lookup-self", null, token, (int)body["num_uses"]! == 0 ? [200] : [403], cancellation);
        }
    }

    private async Task IssueAsync(Random random, CancellationToken cancellation)
    {
        var asked = DateTimeOffset.UtcNow;
        if (await AsRootAsync("GET", "aws/creds/soak", null, [200], cancellation) is not { } made)
        {
            return;
        }

        var lease = leases.Add((string)made["lease_id"]!, asked + TimeSpan.FromSeconds((int)made["lease_duration"]!));
        switch (random.Next(4))
        {
            case 0:
                // From here on it may be gone, whatever comes of the request.
                lease.MayEndEarly = true;
                await AsRootAsync("POST", "sys/leases/revoke", new JsonObject { ["lease_id"] = lease.Id }, [204], cancellation);
                break;
            case 1:
                var again = DateTimeOffset.UtcNow;
                var renewed = await AsRootAsync("POST", "sys/leases/renew", new JsonObject { ["lease_id"] = lease.Id, ["increment"] = LeaseSeconds }, [200, 400], cancellation);
                if (renewed is not null)
                {
                    lease.Ends = again + TimeSpan.FromSeconds((int)renewed["lease_duration"]!);
                }
                else if (lease.Ends > DateTimeOffset.UtcNow)
                {
                    client.Report($"a live lease was not renewed: {lease.Id}");
                }

                break;
        }

        // Neither IAM nor this test needs hundreds a second.
        await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
    }

    private async Task UseKvAsync(Random random, CancellationToken cancellation)
    {
        // Each worker writes to keys of its own, so what it reads is what it wrote.
        var path = $"kv/data/key-{Number(random.Next(Keys))}";
        var value = $"{random.Next():x}";
        switch (random.Next(4))
        {
            case 0:
                await AsRootAsync("DELETE", path, null, [204], cancellation);
                break;
            case 1:
                await AsRootAsync("GET", path, null, [200, 404], cancellation);
                break;
            default:
                await AsRootAsync("POST", path, new JsonObject { ["data"] = new JsonObject { ["value"] = value } }, [200], cancellation);
                break;
        }

        var own = $"kv/data/own-{random.GetHashCode():x}";
        if (await AsRootAsync("POST", own, new JsonObject { ["data"] = new JsonObject { ["value"] = value } }, [200], cancellation) is not null
            && await AsRootAsync("GET", own, null, [200], cancellation) is { } read && (string?)read["data"]?["data"]?["value"] != value)
        {
            client.Report($"{own} was written as {value} and read as {read["data"]?.ToJsonString()}");
        }
    }

    private async Task MountAsync(Random random, CancellationToken cancellation)
    {
        // A seal may have left it there.
        await AsRootAsync("DELETE", "sys/mounts/coming", null, [204], cancellation);
        await AsRootAsync("POST", "sys/mounts/coming", new JsonObject { ["type"] = "kv" }, [204], cancellation);
        await AsRootAsync("POST", $"coming/{Number(random.Next(10))}", new JsonObject { ["value"] = "x" }, [204], cancellation);
        await AsRootAsync("LIST", "coming", null, [200], cancellation);
        await AsRootAsync("DELETE", "sys/mounts/coming", null, [204], cancellation);
        await AsRootAsync("LIST", "coming", null, [404], cancellation);

        // Every request reads the table of mounts, and one that is slow, such as a login, begins again when it has changed.
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
    }

    private async Task WritePolicyAsync(Random random, CancellationToken cancellation)
    {
        var path = $"sys/policies/acl/changing-{Number(random.Next(20))}";
        var text = $"path \"kv/data/{Number(random.Next(100))}/*\" {{ capabilities = [\"read\"] }}";
        await AsRootAsync("POST", path, new JsonObject { ["policy"] = text }, [204], cancellation);
        await AsRootAsync("GET", path, null, [200], cancellation);
        await AsRootAsync("POST", path, new JsonObject { ["policy"] = "path {" }, [400], cancellation);
        await AsRootAsync("DELETE", path, null, [204], cancellation);
    }

    private async Task WriteIdentityAsync(Random random, CancellationToken cancellation)
    {
        var name = $"somebody-{Number(random.Next(50))}";
        await AsRootAsync("POST", "identity/entity", new JsonObject { ["name"] = name, ["policies"] = new JsonArray("default") }, [200, 204], cancellation);
        await AsRootAsync("GET", $"identity/entity/name/{name}", null, [200], cancellation);
        await AsRootAsync("DELETE", $"identity/entity/name/{name}", null, [204], cancellation);
    }

    private async Task UseCubbyholeAsync(Random random, CancellationToken cancellation)
    {
        var made = await AsRootAsync("POST", "auth/token/create", new JsonObject { ["ttl"] = "20s", ["policies"] = new JsonArray("default") }, [200], cancellation);
        if ((string?)made?["auth"]?["client_token"] is not { } token)
        {
            return;
        }

        await client.SendAsync("POST", "cubbyhole/mine", new JsonObject { ["value"] = Number(random.Next()) }, token, [204], cancellation);
        await client.SendAsync("GET", "cubbyhole/mine", null, token, [200], cancellation);
        await client.SendAsync("GET", "cubbyhole/mine", null, client.Root, [404], cancellation);
    }

    /// <summary>A wrapping token is handed on, and opens once; who has an earlier one comes too late.</summary>
    private async Task WrapAsync(Random random, CancellationToken cancellation)
    {
        var value = Number(random.Next());
        var given = new JsonObject { ["value"] = value };
        var wrapped = await client.SendAsync("POST", "sys/wrapping/wrap", given, client.Root, [200], cancellation, wrapTtl: "30s");
        if ((string?)wrapped?["wrap_info"]?["token"] is not { } first)
        {
            return;
        }

        await AsRootAsync("POST", "sys/wrapping/lookup", TokenOf(first), [200], cancellation);
        var again = await AsRootAsync("POST", "sys/wrapping/rewrap", TokenOf(first), [200], cancellation);
        await AsRootAsync("POST", "sys/wrapping/unwrap", TokenOf(first), [400], cancellation);
        if ((string?)again?["wrap_info"]?["token"] is { } second)
        {
            var opened = await AsRootAsync("POST", "sys/wrapping/unwrap", TokenOf(second), [200], cancellation);
            if (opened is not null && (string?)opened["data"]?["value"] != value)
            {
                client.Report($"{value} was wrapped, and {opened["data"]?.ToJsonString()} unwrapped");
            }

            await AsRootAsync("POST", "sys/wrapping/unwrap", TokenOf(second), [400], cancellation);
        }
    }

    private static JsonObject TokenOf(string wrapping) => new() { ["token"] = wrapping };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
