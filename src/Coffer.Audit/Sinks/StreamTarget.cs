using Coffer.Audit.Chain;

namespace Coffer.Audit.Sinks;

/// <summary>Lines to a stream that cannot be read back: standard output, or nowhere at all.</summary>
internal sealed class StreamTarget(Stream stream) : ILineTarget
{
    public bool Prepare(AuditChain chain, Action leave)
    {
        chain.StartStream();
        return false;
    }

    public void Append(ReadOnlyMemory<byte> lines) => stream.Write(lines.Span);

    public void Flush() => stream.Flush();

    public void Sync() => stream.Flush();

    public void Reopen()
    {
        // A stream has no name under which there could be another.
    }

    public void Abandon()
    {
        // It is open or broken; there is nothing to look at.
    }

    public void Dispose() => stream.Dispose();
}
