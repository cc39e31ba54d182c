using System.Diagnostics;

namespace Coffer.Walkthrough.Tests.Running;

/// <summary>Waits for what happens in another process.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks again and again until it is so; the test fails with <paramref name="otherwise"/> when it does not come to be.</summary>
    public static async Task MeetAsync(Func<Task<bool>> isSo, string otherwise)
    {
        var watch = Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(watch.Elapsed < Patience, $"after {Patience.TotalSeconds:0} s, {otherwise}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
