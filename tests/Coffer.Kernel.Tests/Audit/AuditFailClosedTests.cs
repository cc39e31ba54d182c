using System.Text.Json;
using Coffer.Audit;
using Coffer.Audit.Sinks;
using Coffer.Audit.Tests;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Telemetry;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Audit;

public sealed class AuditFailClosedTests : IDisposable
{
    private readonly KernelMetrics _metrics = new("");

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task What_cannot_be_recorded_does_not_run_and_the_device_recovers_by_itself()
    {
        await using var server = await AuditServer.StartAsync();
        var folder = server.Folder.File("logs");
        var file = await server.EnableAsync(file: Path.Combine(folder, "a.log"));
        Directory.Move(folder, folder + ".away");
        await File.WriteAllTextAsync(folder, "in the way", TestContext.Current.CancellationToken);
        server.Clock.Advance(TimeSpan.FromSeconds(2));

        var refused = await server.SendAsync(Operation.Update, "echo/a", """{"v":"1"}""");

        Assert.Equal(500, refused.Status);
        Assert.Contains("failed to audit request", System.Text.Encoding.UTF8.GetString(refused.Body.Span), StringComparison.Ordinal);
        Assert.Equal(0, server.Runs);
        Assert.Contains(server.Failures, failure => failure.InnerException is AuditUnavailableException);
        var health = await server.SendAsync(Operation.Read, "sys/health");
        Assert.Equal(200, health.Status);
        Assert.Contains("no audit device could record", System.Text.Encoding.UTF8.GetString(health.Body.Span), StringComparison.Ordinal);

        File.Delete(folder);
        Assert.Equal(404, (await server.SendAsync(Operation.Read, "echo/a")).Status);
        await server.OkAsync(Operation.Update, "echo/a", """{"v":"1"}""");
        Assert.Equal(1, server.Runs);
        Assert.DoesNotContain("warnings", System.Text.Encoding.UTF8.GetString((await server.SendAsync(Operation.Read, "sys/health")).Body.Span), StringComparison.Ordinal);
        Assert.True(AuditFiles.Verify(file).IsIntact);

        var metrics = await server.OkAsync(Operation.Read, "sys/metrics");
        Assert.Equal(1, Figure(metrics, "Counters", "vault.audit.log_request_failure"));
        Assert.Equal(0, Figure(metrics, "Counters", "vault.audit.log_response_failure"));
        var requests = AuditFiles.Entries(file).Count(entry => entry.GetProperty("type").GetString() == "request");

        // The device's own test entry is no request, and the request for these figures came after them.
        Assert.InRange(Figure(metrics, "Samples", "vault.audit.log_request"), requests - 2, requests);
    }

    [Fact]
    public async Task One_of_two_devices_is_enough_and_the_failing_one_is_reported()
    {
        await using var server = await AuditServer.StartAsync();
        var folder = server.Folder.File("logs");
        await server.EnableAsync("bad", file: Path.Combine(folder, "a.log"));
        var good = await server.EnableAsync("good");
        Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(folder, "in the way", TestContext.Current.CancellationToken);
        server.Clock.Advance(TimeSpan.FromSeconds(2));

        await server.OkAsync(Operation.Update, "echo/a", """{"v":"1"}""");

        Assert.Equal(1, server.Runs);
        Assert.Contains(server.Failures, failure => failure.Message.Contains("bad/", StringComparison.Ordinal));
        Assert.Equal("echo/a", AuditFiles.Entries(good)[^1].GetProperty("request").GetProperty("path").GetString());
        await server.OkAsync(Operation.Delete, "sys/audit/bad");
    }

    [Fact]
    public async Task With_no_device_nothing_is_recorded_and_everything_runs()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        await server.OkAsync(Operation.Delete, "sys/audit/main");
        var before = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        await server.OkAsync(Operation.Update, "echo/a", "{}");

        Assert.Equal(before, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Assert.True(AuditFiles.Verify(file).IsIntact);
    }

    [Fact]
    public async Task A_device_that_hangs_delays_requests_once_and_then_no_more_while_another_records()
    {
        var clock = new FakeTimeProvider();
        var sinks = new StubSinks(clock);
        await using var broker = new AuditBroker(sinks, _metrics.Audit, clock, SystemRandom.Instance, NullLogger.Instance);
        await broker.AdoptAsync(new AuditTable(1, [StubSinks.Device("slow"), StubSinks.Device("quick")]));
        var entry = StubSinks.Event();
        var slow = sinks.Made["slow/"];
        slow.Gate = new TaskCompletionSource();

        var first = broker.ResponseAsync(entry, TestContext.Current.CancellationToken).AsTask();
        Assert.False(first.IsCompleted);
        clock.Advance(AuditLimits.StragglerWait);
        await first.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        var second = broker.ResponseAsync(entry, TestContext.Current.CancellationToken).AsTask();
        Assert.True(second.IsCompletedSuccessfully);
        slow.Gate.SetResult();
        slow.Gate = null;
        await broker.ResponseAsync(entry, TestContext.Current.CancellationToken);
        Assert.Equal(3, slow.Entries);
    }

    [Fact]
    public async Task A_device_that_takes_an_entry_now_and_then_delays_requests_once_until_it_has_caught_up()
    {
        var clock = new FakeTimeProvider();
        var sinks = new StubSinks(clock);
        using var events = new LogCollection();
        await using var broker = new AuditBroker(sinks, _metrics.Audit, clock, SystemRandom.Instance, events.CreateLogger(LogNames.Core));
        await broker.AdoptAsync(new AuditTable(1, [StubSinks.Device("slow"), StubSinks.Device("quick")]));
        var entry = StubSinks.Event();
        var slow = sinks.Made["slow/"];
        slow.WaitingBytes = AuditLimits.CaughtUpBytes + 1;
        slow.Gate = new TaskCompletionSource();
        var first = broker.ResponseAsync(entry, TestContext.Current.CancellationToken).AsTask();
        clock.Advance(AuditLimits.StragglerWait);
        await first.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        for (var i = 0; i < 3; i++)
        {
            slow.Gate.SetResult();
            slow.Gate = new TaskCompletionSource();
            Assert.True(broker.ResponseAsync(entry, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
        }

        slow.WaitingBytes = AuditLimits.LaggingBytesMax + 1;
        Assert.True(broker.ResponseAsync(entry, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
        Assert.True(broker.ResponseAsync(entry, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
        Assert.Contains("an audit device does not record", broker.Problem, StringComparison.Ordinal);
        Assert.Contains("slow/", Assert.Single(events.Failures).Message, StringComparison.Ordinal);

        slow.Gate.SetResult();
        slow.Gate = null;
        slow.WaitingBytes = 0;
        await broker.ResponseAsync(entry, TestContext.Current.CancellationToken);
        Assert.Null(broker.Problem);
        slow.Gate = new TaskCompletionSource();
        var late = broker.ResponseAsync(entry, TestContext.Current.CancellationToken).AsTask();
        Assert.False(late.IsCompleted);
        clock.Advance(AuditLimits.StragglerWait);
        await late.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        slow.Gate.SetResult();
    }

    [Fact]
    public async Task With_every_device_failing_the_request_is_refused_and_each_is_reported()
    {
        var clock = new FakeTimeProvider();
        var sinks = new StubSinks(clock);
        var reports = new LogCollection();
        await using var broker = new AuditBroker(sinks, _metrics.Audit, clock, SystemRandom.Instance, reports.CreateLogger(LogNames.Core));
        await broker.AdoptAsync(new AuditTable(1, [StubSinks.Device("a"), StubSinks.Device("b")]));
        sinks.Made["a/"].Fails = sinks.Made["b/"].Fails = true;

        await Assert.ThrowsAsync<AuditUnavailableException>(
            async () => await broker.ResponseAsync(StubSinks.Event(), TestContext.Current.CancellationToken));

        Assert.Equal(2, reports.Failures.Count);
    }

    [Fact]
    public async Task Once_closed_a_broker_that_had_devices_refuses_every_entry()
    {
        var clock = new FakeTimeProvider();
        var broker = new AuditBroker(new StubSinks(clock), _metrics.Audit, clock, SystemRandom.Instance, NullLogger.Instance);
        await broker.AdoptAsync(new AuditTable(1, [StubSinks.Device("a")]));
        await broker.DisposeAsync();

        await Assert.ThrowsAsync<AuditUnavailableException>(
            async () => await broker.ResponseAsync(StubSinks.Event(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_device_whose_options_the_configuration_no_longer_allows_records_nothing()
    {
        var clock = new FakeTimeProvider();
        var device = StubSinks.Device("a") with { Options = StubSinks.Device("a").Options.Add("prefix", "x") };
        await using var broker = new AuditBroker(new StubSinks(clock), _metrics.Audit, clock, SystemRandom.Instance, NullLogger.Instance);
        await broker.AdoptAsync(new AuditTable(1, [device]));

        var error = await Assert.ThrowsAsync<AuditUnavailableException>(
            async () => await broker.ResponseAsync(StubSinks.Event(), TestContext.Current.CancellationToken));

        Assert.Contains("prefix is not allowed", error.Message, StringComparison.Ordinal);
    }

    private static long Figure(JsonElement metrics, string kind, string name) =>
        metrics.GetProperty(kind).EnumerateArray().Single(shown => shown.GetProperty("Name").GetString() == name).GetProperty("Count").GetInt64();
}
