using System.Collections.Concurrent;
using Coffer.Audit.Tests;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Audit;

/// <summary>Seal and unseal while requests write the audit log.</summary>
public sealed class AuditSealTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Sealing_and_unsealing_under_load_leaves_one_whole_chain_with_an_entry_for_every_answer()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        var answered = new ConcurrentBag<string>();
        using var stop = new CancellationTokenSource();
        var requests = 0;
        var load = Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // Yields inside the handler, so that seals find requests half-way.
                var path = $"echo/{worker}-{Interlocked.Increment(ref requests)}";
                var reply = await server.SendAsync(Operation.Update, path, """{"a":1}""");
                if (reply.Status == 204)
                {
                    answered.Add(path);
                }
            }
        })).ToArray();
        server.During = async () => await Task.Yield();
        for (var i = 0; i < 25; i++)
        {
            var before = answered.Count;
            await WaitUntilAsync(() => answered.Count > before + 5);
            var reply = await server.SendAsync(Operation.Update, "sys/seal");
            Assert.Equal(204, reply.Status);
            answered.Add("sys/seal");
            await server.UnsealAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        var key = await server.PublicKeyAsync();
        await server.Kernel.SealAsync();

        var verified = AuditFiles.Verify(file, key);
        Assert.True(verified.IsIntact, $"{verified.Break}");
        Assert.Empty(verified.Warnings);
        var responses = AuditFiles.Entries(file)
            .Where(entry => entry.GetProperty("type").GetString() == "response")
            .GroupBy(entry => entry.GetProperty("request").GetProperty("path").GetString()!)
            .ToDictionary(group => group.Key, group => group.Count());
        Assert.All(answered.GroupBy(path => path), path => Assert.Equal(path.Count(), responses.GetValueOrDefault(path.Key)));
    }

    [Fact]
    public async Task A_request_that_outlives_its_instance_is_refused_and_writes_no_line_after_the_next_unseal()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.During = () => held.Task;
        var request = server.SendAsync(Operation.Update, "echo/late", """{"a":1}""");
        await WaitUntilAsync(() => server.Runs > 0);

        await server.SendAsync(Operation.Update, "sys/seal");
        var unsealing = server.UnsealAsync();
        await WaitUntilAsync(() => unsealing.IsCompleted || server.Events.Any(line => line.Text.Contains("unsealing waits", StringComparison.Ordinal)));
        await WaitUntilAsync(() =>
        {
            server.Clock.Advance(Grace / 10);
            return unsealing.IsCompleted;
        });
        await unsealing;

        Assert.Equal(503, (await request).Status);
        await server.OkAsync(Operation.Read, "sys/mounts");
        var verified = AuditFiles.Verify(file, await server.PublicKeyAsync());
        Assert.True(verified.IsIntact, $"{verified.Break}");
        Assert.DoesNotContain(AuditFiles.Entries(file), entry => entry.GetProperty("type").GetString() == "response" && entry.GetProperty("request").GetProperty("path").GetString() == "echo/late");
    }

    /// <summary>The audit log's threads and files are real, and so is the wait for them.</summary>
    private static async Task WaitUntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task The_chain_goes_on_after_a_restart()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        await server.OkAsync(Operation.Update, "echo/a", "{}");
        var before = AuditFiles.Verify(file).LastSeq;
        await server.Kernel.SealAsync();
        await server.UnsealAsync();
        await server.OkAsync(Operation.Update, "echo/a", "{}");
        var key = await server.PublicKeyAsync();
        await server.Kernel.SealAsync();

        var found = AuditFiles.Verify(file, key);

        Assert.Null(found.Break);
        Assert.Empty(found.Warnings);
        Assert.True(found.LastSeq > before + 2);
        Assert.Equal(0, found.EntriesUnsigned);
        Assert.Equal(found.Checkpoints, found.CheckpointsVerified);
    }
}
