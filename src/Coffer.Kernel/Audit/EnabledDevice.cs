using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Audit;
using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Audit.Entries;
using Coffer.Audit.Sinks;
using Coffer.Kernel.Telemetry;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Audit;

/// <summary>A device that records: its sink, and how entries look there.</summary>
internal sealed class EnabledDevice : IAsyncDisposable
{
    private readonly AuditDeviceOptions _options;
    private readonly AuditHash _hash;
    private readonly CallerHashes _callers;
    private readonly AuditMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly IAuditSink _sink;
    private volatile AuditEntryFormat _format;
    private volatile Task? _straggler;
    private volatile bool _isBehind;
    private volatile bool _isFailing;

    public EnabledDevice(
        AuditDevice device, AuditDeviceOptions options, IAuditSink sink, ImmutableSortedDictionary<string, bool> headers, AuditMetrics metrics, TimeProvider clock, ILogger log)
    {
        _metrics = metrics;
        _clock = clock;
        Device = device;
        _options = options;
        _sink = sink;
        _log = log;
        _hash = new AuditHash(device.Salt);
        _callers = new CallerHashes(_hash);
        _format = FormatFor(headers);
    }

    public AuditDevice Device { get; }

    /// <summary>The last line that was written; null before the first.</summary>
    public AuditMark? Head => _sink.Head;

    /// <summary>
    /// Requests that others have recorded do not wait for it: an entry took too long and is not recorded yet, or much of what waited with it is not. A receiver that
    /// takes an entry now and then would otherwise hold up each request for as long as the first.
    /// </summary>
    public bool IsLagging => _straggler is { IsCompleted: false } || (_isBehind && (_isBehind = _sink.WaitingBytes > AuditLimits.CaughtUpBytes));

    /// <summary>Whether its last entry was not recorded.</summary>
    public bool IsFailing => _isFailing;

    /// <summary>Which request headers are recorded from now on.</summary>
    public void AuditHeaders(ImmutableSortedDictionary<string, bool> headers) => _format = FormatFor(headers);

    /// <summary>Records an entry, and times that. Never fails: what went wrong is in the result, and in the log when the device begins or ends to fail.</summary>
    /// <param name="entry">What happened.</param>
    /// <param name="response">The answer, not the request.</param>
    /// <param name="time">Of the entry.</param>
    /// <param name="here">As of <see cref="IAuditSink.WriteAsync"/>.</param>
    /// <param name="cancellation">Ends the wait for room.</param>
    public async ValueTask<Exception?> RecordAsync(AuditEvent entry, bool response, DateTimeOffset time, bool here, CancellationToken cancellation)
    {
        var begin = _clock.GetTimestamp();
        var failure = await TryRecordAsync(entry, response, time, here, cancellation);
        Note(failure);
        _metrics.Wrote(Device.Path, isRecorded: failure is null, _clock.GetElapsedTime(begin));
        return failure;
    }

    /// <summary>A caller that did not wait says nothing of the device.</summary>
    private void Note(Exception? failure)
    {
        if (failure is null && _isFailing)
        {
            _isFailing = false;
            AuditDeviceLog.RecordsAgain(_log, Device.Path);
        }
        else if (failure is not (null or OperationCanceledException) && !_isFailing)
        {
            _isFailing = true;
            AuditDeviceLog.NotRecorded(_log, Device.Path, failure);
        }
    }

    private async ValueTask<Exception?> TryRecordAsync(AuditEvent entry, bool response, DateTimeOffset time, bool here, CancellationToken cancellation)
    {
        try
        {
            if (IsLagging && _sink.WaitingBytes > AuditLimits.LaggingBytesMax)
            {
                throw new AuditUnavailableException("the audit device is too far behind");
            }

            await _sink.WriteAsync(_format.Write(entry, response, time), here, cancellation);
            return null;
        }
        catch (Exception error) when (error is AuditUnavailableException or JsonException or InvalidOperationException or OperationCanceledException)
        {
            return error;
        }
    }

    /// <summary>An entry took too long: until it is recorded, requests do not wait for this device if another records.</summary>
    public void FallBehind(Task straggler)
    {
        _straggler = straggler;
        _isBehind = true;
    }

    public void Reopen() => _sink.Reopen();

    public async ValueTask DisposeAsync()
    {
        await _sink.DisposeAsync();
        _hash.Dispose();
    }

    private AuditEntryFormat FormatFor(ImmutableSortedDictionary<string, bool> headers) => new(_hash, _callers, _options, headers);
}
