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
        var first = _slow.TryRun(() => Note("first", gate), ofStranger: true, Cancel);
        var strangers = Enumerable.Range(0, 2).Select(n => _slow.TryRun(() => Note($"stranger {n}"), ofStranger: true, Cancel)).ToArray();
        var holder = _slow.TryRun(() => Note("holder"), ofStranger: false, Cancel);

        Assert.Null(_slow.TryRun(() => Note("one too many"), ofStranger: true, Cancel));
        gate.Set();
        var threads = await Task.WhenAll(strangers.Append(first).Append(holder).Select(task => task!));

        Assert.Equal(["first", "holder", "stranger 0", "stranger 1"], order);
        Assert.Single(threads.Distinct());
        Assert.Equal("later", await _slow.TryRun(() => "later", ofStranger: true, Cancel)!);

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
        var first = _slow.TryRun<bool>(() => gate.Wait(TimeSpan.FromMinutes(1), Cancel) ? throw new InvalidOperationException("odd") : false, ofStranger: true, Cancel);
        var ran = false;
        var given = _slow.TryRun(() => ran = true, ofStranger: true, hasty.Token);
        var last = _slow.TryRun(() => "last", ofStranger: true, Cancel);

        await hasty.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given!);
        gate.Set();
        await Assert.ThrowsAsync<InvalidOperationException>(() => first!);
        Assert.Equal("last", await last!);
        Assert.False(ran);
    }

    [Theory]
    [InlineData("login/ann")]
    [InlineData("users/ann")]
    [InlineData("users/ann/password")]
    public async Task Every_path_that_hashes_a_password_is_answered_with_503_while_too_many_wait(string path)
    {
        var harness = new EngineHarness(UserpassMethod.Type, slowWork: _slow);
        await harness.WriteAsync("users/ann", """{"password": "right"}""");
        using var gate = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = _slow.TryRun(() => Block(begun), ofStranger: true, Cancel)!;
        await begun.Task;
        var waiting = Enumerable.Range(0, 4).Select(n => _slow.TryRun(() => true, ofStranger: n < 2, Cancel)!).ToArray();

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
