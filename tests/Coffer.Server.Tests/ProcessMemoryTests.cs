using System.Runtime.InteropServices;

namespace Coffer.Server.Tests;

public sealed partial class ProcessMemoryTests
{
    // From sys/prctl.h.
    private const int GetDumpable = 3;

    [Fact]
    public void A_closed_process_writes_no_core_dump_and_shows_its_memory_to_nobody()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.NotNull(ProcessMemory.Close());
            return;
        }

        Assert.Null(ProcessMemory.Close());

        const string Name = "Max core file size";
        var core = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith(Name, StringComparison.Ordinal));
        Assert.Equal(["0", "0"], core[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]);
        Assert.Equal(0, Control(GetDumpable, 0, 0, 0, 0));
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);
}
