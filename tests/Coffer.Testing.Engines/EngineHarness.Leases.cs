using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Coffer.Kernel.Leases;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Storage;

namespace Coffer.Testing.Engines;

/// <content>Secrets with leases: issued or only planned, and seen as the kernel has them.</content>
public sealed partial class EngineHarness
{
    private readonly ConcurrentQueue<SecretCall> _secretCalls = new();

    /// <summary>Calls of the kernel to the engine's kinds of secret, for all leases, oldest first.</summary>
    public IReadOnlyList<SecretCall> SecretCalls => [.. _secretCalls];

    /// <summary>Asks for a secret with a lease, of either kind: one that the engine makes at an outside system, or one that its handler has stored.</summary>
    /// <exception cref="EngineException">The engine could not make it.</exception>
    /// <exception cref="InvalidOperationException">The answer has no lease; the message shows it.</exception>
    public Task<HarnessLease> IssueAsync(Operation operation, string path, string? json = null) => CountedAsync(async () =>
    {
        var lease = await LeaseAsync(new Ask(), operation, path, json);
        return lease.Created is null ? throw new InvalidOperationException("the kernel asked the engine for no secret") : lease;
    });

    /// <summary>Plans a secret at an outside system and stops before it is made, as a crash would. The kernel knows no lease of it afterwards.</summary>
    /// <exception cref="InvalidOperationException">The answer has no lease, or its secret is stored with it and cannot be planned alone.</exception>
    public Task<HarnessLease> PlanAsync(Operation operation, string path, string? json = null) => CountedAsync(async () =>
    {
        var lease = await LeaseAsync(new Ask { OnlyPlans = true }, operation, path, json);
        return lease.Reply is Reply.LeasedData ? throw new InvalidOperationException($"{path} stores its secret with its lease: use {nameof(IssueAsync)}") : lease;
    });

    /// <summary>Ids of the leases that the kernel keeps for secrets of the mount.</summary>
    public async Task<IReadOnlyList<string>> LeasesAsync()
    {
        await StartAsync();
        var prefix = LeaseKeys.Record(_path);
        var keys = await _memory.ScanAsync(prefix, null, StoreLimits.ScanMax, CancellationToken.None);
        return [.. keys.Select(entry => _path + entry.Key[prefix.Length..])];
    }

    internal void Note(SecretCall call) => _secretCalls.Enqueue(call);

    internal Ask AskOfLease(string leaseId) => _asks.Values.FirstOrDefault(ask => ask.LeaseId == leaseId) ?? new Ask();

    /// <summary>Sends a request with <see cref="Token"/> to a path of the kernel's own.</summary>
    /// <returns>The whole body as data, or nothing; a refusal where it was refused.</returns>
    internal Task<Reply> AskKernelAsync(Operation operation, string path, string json) => CountedAsync(async () =>
    {
        await StartAsync();
        using var document = JsonDocument.Parse(json);
        var answer = await HandleAsync(new Ask(), operation, path, document, Token);
        Shared.CheckUnchanged();
        return answer.Status >= 400 ? RefusalOf(answer)
            : answer.Body.IsEmpty ? Reply.Done
            : new Reply.Data(JsonText.FromValid(answer.Body));
    });

    private Task<HarnessLease> LeaseAsync(Ask ask, Operation operation, string path, string? json) => CountedAsync(async () =>
    {
        var answer = await SendAsync(ask, operation, path, json);
        ask.Failure?.Throw();
        return ask switch
        {
            { Reply: Reply.Leased leased, Secret: { } context } => new HarnessLease(this, context, leased, leased.Plan) { Created = ask.Created },
            { Reply: Reply.LeasedData stored } when answer.Status < 300 =>
                new HarnessLease(this, await ContextAsync(ask.LeaseId), stored, stored.Plan) { Created = new CreatedSecret(stored.Body) },
            _ => throw new InvalidOperationException($"expected a lease, got {answer.Status} {Encoding.UTF8.GetString(answer.Body.Span)}"),
        };
    });

    /// <summary>The context that the kernel would make for a call about a lease that it has just stored.</summary>
    private async Task<SecretContext> ContextAsync(string leaseId)
    {
        var now = Clock.GetUtcNow();
        return new SecretContext(leaseId, await MountAsync(), Store, now, now);
    }
}
