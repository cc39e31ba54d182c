using Coffer.Barrier;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Metrics;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Telemetry;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Hosting;

/// <summary>A server's kernel: sealed at first, opened by key shares, closed again on demand.</summary>
public sealed class ServerKernel : IServerControl, ISealControl, IAsyncDisposable
{
    /// <summary>Longest wait for the end of the instance before: what requests are given, and as much again for audit devices to write what waits.</summary>
    private static readonly TimeSpan EndTimeMax = 2 * (ActiveServer.GraceTime + ActiveServer.AbortTime);

    private readonly KernelOptions _options;
    private readonly KernelClock _clock;
    private readonly SealStore _seal;
    private readonly SemaphoreSlim _change = new(1, 1);
    private readonly UnsealJournal _journal;
    private readonly UnsealRound _shares;
    private readonly Lock _endGate = new();
    private ActiveServer? _unsealed;
    private Task _ended = Task.CompletedTask;

    public ServerKernel(KernelOptions options)
    {
        Metrics = new KernelMetrics(options.Version);
        _clock = new KernelClock(options.Clock, options.Log, Metrics.ClockSteps);
        _options = options with { Clock = _clock, OutsideClock = options.Clock, Counters = Metrics };
        KernelGauges.Add(Metrics, _clock, options.Condition, () => Active?.Metrics);
        _seal = new SealStore(options.Store, options.Random);
        Requests = new RequestEntry(this, _options);
        _shares = new UnsealRound(_seal, _options.Random);
        _journal = new UnsealJournal(_options.Clock, _options.Random);
    }

    /// <summary>True when no key is in memory.</summary>
    public bool IsSealed => Volatile.Read(ref _unsealed) is null;

    /// <summary>Whether no background work runs or is due: then nothing changes before the next request, or before its clock has moved on.</summary>
    public bool IsIdle => Volatile.Read(ref _unsealed)?.IsIdle ?? true;

    /// <summary>What is counted and measured, sealed or not.</summary>
    public KernelMetrics Metrics { get; }

    /// <summary>Where requests come in.</summary>
    public RequestEntry Requests { get; }

    /// <summary>The server that is unsealed now; null while it is sealed.</summary>
    internal ActiveServer? Active => Volatile.Read(ref _unsealed);

    /// <summary>Creates keys, root token and first mounts in an empty store.</summary>
    /// <returns>Null when the store is initialised already.</returns>
    public async ValueTask<InitResult?> InitializeAsync(InitRequest request, CancellationToken cancellation)
    {
        await _change.WaitAsync(cancellation);
        try
        {
            var made = await Initialization.RunAsync(_seal, _options, request, cancellation);
            if (made is not null)
            {
                HostLog.Initialized(_options.Log);
                await OpenWithStaticKeysAsync(cancellation);
            }

            return made;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Unseals with a key that the configuration names, if a static slot opens with one.</summary>
    /// <returns>Null when the server is unsealed now; else why it is not.</returns>
    public async ValueTask<string?> UnsealByStaticKeyAsync(CancellationToken cancellation)
    {
        if (await EnterAloneAsync(cancellation) is { } problem)
        {
            return problem;
        }

        try
        {
            return IsSealed ? await OpenWithStaticKeysAsync(cancellation) : null;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Takes a key share.</summary>
    public ValueTask<UnsealStep> UnsealAsync(string share, CancellationToken cancellation) => UnsealAsync(share, request: null, cancellation);

    ValueTask<UnsealStep> ISealControl.UnsealAsync(string share, ApiRequest request, CancellationToken cancellation) => UnsealAsync(share, request, cancellation);

    /// <param name="share">As its holder has it.</param>
    /// <param name="request">Whose audit entry it becomes, without the share; null for none of the API's.</param>
    private async ValueTask<UnsealStep> UnsealAsync(string share, ApiRequest? request, CancellationToken cancellation)
    {
        if (await EnterAloneAsync(cancellation) is { } busy)
        {
            return new UnsealStep(busy);
        }

        try
        {
            if (!IsSealed)
            {
                return new UnsealStep(null);
            }

            await _shares.PrepareAsync(cancellation);
            var problem = await TakeShareAsync(share, request, cancellation);
            if (IsSealed)
            {
                _journal.Note(request, problem, StatusNow(initialized: true));
            }

            return new UnsealStep(problem);
        }
        finally
        {
            _change.Release();
        }
    }

    private async ValueTask<string?> TakeShareAsync(string share, ApiRequest? request, CancellationToken cancellation)
    {
        switch (_shares.Progress?.Give(share))
        {
            case null:
                return "this store has no key shares: it is unsealed at its start by the static key that the configuration names";
            case UnsealAnswer.Complete complete:
                using (complete.Key)
                {
                    return await OpenAsync(_shares.Slot!, complete.Key, request, cancellation) ? null : "'key' shares do not fit together: they opened nothing, and all were forgotten; give every share again";
                }

            case UnsealAnswer.Refused refused:
                return refused.Reason;
            default:
                return null;
        }
    }

    /// <summary>Forgets the shares given so far.</summary>
    /// <param name="request">Whose audit entry it becomes.</param>
    async ValueTask ISealControl.ResetUnsealAsync(ApiRequest request, CancellationToken cancellation)
    {
        await _change.WaitAsync(cancellation);
        try
        {
            _shares.Progress?.Reset();
            if (IsSealed)
            {
                _journal.Note(request, problem: null, StatusNow(initialized: true));
            }
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>How far unsealing has come.</summary>
    public async ValueTask<SealStatus> StatusAsync(CancellationToken cancellation)
    {
        var initialized = await _seal.IsInitializedAsync(cancellation);
        await _change.WaitAsync(cancellation);
        try
        {
            if (initialized)
            {
                await _shares.PrepareAsync(cancellation);
            }

            return StatusNow(initialized);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Whether a start unseals it: the configuration names a static key, and the store has a slot of that kind.</summary>
    public async ValueTask<bool> UnsealsItselfAsync(CancellationToken cancellation) =>
        _options.StaticKeys.Count > 0 && await _seal.IsInitializedAsync(cancellation)
        && (await _seal.ListSlotsAsync(cancellation)).Slots.Any(slot => slot.Kind == KeySlotKinds.Static);

    /// <summary>What keeps an unsealed server from serving, a sentence each. Empty when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        if (_options.Condition?.Problem is { } store)
        {
            yield return store;
        }

        if (Volatile.Read(ref _unsealed)?.Quarantine.Problem is { } older)
        {
            yield return older;
        }
    }

    /// <summary>What an operator should know of, a sentence each, though everything is served.</summary>
    public IEnumerable<string> Warnings() => ((string?[])[_clock.Problem, _clock.Outside.Problem, Volatile.Read(ref _unsealed)?.AuditProblem]).OfType<string>();

    private SealStatus StatusNow(bool initialized) => new(
        initialized, IsSealed, _shares.Slot?.Threshold ?? 0, _shares.Slot?.Shares ?? 0, IsSealed ? _shares.Progress?.Progress ?? 0 : 0, IsSealed ? _shares.Progress?.Nonce ?? "" : "")
    {
        Type = initialized && _shares.Slot is null ? KeySlotKinds.Static : KeySlotKinds.Shamir,
        ClusterName = _unsealed?.ClusterName ?? "",
        ClusterId = _unsealed?.ClusterId ?? "",
    };

    /// <summary>Whether the store holds a Coffer already. Reads one entry; takes no lock.</summary>
    public ValueTask<bool> IsInitializedAsync(CancellationToken cancellation) => _seal.IsInitializedAsync(cancellation);

    /// <summary>Ends what is running and zeroes every key, also where <see cref="RequestSeal"/> has begun that. Returns when it is done.</summary>
    public async ValueTask SealAsync()
    {
        await _change.WaitAsync();
        try
        {
            RequestSeal();
            _shares.Progress?.Reset();
        }
        finally
        {
            _change.Release();
        }

        await EndOfInstance;
    }

    public void RequestSeal()
    {
        // New requests find a sealed server from here on; what runs, this request included, ends before the keys go.
        lock (_endGate)
        {
            if (Interlocked.Exchange(ref _unsealed, null) is { } unsealed)
            {
                _ended = EndAsync(unsealed);
            }
        }
    }

    public void NoteSlotsChanged() => _shares.NoteSlotsChanged();

    /// <summary>Completes when no instance that was sealed works any more. Never fails.</summary>
    private Task EndOfInstance
    {
        get
        {
            lock (_endGate)
            {
                return _ended;
            }
        }
    }

    private async Task EndAsync(ActiveServer unsealed)
    {
        await Task.Yield();
        try
        {
            await unsealed.DisposeAsync();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whatever it is: the server is sealed, and can be unsealed again.
            HostLog.NotSealedCleanly(_options.Log, error);
        }

        HostLog.Sealed(_options.Log);
    }

    /// <summary>
    /// Takes the lock for opening when no earlier instance works any more: two at once would write one audit file. Waits no longer than
    /// <see cref="EndTimeMax"/>, and not under the lock, so that health and status go on answering.
    /// </summary>
    /// <returns>Null with the lock held; else why it is not.</returns>
    private async ValueTask<string?> EnterAloneAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var ending = EndOfInstance;
            if (!ending.IsCompleted)
            {
                HostLog.UnsealWaits(_options.Log);
                try
                {
                    await ending.WaitAsync(EndTimeMax, _options.Clock, cancellation);
                }
                catch (TimeoutException)
                {
                    return "what ran before the seal has not ended: an audit device still writes; see the server's log, and try again";
                }
            }

            await _change.WaitAsync(cancellation);
            if (EndOfInstance.IsCompleted)
            {
                return null;
            }

            _change.Release();
        }
    }

    /// <summary>Audit devices reopen their files, as log rotation asks for with SIGHUP. Does nothing while sealed.</summary>
    public void ReopenAudit() => Volatile.Read(ref _unsealed)?.ReopenAudit();

    public async ValueTask DisposeAsync()
    {
        await SealAsync();
        _shares.Dispose();
        _change.Dispose();
        Metrics.Dispose();
    }

    private async ValueTask<string?> OpenWithStaticKeysAsync(CancellationToken cancellation)
    {
        List<string> reasons = [];
        var slots = await _seal.ListSlotsAsync(cancellation);
        foreach (var source in _options.StaticKeys)
        {
            try
            {
                using var key = source.Key();
                foreach (var slot in slots.Slots.Where(slot => slot.Kind == KeySlotKinds.Static))
                {
                    if (await OpenAsync(slot, key, request: null, cancellation))
                    {
                        WarnOfUnusable(source, reasons);
                        return null;
                    }
                }

                reasons.Add($"no key slot opens with the static key \"{source.Id}\" ({source.Description}); add one with `coffer operator slot add -type=static` once the server is unsealed, or put the right key there");
            }
            catch (Exception error) when (KeySlots.IsKeyProblem(error))
            {
                reasons.Add($"the static key \"{source.Id}\" ({source.Description}) cannot be used: {error.Message}");
            }
        }

        if (reasons.Count > 0)
        {
            _journal.Note(request: null, string.Join("; ", reasons), StatusNow(initialized: true));
        }

        return reasons.Count > 0 ? string.Join("; ", reasons) : "no static key is configured";
    }

    /// <summary>Once the key that does open the store is taken away, as is done after a change of keys, the others would leave the server sealed.</summary>
    private void WarnOfUnusable(StaticKeySource opened, List<string> reasons)
    {
        if (reasons.Count > 0)
        {
            HostLog.OpenedByAnotherKey(_options.Log, $"{opened.Id} ({opened.Description})", string.Join("; ", reasons));
        }
    }

    private async ValueTask<bool> OpenAsync(KeySlot slot, SecretBytes slotKey, ApiRequest? request, CancellationToken cancellation)
    {
        using var rootKey = slot.Open(slotKey);
        if (rootKey is null)
        {
            return false;
        }

        var stored = await _seal.LoadKeyringAsync(rootKey, cancellation);
        var opened = await ActiveServer.StartAsync(_options, _clock, this, stored, SecretBytes.CopyOf(rootKey.Expose()), cancellation);
        _shares.Progress?.Reset();
        _journal.Note(request, problem: null, StatusNow(initialized: true) with { Sealed = false });
        await opened.RecordPastAsync(_journal.Take(), CancellationToken.None);
        Volatile.Write(ref _unsealed, opened);
        HostLog.Unsealed(_options.Log, slot.Kind);
        return true;
    }
}
