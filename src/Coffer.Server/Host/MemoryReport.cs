using System.Text.Json;

namespace Coffer.Server.Host;

/// <summary>The machine's memory, in bytes.</summary>
internal static class MemoryReport
{
    private const long Kilobyte = 1024;

    /// <summary>Members by their names in <c>/proc/meminfo</c>, beside those that are computed.</summary>
    private static readonly (string Member, string Name)[] Plain =
    [
        ("free", "MemFree"), ("active", "Active"), ("inactive", "Inactive"), ("buffers", "Buffers"), ("writeBack", "Writeback"), ("dirty", "Dirty"), ("writeBackTmp", "WritebackTmp"),
        ("shared", "Shmem"), ("slab", "Slab"), ("sreclaimable", "SReclaimable"), ("sunreclaim", "SUnreclaim"), ("pageTables", "PageTables"), ("swapCached", "SwapCached"),
        ("commitLimit", "CommitLimit"), ("committedAS", "Committed_AS"), ("highTotal", "HighTotal"), ("highFree", "HighFree"), ("lowTotal", "LowTotal"), ("lowFree", "LowFree"),
        ("swapTotal", "SwapTotal"), ("swapFree", "SwapFree"), ("mapped", "Mapped"), ("vmallocTotal", "VmallocTotal"), ("vmallocUsed", "VmallocUsed"), ("vmallocChunk", "VmallocChunk"),
        ("hugePageSize", "Hugepagesize"),
    ];

    /// <summary>Counts of pages, not bytes.</summary>
    private static readonly (string Member, string Name)[] Pages =
        [("hugePagesTotal", "HugePages_Total"), ("hugePagesFree", "HugePages_Free"), ("hugePagesRsvd", "HugePages_Rsvd"), ("hugePagesSurp", "HugePages_Surp")];

    public static void Write(Utf8JsonWriter json, ProcText files)
    {
        var found = files.Pairs("proc/meminfo", ':');
        long Bytes(string name) => ProcText.Number(found.GetValueOrDefault(name)) * Kilobyte;
        var total = Bytes("MemTotal");
        var cached = Bytes("Cached") + Bytes("SReclaimable");
        var used = Math.Max(0, total - Bytes("MemFree") - Bytes("Buffers") - cached);
        json.WriteStartObject("memory");
        json.WriteNumber("total", total);
        json.WriteNumber("available", found.ContainsKey("MemAvailable") ? Bytes("MemAvailable") : Bytes("MemFree") + cached);
        json.WriteNumber("used", used);
        json.WriteNumber("usedPercent", total > 0 ? 100.0 * used / total : 0);
        json.WriteNumber("cached", cached);
        json.WriteNumber("wired", 0);
        json.WriteNumber("laundry", 0);
        foreach (var (member, name) in Plain)
        {
            json.WriteNumber(member, Bytes(name));
        }

        foreach (var (member, name) in Pages)
        {
            json.WriteNumber(member, ProcText.Number(found.GetValueOrDefault(name)));
        }

        json.WriteEndObject();
    }
}
