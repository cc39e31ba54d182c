using Coffer.Auth.Userpass;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Testing.Engines;

namespace Coffer.Auth.Tests.Userpass;

public sealed class SlowHashingTests
{
    private readonly SlowWork _slow = new(threads: 1, waitingMax: 2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Functions_run_one_after_another_on_threads_of_their_own_and_those_of_token_holders_come_first()
    {
        using var gate = new ManualResetEventSlim();
        var order = new List<string>();
        var first = _slow.TryRun(() => Note("first", gate), "192.0.2.1", Cancel);
        var strangers = Enumerable.Range(0, 2).Select(n => _slow.TryRun(() => Note($"stranger {n}"), $"192.0.2.{n}", Cancel)).ToArray();
        var holder = _slow.TryRun(() => Note("holder"), stranger: null, Cancel);

        Assert.Null(_slow.TryRun(() => Note("one too many"), "192.0.2.1", Cancel));
        gate.Set();
        var threads = await Task.WhenAll(strangers.Append(first).Append(holder).Select(task => task!));

        Assert.Equal(["first", "holder", "stranger 0", "stranger 1"], order);
        Assert.Single(threads.Distinct());
        Assert.Equal("later", await _slow.TryRun(() => "later", "192.0.2.1", Cancel)!);

        int Note(string what, ManualResetEventSlim? until = null)
        {
            until?.Wait(Cancel);
            Assert.False(Thread.CurrentThread.IsThreadPoolThread);
            order.Add(what);
            return Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task A_function_whose_request_was_given_up_is_not_run_and_one_that_fails_harms_no_other()
    {
        using var gate = new ManualResetEventSlim();
        using var hasty = new CancellationTokenSource();
        var first = _slow.TryRun<bool>(() => gate.Wait(TimeSpan.FromMinutes(1), Cancel) ? throw new InvalidOperationException("odd") : false, "192.0.2.1", Cancel);
        var ran = false;
        var given = _slow.TryRun(() => ran = true, "192.0.2.2", hasty.Token);
        var last = _slow.TryRun(() => "last", "192.0.2.1", Cancel);

        await hasty.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given!);
        gate.Set();
        await Assert.ThrowsAsync<InvalidOperationException>(() => first!);
        Assert.Equal("last", await last!);
        Assert.False(ran);
    }

    [Fact]
    public async Task Clients_take_turns_so_that_one_with_many_logins_holds_up_no_other()
    {
        var slow = new SlowWork(threads: 1, waitingMax: 8);
        using var gate = new ManualResetEventSlim();
        var order = new List<string>();
        var first = slow.TryRun(() => gate.Wait(TimeSpan.FromMinutes(1), Cancel), "192.0.2.9", Cancel)!;

        var flood = Enumerable.Range(0, 5).Select(n => Queue("2001:db8::" + n, "flood")).ToArray();
        Task<bool>[] others = [Queue("2001:db8:0:1::1", "other")!, Queue("192.0.2.1", "old")!, Queue("192.0.2.1", "old")!];
        gate.Set();
        await Task.WhenAll(flood.OfType<Task<bool>>().Concat(others).Append(first));

        // Half of the places are taken by the one network, which is one client.
        Assert.Equal([false, false, false, false, true], flood.Select(task => task is null));
        Assert.Equal(["flood", "other", "old", "flood", "old", "flood", "flood"], order);

        Task<bool>? Queue(string address, string what) => slow.TryRun(
            () =>
            {
                order.Add(what);
                return true;
            },
            address,
            Cancel);
    }

    [Theory]
    [InlineData("login/ann")]
    [InlineData("users/ann")]
    [InlineData("users/ann/password")]
    public async Task Every_path_that_hashes_a_password_is_answered_with_503_while_too_many_wait(string path)
    {
        await using var harness = new EngineHarness(UserpassMethod.Type, slowWork: _slow);
        await harness.WriteAsync("users/ann", """{"password": "right"}""");
        using var gate = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = _slow.TryRun(() => Block(begun), "192.0.2.1", Cancel)!;
        await begun.Task;
        var waiting = Enumerable.Range(0, 4).Select(n => _slow.TryRun(() => true, n < 2 ? $"192.0.2.{n}" : null, Cancel)!).ToArray();

        var refused = Assert.IsType<Reply.Refused>(await harness.WriteAsync(path, """{"password": "wrong"}"""));
        gate.Set();
        await Task.WhenAll(waiting.Append(running));

        Assert.Equal(503, refused.Error.Status);
        Assert.True(string.IsNullOrEmpty(refused.FailedLogin), "it is no failed login: nobody has looked at the password");
        (await harness.WriteAsync("login/ann", """{"password": "right"}""")).Grant();

        bool Block(TaskCompletionSource started)
        {
            started.SetResult();
            return gate.Wait(TimeSpan.FromMinutes(1), Cancel);
        }
    }
}
