using Coffer.Kernel.Requests;
using Coffer.Kernel.Telemetry;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Telemetry;

public sealed class KernelMetricsTests : IDisposable
{
    private readonly KernelMetrics _metrics = new("1.0");

    public void Dispose() => _metrics.Dispose();

    [Theory]
    [InlineData(200, "2xx", 0, 0)]
    [InlineData(204, "2xx", 0, 0)]
    [InlineData(307, "3xx", 0, 0)]
    [InlineData(403, "4xx", 1, 0)]
    [InlineData(503, "5xx", 0, 1)]
    public void An_answer_is_counted_by_the_class_of_its_status(int status, string shown, int refused, int failed)
    {
        var running = _metrics.Begin(Request("kv/a"), DateTimeOffset.UnixEpoch);
        Assert.Equal(1, _metrics.InFlight);
        running.LeadsTo("kv", "kv/");

        _metrics.End(running, status, TimeSpan.FromMilliseconds(2));

        var series = Assert.Single(Read("vault.core.handle_request").Series);
        Assert.Equal([new("operation", "read"), new("mount_type", "kv"), new("status", shown)], series.Labels);
        Assert.Equal(0.002, series.Sum);
        Assert.Equal(refused, Assert.Single(Read("vault.core.refused_request").Series).Count);
        Assert.Equal(failed, Assert.Single(Read("vault.core.failed_request").Series).Count);
        Assert.Equal(0, _metrics.InFlight);
        Assert.Empty(_metrics.Running.All);
    }

    [Fact]
    public void A_login_is_not_among_the_other_requests()
    {
        _metrics.End(_metrics.Begin(Request("auth/userpass/login/anna", Operation.Update), DateTimeOffset.UnixEpoch), 200, TimeSpan.FromSeconds(1));

        Assert.Equal(1, Read("vault.core.handle_login_request").Series.Sum(series => series.Count));
        Assert.Equal(0, Read("vault.core.handle_request").Series.Sum(series => series.Count));
    }

    [Fact]
    public void Counting_an_answer_allocates_nothing()
    {
        var running = Enumerable.Range(0, 50).Select(i => _metrics.Begin(Request("kv/a") with { Id = $"{i}" }, DateTimeOffset.UnixEpoch)).ToArray();
        _metrics.End(running[0], 200, TimeSpan.FromMilliseconds(1));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < running.Length; i++)
        {
            _metrics.End(running[i], 200, TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Nothing_is_counted_once_it_has_ended()
    {
        _metrics.Dispose();

        _metrics.CountLease("kv");

        Assert.Equal(0, Assert.Single(Read("vault.secret.lease.creation").Series).Count);
    }

    private MetricReading Read(string name) => _metrics.Collector.Read().Single(metric => metric.Name == name);

    private static ApiRequest Request(string path, Operation operation = Operation.Read) =>
        new() { Id = "one", Path = CanonicalPath.TryParse(path, out var parsed, out var problem) ? parsed : throw new ArgumentException(problem, nameof(path)), Operation = operation };
}
