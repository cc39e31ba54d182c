using Coffer.Kernel.Logging;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Tests.Sys;

public class LoggersTests
{
    [Fact]
    public async Task Levels_are_shown_set_for_all_and_for_one_and_brought_back()
    {
        await using var kernel = await KernelHarness.StartAsync();
        Assert.Equal("""{"core":"info","expiration":"info","listener":"info"}""", await ShownAsync(kernel));

        (await kernel.WriteAsync("sys/loggers", """{"level":"WARNING"}""")).Is(204);
        (await kernel.WriteAsync("sys/loggers/expiration", """{"level":"trace"}""")).Is(204);
        Assert.Equal("""{"core":"warn","expiration":"trace","listener":"warn"}""", await ShownAsync(kernel));
        Assert.Equal("""{"expiration":"trace"}""", (await kernel.ReadAsync("sys/loggers/expiration")).Ok().Data.ToJsonString());

        (await kernel.SendAsync(Operation.Delete, "sys/loggers/core", null)).Is(204);
        Assert.Equal("""{"core":"info","expiration":"trace","listener":"warn"}""", await ShownAsync(kernel));
        (await kernel.SendAsync(Operation.Delete, "sys/loggers", null)).Is(204);
        Assert.Equal("""{"core":"info","expiration":"info","listener":"info"}""", await ShownAsync(kernel));
    }

    [Fact]
    public async Task A_level_lasts_over_a_seal_and_is_gone_with_the_process()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var before = await kernel.RawAsync();
        (await kernel.WriteAsync("sys/loggers/core", """{"level":"off"}""")).Ok();
        Assert.Equal(before, await kernel.RawAsync());

        await kernel.SealAsync();
        await kernel.UnsealAsync();
        Assert.Equal("""{"core":"off"}""", (await kernel.ReadAsync("sys/loggers/core")).Ok().Data.ToJsonString());

        await kernel.RestartAsync();
        Assert.Equal("""{"core":"info"}""", (await kernel.ReadAsync("sys/loggers/core")).Ok().Data.ToJsonString());
    }

    [Theory]
    [InlineData(Operation.Update, "sys/loggers", "{}", "level is required")]
    [InlineData(Operation.Update, "sys/loggers", """{"level":""}""", "level is empty")]
    [InlineData(Operation.Update, "sys/loggers", """{"level":"loud"}""", "invalid level provided: there are trace, debug, info, warn, error and off")]
    [InlineData(Operation.Update, "sys/loggers/core", """{"level":"loud"}""", "invalid level provided: there are trace, debug, info, warn, error and off")]
    [InlineData(Operation.Update, "sys/loggers/raft", """{"level":"info"}""", "logger not found: there are ")]
    [InlineData(Operation.Read, "sys/loggers/raft", null, "logger not found: there are ")]
    [InlineData(Operation.Delete, "sys/loggers/raft", null, "logger not found: there are ")]
    public async Task What_names_no_level_or_no_logger_changes_nothing(Operation operation, string path, string? body, string problem)
    {
        await using var kernel = await KernelHarness.StartAsync();
        var before = await ShownAsync(kernel);

        var refused = (await kernel.SendAsync(operation, path, body)).Is(400).Body;

        Assert.Contains(problem, refused, StringComparison.Ordinal);
        Assert.DoesNotContain("raft", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("loud", refused, StringComparison.Ordinal);

        Assert.Equal(before, await ShownAsync(kernel));
    }

    [Fact]
    public async Task Silencing_the_log_wants_sudo()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var token = (await kernel.TokenAsync()).ClientToken;

        foreach (var path in (string[])["sys/loggers", "sys/loggers/core"])
        {
            foreach (var operation in (Operation[])[Operation.Read, Operation.Update, Operation.Delete])
            {
                (await kernel.SendAsync(operation, path, """{"level":"off"}""", token)).Is(403);
            }
        }
    }

    [Fact]
    public void A_line_is_shown_by_the_level_of_its_own_logger_and_a_changed_configuration_counts_for_all()
    {
        var levels = new LogLevels(LogLevel.Warning);
        levels.Set(LogNames.Listener, LogLevel.Debug);
        Assert.False(levels.Shows(LogNames.Core, LogLevel.Information));
        Assert.True(levels.Shows(LogNames.Listener, LogLevel.Information));

        levels.Configure(LogLevel.Error);
        Assert.False(levels.Shows(LogNames.Listener, LogLevel.Information));
        levels.SetAll(LogLevel.Trace);
        Assert.True(levels.Shows(LogNames.Core, LogLevel.Information));
        levels.SetAll(null);
        Assert.False(levels.Shows(LogNames.Core, LogLevel.Warning));
        Assert.True(levels.Shows(LogNames.Core, LogLevel.Error));

        levels.SetAll(LogLevel.None);
        Assert.False(levels.Shows(LogNames.Core, LogLevel.Error));
    }

    private static async Task<string> ShownAsync(KernelHarness kernel) => (await kernel.ReadAsync("sys/loggers")).Ok().Data.ToJsonString();
}
