using Coffer.Secrets.Aws;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

public sealed class LeaseConfigTests : IAsyncDisposable
{
    private readonly EngineHarness _engine = new(AwsEngine.Type);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [InlineData("""{"lease":"90m","lease_max":"36h"}""", "1h30m0s", "36h0m0s")]
    [InlineData("""{"lease":"3600s","lease_max":"7200s"}""", "1h0m0s", "2h0m0s")]
    [InlineData("""{"lease":"1h30m15s","lease_max":"100h"}""", "1h30m15s", "100h0m0s")]
    [InlineData("""{"lease":"1s","lease_max":"1500ms"}""", "1s", "1.5s")]
    [InlineData("""{"lease":1800,"lease_max":86400}""", "30m0s", "24h0m0s")]
    [InlineData("""{"lease":"3600","lease_max":"7200"}""", "1h0m0s", "2h0m0s")]
    public async Task Durations_are_read_leniently_and_written_in_go_form(string json, string lease, string max)
    {
        (await _engine.WriteAsync("config/lease", json)).AssertDone();

        var data = (await _engine.ReadAsync("config/lease")).Data();
        Assert.Equal((lease, max), ((string?)data["lease"], (string?)data["lease_max"]));
    }

    [Fact]
    public async Task A_delete_leaves_lives_to_the_mount_again()
    {
        (await _engine.WriteAsync("config/lease", """{"lease":"1h","lease_max":"2h"}""")).AssertDone();

        (await _engine.DeleteAsync("config/lease")).AssertDone();
        (await _engine.DeleteAsync("config/lease")).AssertDone();

        (await _engine.ReadAsync("config/lease")).AssertRefused(404);
    }

    [Theory]
    [InlineData("{}", "'lease' is a required parameter")]
    [InlineData("""{"lease":"1h"}""", "'lease_max' is a required parameter")]
    [InlineData("""{"lease_max":"1h"}""", "'lease' is a required parameter")]
    [InlineData("""{"lease":"1h","lease_max":""}""", "'lease_max' is a required parameter")]
    [InlineData("""{"lease":"soon","lease_max":"1h"}""", "Invalid lease: expected a duration such as 1h, 90m or 3600")]
    [InlineData("""{"lease":"1h","lease_max":"later"}""", "Invalid lease_max: expected a duration such as 1h, 90m or 3600")]
    [InlineData("""{"lease":"-1h","lease_max":"1h"}""", "Invalid lease: a duration cannot be negative")]
    public async Task Bad_values_are_refused_and_keep_the_old_ones(string json, string error)
    {
        (await _engine.ReadAsync("config/lease")).AssertRefused(404);
        (await _engine.WriteAsync("config/lease", """{"lease":"1h","lease_max":"2h"}""")).AssertDone();

        (await _engine.WriteAsync("config/lease", json)).AssertRefused(400, error);
        Assert.Equal("1h0m0s", (string?)(await _engine.ReadAsync("config/lease")).Data()["lease"]);
    }
}
