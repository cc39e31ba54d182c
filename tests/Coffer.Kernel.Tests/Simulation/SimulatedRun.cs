using System.Text;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Testing;

namespace Coffer.Kernel.Tests.Simulation;

/// <summary>
/// One run of a server with everything that moves: clients, the clock, seals, deaths, failing calls of the store and of the outside system, jobs, tidies, rotations.
/// A seed decides all of it, the order in which the kernel's work runs included.
/// </summary>
internal sealed class SimulatedRun : IAsyncDisposable
{
    private static readonly FailureClass[] Failures = [FailureClass.Transient, FailureClass.Throttled, FailureClass.NeedsOperator];

    private readonly KernelHarness _harness;
    private readonly Random _dice;
    private readonly SimulatedClients _clients;
    private readonly List<string> _trace = [];

    private SimulatedRun(KernelHarness harness, int seed)
    {
        _harness = harness;
        _dice = new Random(seed);
        _clients = new SimulatedClients(harness, Note);
    }

    /// <summary>What has happened, in order.</summary>
    public IReadOnlyList<string> Trace
    {
        get
        {
            lock (_trace)
            {
                return [.. _trace];
            }
        }
    }

    public static async Task<SimulatedRun> StartAsync(int seed) => new(await KernelHarness.StartAsync(seed: seed), seed);

    /// <summary>Lets things happen, and checks after each of them what must be true at any moment.</summary>
    public async Task RunAsync(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            await StepAsync();
            await _harness.IdleAsync();
            await _clients.CheckAnswersAsync();
            await _harness.AssertConsistentAsync();
            _clients.AssertPromises();
        }
    }

    /// <summary>Heals everything, lets all that has an end end, and checks that nothing is left.</summary>
    public async Task FinishAsync()
    {
        // A call that hangs ends with the seal.
        Heal();
        await SealAsync();
        await _clients.DrainAsync();
        _clients.AssertPromises();
        await _clients.AssertItemsAsync();
        await _harness.AdvanceUntilAsync(
            async () => (await _harness.LeasesAsync()).Count == 0 && _harness.World.Secrets.Count == 0 && (await _harness.KeysAsync("task/id/")).Count == 0
                && (await _harness.KeysAsync("token/id/")).Count == 1,
            TimeSpan.FromDays(3));
        foreach (var prefix in (string[])["lease/id/", "lease/owner/", "lease/attention/", "token/child/", "due/"])
        {
            Assert.Empty(await _harness.KeysAsync(prefix));
        }

        Assert.DoesNotContain("running", (await _harness.SendAsync(Operation.List, "sys/leases/jobs", null)).Body, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    /// <summary>The last things that happened, for the report of a failure.</summary>
    public string Tail(int lines) => new StringBuilder().AppendJoin('\n', Trace.TakeLast(lines)).ToString();

    private async Task StepAsync()
    {
        switch (_dice.Next(20))
        {
            case < 9:
                await _clients.BeginAsync(Seeds(_dice.Next(1, 6)));
                break;
            case < 13:
                await PassAsync();
                break;
            case 13:
                FailStore();
                break;
            case 14 or 15:
                FailOutside();
                break;
            case 16:
                Note("healed");
                Heal();
                break;
            case 17:
                await SealAsync();
                break;
            case 18:
                await DieAsync();
                break;
            default:
                SetWall();
                break;
        }
    }

    private async Task PassAsync()
    {
        var time = TimeSpan.FromSeconds(_dice.Next(3) == 0 ? _dice.Next(1, 4000) : _dice.Next(1, 60));
        var leaps = _dice.Next(4) == 0;
        Note($"{(leaps ? "leap" : "advance")} {time}");
        await (leaps ? _harness.LeapAsync(time) : _harness.AdvanceAsync(time));
    }

    private void FailStore()
    {
        var (ahead, moment) = (_dice.Next(1, 40), _dice.Next(2) == 0 ? FaultMoment.Before : FaultMoment.After);
        Note($"the store fails in {ahead} calls, {moment}");
        _harness.Store.FailCall(_harness.Store.Calls + ahead, moment);
    }

    /// <summary>Some calls of the outside system fail, are done and fail, or are never answered.</summary>
    private void FailOutside()
    {
        var (every, failure, hangs) = (_dice.Next(1, 5), Failures[_dice.Next(Failures.Length)], _dice.Next(3) == 0);
        _harness.World.FailsAfter = _dice.Next(2) == 0;
        Note(hangs ? "calls hang" : $"every {every}. call fails: {failure}");
        _harness.World.Fault = (operation, number) =>
            !hangs && number % every == 0 ? new EngineException(failure, $"{operation} failed as the seed has it") : null;
        var calls = 0;
        _harness.World.Hangs = (_, _) => hangs && ++calls % every == 0;
    }

    private void Heal()
    {
        _harness.Store.Heal();
        _harness.World.Heal();
        _harness.World.Hangs = (_, _) => false;
        _harness.World.FailsAfter = false;
        _harness.Wall.Offset = TimeSpan.Zero;
    }

    /// <summary>Seals while things are under way; what hangs is cancelled, so virtual time may have to pass.</summary>
    private async Task SealAsync()
    {
        Note("seal");
        var sealing = _harness.SealAsync();
        await _harness.AdvanceUntilAsync(() => sealing.IsCompleted);
        await sealing;
        _harness.Store.Heal();
        await _harness.UnsealAsync();
    }

    /// <summary>From some call on the store does nothing any more; then the process starts again.</summary>
    private async Task DieAsync()
    {
        Note("die");
        _harness.Store.DieAtCall(_harness.Store.Calls + _dice.Next(1, 20), _dice.Next(2) == 0 ? FaultMoment.Before : FaultMoment.After);
        await _clients.BeginAsync(Seeds(2));
        await _harness.IdleAsync();
        var ending = _harness.RestartSealedAsync();
        await _harness.AdvanceUntilAsync(() => ending.IsCompleted);
        await ending;
        await _harness.UnsealAsync();
    }

    private void SetWall()
    {
        // Never so long ahead that a step is believed and ends what was promised by the steady clock.
        _harness.Wall.Offset = TimeSpan.FromSeconds(_dice.Next(2) == 0 ? 0 : _dice.Next(-3, 3));
        Note($"wall {_harness.Wall.Offset}");
    }

    private int[] Seeds(int count) => [.. Enumerable.Range(0, count).Select(_ => _dice.Next())];

    private void Note(string what)
    {
        lock (_trace)
        {
            _trace.Add(what);
        }
    }
}
