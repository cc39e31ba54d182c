using System.Collections.Immutable;
using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Audit.Sinks;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Engines;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Kernel.Tests.Audit;

/// <summary>Devices that record nothing, and fail or hang on demand.</summary>
internal sealed class StubSinks(TimeProvider clock) : AuditSinks(new AuditBounds(), clock, NullLogger.Instance)
{
    public Dictionary<string, StubSink> Made { get; } = [];

    public override IAuditSink Create(AuditDevice device, AuditDeviceOptions options, ReadOnlySpan<byte> signingKey, AuditMemory memory) => Made[device.Path] = new StubSink();

    public static AuditDevice Device(string name) => new()
    {
        Path = name + "/",
        Type = "file",
        Options = ImmutableSortedDictionary<string, string>.Empty.Add("file_path", "discard"),
        Uuid = name,
        Salt = new byte[32],
    };

    public static AuditEvent Event()
    {
        Assert.True(CanonicalPath.TryParse("a/b", out var path, out _));
        return new AuditEvent(new AuditSubject(new ApiRequest { Id = "1", Path = path, Operation = Operation.Read }, path.Text, "read", null, null, null));
    }

    internal sealed class StubSink : IAuditSink
    {
        public TaskCompletionSource? Gate { get; set; }

        public bool Fails { get; set; }

        public int Entries { get; private set; }

        public long WaitingBytes { get; set; }

        public Task WriteAsync(ReadOnlyMemory<byte> entry, bool here, CancellationToken cancellation)
        {
            Entries++;
            return Fails ? Task.FromException(new AuditUnavailableException("stub")) : Gate?.Task ?? Task.CompletedTask;
        }

        public void Reopen()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
