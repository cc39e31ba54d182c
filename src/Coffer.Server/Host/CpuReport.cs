using System.Globalization;
using System.Text.Json;

namespace Coffer.Server.Host;

/// <summary>The processors, and what they have spent their time on since the machine started.</summary>
internal static class CpuReport
{
    /// <summary>What a second has of the units of <c>/proc/stat</c>: fixed for programs on Linux.</summary>
    private const double TicksPerSecond = 100;

    private static readonly string[] Times = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guestNice"];

    public static void Write(Utf8JsonWriter json, ProcText files)
    {
        json.WriteStartArray("cpu");
        var number = 0;
        foreach (var cpu in Processors(files))
        {
            string Text(string name) => cpu.GetValueOrDefault(name, "");
            json.WriteStartObject();
            json.WriteNumber("cpu", number++);
            json.WriteString("vendorId", Text("vendor_id"));
            json.WriteString("family", Text("cpu family"));
            json.WriteString("model", Text("model"));
            json.WriteNumber("stepping", ProcText.Number(Text("stepping")));
            json.WriteString("physicalId", Text("physical id"));
            json.WriteString("coreId", Text("core id"));
            json.WriteNumber("cores", 1);
            json.WriteString("modelName", Text("model name"));
            json.WriteNumber("mhz", double.TryParse(Text("cpu MHz"), CultureInfo.InvariantCulture, out var mhz) && double.IsFinite(mhz) ? mhz : 0);
            json.WriteNumber("cacheSize", ProcText.Number(Text("cache size")));
            json.WriteStartArray("flags");
            foreach (var flag in (Text("flags") + Text("Features")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                json.WriteStringValue(flag);
            }

            json.WriteEndArray();
            json.WriteString("microcode", Text("microcode"));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteTimes(json, files);
    }

    private static void WriteTimes(Utf8JsonWriter json, ProcText files)
    {
        json.WriteStartArray("cpu_times");
        foreach (var fields in files.Lines("proc/stat").Where(line => line.StartsWith("cpu", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (fields[0] == "cpu")
            {
                // The sum of the others.
                continue;
            }

            json.WriteStartObject();
            json.WriteString("cpu", fields[0]);
            for (var i = 0; i < Times.Length; i++)
            {
                json.WriteNumber(Times[i], i + 1 < fields.Length ? ProcText.Number(fields[i + 1]) / TicksPerSecond : 0);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The paragraphs of <c>/proc/cpuinfo</c>, one a processor.</summary>
    private static List<Dictionary<string, string>> Processors(ProcText files)
    {
        List<Dictionary<string, string>> all = [];
        foreach (var line in files.Lines("proc/cpuinfo"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                continue;
            }

            var name = line[..colon].Trim();
            if (name == "processor")
            {
                all.Add(new Dictionary<string, string>(StringComparer.Ordinal));
            }
            else if (all.Count > 0)
            {
                all[^1].TryAdd(name, line[(colon + 1)..].Trim());
            }
        }

        return all;
    }
}
