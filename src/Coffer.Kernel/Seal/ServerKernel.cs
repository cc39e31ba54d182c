using Coffer.Barrier;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Headers;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Storage;

namespace Coffer.Kernel.Seal;

/// <summary>A server's kernel: sealed at first, opened by key shares, closed again on demand. The one entry for requests.</summary>
public sealed class ServerKernel : IServerControl, IAsyncDisposable
{
    /// <summary>Longest wait for the end of the instance before: what requests are given, and as much again for audit devices to write what waits.</summary>
    private static readonly TimeSpan EndTimeMax = 2 * (ActiveServer.GraceTime + ActiveServer.AbortTime);

    private readonly KernelOptions _options;
    private readonly KernelClock _clock;
    private readonly SealStore _seal;
    private readonly SemaphoreSlim _change = new(1, 1);
    private readonly SealedServerPaths _open;
    private readonly UnsealJournal _journal;
    private readonly UnsealRound _shares;
    private readonly Lock _endGate = new();
    private ActiveServer? _unsealed;
    private Task _ended = Task.CompletedTask;

    public ServerKernel(KernelOptions options)
    {
        _clock = new KernelClock(options.Clock, options.OnEvent, options.Counters.ClockSteps);
        _options = options with { Clock = _clock, OutsideClock = options.Clock };
        _seal = new SealStore(options.Store, options.Random);
        _open = new SealedServerPaths(this, _options);
        _shares = new UnsealRound(_seal, _options);
        _journal = new UnsealJournal(_options.Clock, _options.Random);
    }

    /// <summary>True when no key is in memory.</summary>
    public bool IsSealed => Volatile.Read(ref _unsealed) is null;

    /// <summary>Answers a request: the few paths of a sealed server, or the whole API of an unsealed one.</summary>
    public async ValueTask<ApiReply> HandleAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (begun, status) = (_options.Clock.GetTimestamp(), 500);
        _options.Counters.Begin(request, _options.Clock.GetUtcNow());
        try
        {
            var reply = await AnswerAsync(request, cancellation);
            status = reply.Status;
            return reply;
        }
        finally
        {
            _options.Counters.End(request, status, _options.Clock.GetElapsedTime(begun));
        }
    }

    /// <summary>The metrics without a token, for listeners that are configured so. Unaudited: they hold nothing of any caller.</summary>
    /// <param name="format">As of <c>sys/metrics</c>.</param>
    public async ValueTask<ApiReply> MetricsAsync(string format, CancellationToken cancellation)
    {
        try
        {
            return Volatile.Read(ref _unsealed) is not { } unsealed ? Sealed
                : await unsealed.RunAsync<Reply?>(async services => await services.Metrics.WriteAsync(format, cancellation), null) switch
                {
                    Reply.Raw raw => new ApiReply(raw.Status, raw.Body) { ContentType = raw.ContentType },
                    Reply.Refused refused => ApiReply.From(refused.Error),
                    _ => Sealed,
                };
        }
        catch (StoreUnavailableException error)
        {
            return StoreIsAway(error);
        }
    }

    /// <summary>To be called when a reply did not reach its client: ends the lease and the token that were made for it.</summary>
    public async ValueTask EndUndeliveredAsync(ApiReply reply)
    {
        if (reply.Entrusts.IsNothing)
        {
            return;
        }

        var ended = false;
        try
        {
            ended = Volatile.Read(ref _unsealed) is { } unsealed && await unsealed.RunAsync(
                async services =>
                {
                    await services.Revoker.EndUndeliveredAsync(reply.Entrusts, CancellationToken.None);
                    return true;
                },
                otherwise: false);
        }
        catch (Exception error) when (error is StoreUnavailableException or BarrierException)
        {
            _options.OnFailure("what was made for an answer that nobody received could not be ended", error);
        }

        _options.OnEvent(new LogLine(ended ? LogLevel.Warn : LogLevel.Error, "an answer could not be delivered") { Logger = LogLine.Expiration }
            .With("made_for_it", ended ? "is ended" : "lives until its own end: revoke it by hand")
            .With("lease_ending", reply.Entrusts.LeaseId[(reply.Entrusts.LeaseId.LastIndexOf('/') + 1)..])
            .With("token_accessor", reply.Entrusts.TokenAccessor));
    }

    /// <summary>Looks at who sends a request before its body is taken in.</summary>
    /// <param name="head">The request without its body.</param>
    /// <param name="cancellation">Ends the look.</param>
    public async ValueTask<BodySender> SenderOfAsync(ApiRequest head, CancellationToken cancellation)
    {
        try
        {
            if (SealedServerPaths.Answers(head))
            {
                return SealedServerPaths.Initializes(head) && !await IsInitializedAsync(cancellation) ? BodySender.Initializer : BodySender.Stranger;
            }

            return Volatile.Read(ref _unsealed) is { } unsealed ? await unsealed.RunAsync(services => new BodyGate(services).SenderOfAsync(head, cancellation), BodySender.Refused) : BodySender.Refused;
        }
        catch (Exception error) when (error is StoreUnavailableException or BarrierException)
        {
            // The request itself will meet the same, and be answered for it.
            _options.OnFailure("the sender of a request could not be looked at", error);
            return BodySender.Refused;
        }
    }

    /// <summary>Whether a request's body is to be handed on as it was sent. Asked only of content types that are neither JSON nor a form.</summary>
    /// <param name="head">The request without its body.</param>
    /// <param name="cancellation">Ends the look.</param>
    public async ValueTask<bool> TakesRawAsync(ApiRequest head, CancellationToken cancellation)
    {
        try
        {
            return Volatile.Read(ref _unsealed) is { } unsealed && await unsealed.RunAsync(services => new BodyGate(services).TakesRawAsync(head, cancellation), otherwise: false);
        }
        catch (Exception error) when (error is StoreUnavailableException or BarrierException)
        {
            // As above.
            _options.OnFailure("the path of a request could not be looked at", error);
            return false;
        }
    }

    /// <summary>Names what the store knows to be wrong with it, as <c>sys/health</c> does; the log has the rest.</summary>
    private ApiReply StoreIsAway(StoreUnavailableException error)
    {
        _options.OnFailure("the store failed a request", error);
        return ApiReply.Error(ErrorKind.Unavailable, "the store is not available" + (_options.Condition?.Problem is { } problem ? $": {problem}" : "; try again, and see the server's log"));
    }

    private static ApiReply Sealed { get; } = ApiReply.Error(ErrorKind.Unavailable, "Vault is sealed");

    private async ValueTask<ApiReply> AnswerAsync(ApiRequest request, CancellationToken cancellation)
    {
        try
        {
            if (await _open.TryHandleAsync(request, cancellation) is { } open)
            {
                return open;
            }

            return request is { Path.EndsWithSlash: true, Operation: Operation.Update or Operation.Patch }
                ? ApiReply.Error(ErrorKind.Invalid, "cannot write to a path ending in '/'")
                : await EnterAsync(request, cancellation);
        }
        catch (StoreUnavailableException error)
        {
            return StoreIsAway(error);
        }
        catch (AuditUnavailableException error)
        {
            _options.OnFailure("no audit device could record a request", error);
            return ApiReply.Error(ErrorKind.Internal, "failed to audit request, cannot continue");
        }
        catch (BarrierException error)
        {
            _options.OnFailure("a stored entry could not be opened", error);
            return ApiReply.Error(ErrorKind.Internal, "a stored entry could not be opened; see the server's log");
        }
    }

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
                Tell("the store is initialized");
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

    /// <param name="share">As its holder has it.</param>
    /// <param name="request">Whose audit entry it becomes, without the share; null for none of the API's.</param>
    internal async ValueTask<UnsealStep> UnsealAsync(string share, ApiRequest? request, CancellationToken cancellation)
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
    internal async ValueTask ResetUnsealAsync(ApiRequest request, CancellationToken cancellation)
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

    /// <summary>Where unsealing stands.</summary>
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
            _options.OnFailure("sealing did not end cleanly", error);
        }

        Tell("the server is sealed");
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
                Tell("unsealing waits until what ran before the seal has ended");
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

    /// <summary>Audit devices open their files anew, as log rotation asks for with SIGHUP. Nothing to do while sealed.</summary>
    public void ReopenAudit() => Volatile.Read(ref _unsealed)?.ReopenAudit();

    /// <summary>Which pages of other origins may call; null where none was ever allowed, and while sealed. Read anew each time, so that it holds at once.</summary>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    public ValueTask<CorsSettings?> CorsAsync(CancellationToken cancellation) =>
        Volatile.Read(ref _unsealed)?.RunAsync<CorsSettings?>(services => CorsSettings.ReadAsync(services.Transactions.Begin(), cancellation), null) ?? ValueTask.FromResult<CorsSettings?>(null);

    public async ValueTask DisposeAsync()
    {
        await SealAsync();
        _shares.Dispose();
        _change.Dispose();
    }

    private async ValueTask<ApiReply> EnterAsync(ApiRequest request, CancellationToken cancellation)
    {
        var unsealed = Volatile.Read(ref _unsealed);
        return unsealed is null || await unsealed.TryHandleAsync(request, cancellation) is not { } reply
            ? Sealed
            : reply;
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
                        return null;
                    }
                }

                reasons.Add($"no key slot opens with the static key \"{source.Id}\" ({source.Description}); unseal with key shares, then add one with `coffer operator slot add -type=static`");
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
        _options.OnEvent(new LogLine(LogLevel.Info, "the server is unsealed").With("by", slot.Kind));
        return true;
    }

    private void Tell(string what) => _options.OnEvent(new LogLine(LogLevel.Info, what));
}
