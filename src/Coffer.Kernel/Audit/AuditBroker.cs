using System.Collections.Immutable;
using Coffer.Audit;
using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Audit.Sinks;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Audit;

/// <summary>
/// Gives every entry to every enabled device. A request proceeds if at least one device records it, or if there is none. Which devices there are is read with
/// each request, so a change made on any node holds from the next request on.
/// </summary>
/// <param name="book">Null: nothing is known of former runs, and nothing is left to later ones.</param>
/// <param name="removals">Which files were removed lately; null where nobody is to hear of it.</param>
internal sealed class AuditBroker(
    AuditSinks sinks, AuditMetrics metrics, TimeProvider clock, IRandom random, ILogger log, CheckpointBook? book = null,
    AuditRemovals? removals = null) : IAuditLog
{
    private readonly Lock _change = new();
    private volatile Devices _devices = new(AuditTable.None, []);
    private readonly SemaphoreSlim _pastTurn = new(1, 1);
    private volatile IReadOnlyList<AuditEvent> _past = [];
    private volatile bool _isFailing;
    private Task _leaving = Task.CompletedTask;

    public string? Problem => _isFailing
        ? "no audit device could record the last request, so it was refused: see the server's log, and free or repair what the devices write to"
        : _devices.All.Any(device => device.IsFailing)
            ? "an audit device does not record, and another does: see the server's log, and repair or disable it"
            : removals?.Problem;

    public bool IsOn => _devices is not { All.IsEmpty: true, Closed: false };

    public async ValueTask<bool> IsOnAsync(UnitOfWork work, CancellationToken cancellation)
    {
        var table = await AuditTable.ReadAsync(work, cancellation);
        if (!ReferenceEquals(table, _devices.Table))
        {
            _ = Adopt(table, await CheckpointsAsync(table, cancellation));
        }

        if (_past.Count > 0 && !_devices.Closed)
        {
            await RecordPastAsync(cancellation);
        }

        return IsOn;
    }

    public async ValueTask PastAsync(UnitOfWork work, IReadOnlyList<AuditEvent> entries, CancellationToken cancellation)
    {
        _past = entries;
        var table = await AuditTable.ReadAsync(work, cancellation);
        _ = Adopt(table, await CheckpointsAsync(table, cancellation));
        await RecordPastAsync(cancellation);
    }

    public ValueTask RequestAsync(AuditEvent entry, CancellationToken cancellation) => RecordAsync(entry, response: false, cancellation);

    public ValueTask ResponseAsync(AuditEvent entry, CancellationToken cancellation) => RecordAsync(entry, response: true, cancellation);

    public async ValueTask<string?> ProbeAsync(AuditTable table, AuditDevice device, CancellationToken cancellation)
    {
        if (!AuditDeviceOptions.TryParse(device, sinks.Bounds, out var options, out var problem))
        {
            return problem;
        }

        if (!sinks.Bounds.ApiMayCreate)
        {
            return "audit devices cannot be created over the API: name a folder for their files in the server's configuration (audit_folder), or targets to send to (audit_targets)";
        }

        try
        {
            if (OtherAt(table, device, options) is { } other)
            {
                return $"file_path is written by the audit device {other.Path} already; choose another file";
            }

            await using var sink = sinks.Create(device, options, table.SigningKey, default);
            await sink.TestAsync(
                options.SkipTest ? ReadOnlyMemory<byte>.Empty : AuditEntryFormat.Test(random.Uuid(), clock.GetUtcNow()), cancellation);
            return null;
        }
        catch (Exception error) when (error is AuditUnavailableException or AuditPathException or IOException or UnauthorizedAccessException)
        {
            var reason = AuditReason.Of(error);
            return options.Remote is { } remote
                ? $"sanity check failed; unable to send to {remote.OptionName}: {reason}"
                : $"sanity check failed; unable to open file_path for writing: {reason}";
        }
    }

    public async ValueTask AdoptAsync(AuditTable table) => await Adopt(table, await CheckpointsAsync(table, CancellationToken.None));

    public AuditMark? HeadOf(AuditDevice device) => _devices.Find(device.Uuid)?.Head;

    public void Reopen()
    {
        foreach (var device in _devices.All)
        {
            device.Reopen();
        }
    }

    /// <summary>Writes what waits, signs each device's last entries, and refuses every later entry if there were devices.</summary>
    public async ValueTask DisposeAsync()
    {
        await Adopt(new AuditTable(long.MaxValue, []), AuditCheckpoints.None);
        await (book?.Idle ?? Task.CompletedTask);
        _pastTurn.Dispose();
    }

    private async ValueTask RecordPastAsync(CancellationToken cancellation)
    {
        await _pastTurn.WaitAsync(cancellation);
        try
        {
            while (_past is { Count: > 0 } waiting)
            {
                await RecordAsync(waiting[0], response: true, cancellation);
                _past = [.. waiting.Skip(1)];
            }
        }
        finally
        {
            _pastTurn.Release();
        }
    }

    /// <summary>What former runs left of the devices that a table adds to those that record already.</summary>
    private async ValueTask<AuditCheckpoints> CheckpointsAsync(AuditTable table, CancellationToken cancellation) =>
        book is null || table.Devices.All(device => _devices.Find(device.Uuid) is not null) ? AuditCheckpoints.None : await book.ReadAsync(cancellation);

    /// <summary>Takes a state of the table up, unless a later one is known already.</summary>
    /// <returns>Ends when the devices that are no longer enabled are closed.</returns>
    private Task Adopt(AuditTable table, AuditCheckpoints known)
    {
        lock (_change)
        {
            var before = _devices;
            if (table.Revision > before.Table.Revision)
            {
                var all = table.Devices.Select(device => before.Find(device.Uuid) ?? Start(table, device, known)).ToImmutableArray();
                foreach (var device in all)
                {
                    device.AuditHeaders(table.Headers);
                }

                _devices = new Devices(table, all) { Closed = table.Revision == long.MaxValue && (before.Closed || !before.All.IsEmpty) };
                _leaving = Task.WhenAll(before.All.Except(all).Select(LeaveAsync).Append(_leaving));
            }
            else if (table.Revision == before.Table.Revision)
            {
                // The same state, decoded again. It is remembered, so that the next request sees by its reference that nothing has changed.
                _devices = before with { Table = table };
            }

            return _leaving;
        }
    }

    /// <summary>Two devices in one file would break each other's chains.</summary>
    private AuditDevice? OtherAt(AuditTable table, AuditDevice device, AuditDeviceOptions options)
    {
        if (options.IsStandardOutput || options.IsDiscard || options.Remote is not null)
        {
            return null;
        }

        var file = AuditPath.Resolve(options.FilePath, sinks.Bounds.Of(device));
        return table.Devices.FirstOrDefault(other => other.Uuid != device.Uuid
            && AuditDeviceOptions.TryParse(other, sinks.Bounds, out var theirs, out _)
            && theirs is { IsStandardOutput: false, IsDiscard: false, Remote: null } && AuditPath.Real(Path.GetFullPath(theirs.FilePath)) == file);
    }

    private EnabledDevice Start(AuditTable table, AuditDevice device, AuditCheckpoints known)
    {
        var memory = new AuditMemory(known.Of(device.Uuid), book is null ? null : mark => book.Note(device.Uuid, mark));
        var problem = AuditDeviceOptions.TypeProblem(device.Type) ?? "";
        if (problem.Length == 0 && AuditDeviceOptions.TryParse(device, sinks.Bounds, out var options, out problem))
        {
            return new EnabledDevice(device, options, sinks.Create(device, options, table.SigningKey, memory), table.Headers, metrics, clock, log);
        }

        return new EnabledDevice(device, new AuditDeviceOptions { FilePath = "" }, new RefusedSink(problem), table.Headers, metrics, clock, log);
    }

    private async Task LeaveAsync(EnabledDevice device)
    {
        try
        {
            await device.DisposeAsync();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            AuditDeviceLog.NotClosed(log, device.Device.Path, error);
        }
    }

    private ValueTask RecordAsync(AuditEvent entry, bool response, CancellationToken cancellation) =>
        IsOn ? RecordCountedAsync(entry, response, cancellation) : ValueTask.CompletedTask;

    private async ValueTask RecordCountedAsync(AuditEvent entry, bool response, CancellationToken cancellation)
    {
        var begin = clock.GetTimestamp();
        try
        {
            await RecordWithDevicesAsync(entry, response, cancellation);
        }
        catch (AuditUnavailableException)
        {
            (response ? metrics.ResponseFailures : metrics.RequestFailures).Add(1);
            _isFailing = true;
            throw;
        }

        _isFailing = false;

        (response ? metrics.Responses : metrics.Requests).Record(clock.GetElapsedTime(begin).TotalSeconds);
    }

    private async ValueTask RecordWithDevicesAsync(AuditEvent entry, bool response, CancellationToken cancellation)
    {
        while (true)
        {
            var devices = _devices;
            if (devices.Closed)
            {
                throw new AuditUnavailableException("the audit devices are closed: the server is being sealed");
            }

            if (devices.All.IsEmpty || await TryAsync(devices.All, entry, response, cancellation) is not { } failure)
            {
                return;
            }

            cancellation.ThrowIfCancellationRequested();
            if (devices.All == _devices.All)
            {
                throw failure as AuditUnavailableException ?? new AuditUnavailableException("the request cannot be written as an audit entry", failure);
            }

            // Devices were enabled or disabled while this one failed: those of now decide.
        }
    }

    /// <summary>Records with one device at least. Null when that succeeded.</summary>
    private async ValueTask<Exception?> TryAsync(ImmutableArray<EnabledDevice> all, AuditEvent entry, bool response, CancellationToken cancellation)
    {
        var time = entry.At ?? clock.GetUtcNow();
        if (all.Length == 1)
        {
            return await all[0].RecordAsync(entry, response, time, here: true, cancellation);
        }

        var lagging = all.Select(device => device.IsLagging).ToArray();
        var tasks = all.Select(device => device.RecordAsync(entry, response, time, here: false, cancellation).AsTask()).ToArray();
        var prompt = Task.WhenAll(tasks.Where((_, i) => !lagging[i]));
        if (!prompt.IsCompleted)
        {
            await Task.WhenAny(prompt, Task.Delay(AuditLimits.StragglerWait, clock, CancellationToken.None));
        }

        if (tasks.Any(task => task is { IsCompletedSuccessfully: true, Result: null }))
        {
            for (var i = 0; i < tasks.Length; i++)
            {
                if (!tasks[i].IsCompleted)
                {
                    all[i].FallBehind(tasks[i]);
                }
            }

            return null;
        }

        Exception? failure = null;
        await foreach (var task in Task.WhenEach(tasks).WithCancellation(cancellation))
        {
            failure = await task;
            if (failure is null)
            {
                return null;
            }
        }

        return failure;
    }

    /// <summary>One state of the table, and the devices that record since then.</summary>
    private sealed record Devices(AuditTable Table, ImmutableArray<EnabledDevice> All)
    {
        /// <summary>There were devices, and they are closed for good.</summary>
        public bool Closed { get; init; }

        public EnabledDevice? Find(string uuid) => All.FirstOrDefault(device => device.Device.Uuid == uuid);
    }
}
