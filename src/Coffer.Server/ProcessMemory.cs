using System.Runtime.InteropServices;

namespace Coffer.Server;

/// <summary>Keeps what is in this process's memory out of reach: no core dumps, and no other process of the same user that reads along.</summary>
/// <remarks>On Linux alone. Root can read any memory, and what the kernel swaps out lands on the swap device: see docs/security.md.</remarks>
public static partial class ProcessMemory
{
    // From sys/prctl.h and sys/resource.h.
    private const int SetDumpable = 4;
    private const int CoreLimit = 4;

    /// <summary>Closes the memory, for the rest of the process's life.</summary>
    /// <returns>What did not work, for a person; null when all is well.</returns>
    public static string? Close()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "this system's core dumps are not switched off: see to it that none is written where others read";
        }

        var none = default(ResourceLimit);
        return Limit(CoreLimit, in none) == 0 && Control(SetDumpable, 0, 0, 0, 0) == 0
            ? null
            : $"core dumps could not be switched off: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int Limit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    /// <summary>Bytes: what is allowed now, and what may be asked for.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ResourceLimit(nuint Soft, nuint Hard);
}
