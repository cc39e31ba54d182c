using Coffer.Audit.Chain;
using Coffer.Audit.Devices;

namespace Coffer.Audit.Sinks;

/// <summary>Where the lines of one device go: a file or a stream. Used by one thread at a time.</summary>
internal interface ILineTarget : IDisposable
{
    /// <summary>Gets ready for lines: opens what is not open, and gives the chain its position.</summary>
    /// <param name="leave">Writes last lines to a place that is about to be left for another of the same name.</param>
    /// <returns>True when the last line there is torn and must be ended first.</returns>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    /// <exception cref="AuditPathException">It is outside what the configuration allows.</exception>
    bool Prepare(AuditChain chain, Action leave);

    /// <summary>Writes whole lines, or fails and takes back what it had written of them as far as that can be done.</summary>
    void Append(ReadOnlyMemory<byte> lines);

    /// <summary>Brings what was appended as far as the device promises.</summary>
    void Flush();

    /// <summary>Brings what was appended to the disk, whatever the device promises.</summary>
    void Sync();

    /// <summary>The next <see cref="Prepare"/> opens the target again. May be called from any thread.</summary>
    void Reopen();

    /// <summary>After a failure: what is open is given up, and the next <see cref="Prepare"/> looks at what is really there.</summary>
    void Abandon();
}
