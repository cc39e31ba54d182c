using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Coffer.Bench;

/// <summary>A server that is measured: one of ours, the bare endpoint, or a peer.</summary>
internal sealed class Subject(string name, Uri address, string token, ServerRun? run) : IAsyncDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>As in the table.</summary>
    public string Name => name;

    public Uri Address => address;

    public string Token { get; private set; } = token;

    /// <summary>The process to watch; null when it is not ours.</summary>
    public int? ProcessId => run?.Id;

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Sends one request; the reply's JSON, or null when it has none.</summary>
    /// <exception cref="BenchException">The server refused.</exception>
    public async Task<JsonNode?> SendAsync(string method, string path, JsonNode? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/v1/{path}");
        request.Headers.Add("X-Vault-Token", Token);
        request.Headers.Add("X-Vault-Request", "true");
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), null, "application/json");
        using var reply = await _http.SendAsync(request, cancellation);
        var text = await reply.Content.ReadAsStringAsync(cancellation);
        return reply.IsSuccessStatusCode
            ? text.Length == 0 ? null : JsonNode.Parse(text)
            : throw new BenchException($"{name}: {method} {path} was answered {(int)reply.StatusCode}: {text}");
    }

    /// <summary>Initialises and unseals a server that never was.</summary>
    /// <returns>The key to unseal it with after a restart.</returns>
    public async Task<string> InitializeAsync(CancellationToken cancellation)
    {
        var init = await SendAsync("PUT", "sys/init", new JsonObject { ["secret_shares"] = 1, ["secret_threshold"] = 1 }, cancellation);
        var key = init!["keys"]![0]!.GetValue<string>();
        Token = init["root_token"]!.GetValue<string>();
        await UnsealAsync(key, cancellation);
        return key;
    }

    public async Task UnsealAsync(string key, CancellationToken cancellation)
    {
        var status = await SendAsync("PUT", "sys/unseal", new JsonObject { ["key"] = key }, cancellation);
        if (status!["sealed"]!.GetValue<bool>())
        {
            throw new BenchException($"{name}: still sealed after one of one key shares");
        }
    }

    /// <summary>Makes the mounts, keys and roles that the loads use.</summary>
    public async Task PrepareAsync(Uri? aws, CancellationToken cancellation)
    {
        var kv = new JsonObject { ["type"] = "kv", ["options"] = new JsonObject { ["version"] = "2" } };
        await SendAsync("POST", $"sys/mounts/{Load.KvMount}", kv, cancellation);

        // A version 2 mount may still be preparing itself when the mount call has returned.
        await RetryAsync(() => SendAsync("POST", $"{Load.KvMount}/data/key-0", JsonNode.Parse(Load.KvBody), cancellation), cancellation);
        for (var key = 1; key < Load.Keys; key++)
        {
            await SendAsync("POST", $"{Load.KvMount}/data/key-{key}", JsonNode.Parse(Load.KvBody), cancellation);
        }

        if (aws is null)
        {
            return;
        }

        await SendAsync("POST", $"sys/mounts/{Load.AwsMount}", new JsonObject { ["type"] = "aws" }, cancellation);
        await SendAsync("POST", $"{Load.AwsMount}/config/root", new JsonObject
        {
            ["access_key"] = "AKIAIOSFODNN7EXAMPLE",
            ["secret_key"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            ["region"] = "us-east-1",
            ["iam_endpoint"] = aws.AbsoluteUri,
            ["sts_endpoint"] = aws.AbsoluteUri,
        }, cancellation);
        await SendAsync("POST", $"{Load.AwsMount}/roles/{Load.AwsRole}", new JsonObject
        {
            ["credential_type"] = "iam_user",
            ["policy_document"] = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]}]}""",
        }, cancellation);
    }

    /// <summary>Removes from a peer what <see cref="PrepareAsync"/> made there.</summary>
    public async Task CleanUpAsync(Uri? aws)
    {
        await SendAsync("DELETE", $"sys/mounts/{Load.KvMount}", null, CancellationToken.None);
        if (aws is not null)
        {
            await SendAsync("DELETE", $"sys/mounts/{Load.AwsMount}", null, CancellationToken.None);
        }
    }

    public Task EnableAuditAsync(string file, CancellationToken cancellation) => SendAsync("POST", "sys/audit/bench", new JsonObject
    {
        ["type"] = "file",
        ["options"] = new JsonObject { ["file_path"] = file },
    }, cancellation);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (run is not null)
        {
            await run.DisposeAsync();
        }
    }

    private static async Task RetryAsync(Func<Task> act, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await act();
                return;
            }
            catch (BenchException) when (attempt < 50)
            {
                await Task.Delay(100, cancellation);
            }
        }
    }
}
