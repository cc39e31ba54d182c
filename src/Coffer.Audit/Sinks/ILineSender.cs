
namespace Coffer.Audit.Sinks;

/// <summary>Sends lines to another process or machine. Used by one thread at a time.</summary>
internal interface ILineSender : IDisposable
{
    /// <summary>Longest line that can be sent at all, in bytes.</summary>
    int LineBytesMax { get; }

    /// <summary>Connects if need be, and sends a line.</summary>
    /// <param name="line">With its newline.</param>
    /// <exception cref="IOException">It was not sent, or not all of it, for all that is known.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancellation);

    /// <summary>Closes the connection; the next line connects again.</summary>
    void Abandon();
}
