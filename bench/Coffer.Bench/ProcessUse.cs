using System.Diagnostics;
using System.Globalization;

namespace Coffer.Bench;

/// <summary>Processor and memory of a process, read from /proc.</summary>
/// <param name="Processor">Processor time so far, or in the time between two readings.</param>
/// <param name="MegabytesResident">Resident memory, 10^6 bytes.</param>
/// <param name="MicrosecondsEach">Processor time for each request.</param>
internal sealed record ProcessUse(TimeSpan Processor, double MegabytesResident, double MicrosecondsEach)
{
    /// <summary>Null when the process is not here to be looked at.</summary>
    public static ProcessUse? Of(int? id)
    {
        if (id is not { } known)
        {
            return null;
        }

        using var process = Process.GetProcessById(known);
        var resident = File.ReadLines($"/proc/{known}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kibibytes = double.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return new ProcessUse(process.TotalProcessorTime, kibibytes * 1024 / 1e6, 0);
    }

    public static ProcessUse? Between(ProcessUse? before, ProcessUse? after, double requests)
    {
        if (before is null || after is null)
        {
            return null;
        }

        var processor = after.Processor - before.Processor;
        return after with { Processor = processor, MicrosecondsEach = processor.TotalMicroseconds / requests };
    }
}
