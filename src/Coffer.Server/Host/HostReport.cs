using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Coffer.Server.Host;

/// <summary>What <c>sys/host-info</c> shows of the machine, under the names that Vault's clients know. On other systems than Linux, only what .NET knows.</summary>
internal static class HostReport
{
    /// <summary>The members <c>cpu</c>, <c>cpu_times</c>, <c>disk</c>, <c>host</c> and <c>memory</c>.</summary>
    public static void Write(Utf8JsonWriter json) => Write(json, new ProcText());

    internal static void Write(Utf8JsonWriter json, ProcText files)
    {
        CpuReport.Write(json, files);
        DiskReport.Write(json, files);
        WriteHost(json, files);
        MemoryReport.Write(json, files);
    }

    private static void WriteHost(Utf8JsonWriter json, ProcText files)
    {
        var release = files.Pairs("etc/os-release", '=');
        var bootTime = files.Lines("proc/stat").Where(line => line.StartsWith("btime ", StringComparison.Ordinal)).Select(line => ProcText.Number(line[6..])).FirstOrDefault();
        var platform = release.GetValueOrDefault("ID", "");
        var family = release.GetValueOrDefault("ID_LIKE", "").Split(' ')[0];
        json.WriteStartObject("host");
        json.WriteString("hostname", Environment.MachineName);
        json.WriteNumber("uptime", files.First("proc/uptime") is { Length: > 0 } uptime ? ProcText.Number(uptime) : Environment.TickCount64 / 1000);
        json.WriteNumber("bootTime", bootTime);
        json.WriteNumber("procs", Processes());
        json.WriteString("os", OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : "windows");
        json.WriteString("platform", platform.Length > 0 ? platform : RuntimeInformation.OSDescription);
        json.WriteString("platformFamily", family.Length > 0 ? family : platform);
        json.WriteString("platformVersion", release.GetValueOrDefault("VERSION_ID", ""));
        json.WriteString("kernelVersion", files.First("proc/sys/kernel/osrelease"));
        json.WriteString("kernelArch", Architecture());
        json.WriteString("virtualizationSystem", IsContainer(files) ? "docker" : "");
        json.WriteString("virtualizationRole", IsContainer(files) ? "guest" : "");
        json.WriteString("hostId", HostId(files));
        json.WriteEndObject();
    }

    private static int Processes()
    {
        try
        {
            return Directory.EnumerateDirectories("/proc").Count(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No /proc: another system than Linux.
            return 0;
        }
    }

    private static bool IsContainer(ProcText files) => files.Lines("proc/1/cgroup").Any(line => line.Contains("docker", StringComparison.Ordinal) || line.Contains("containerd", StringComparison.Ordinal));

    /// <summary>As <c>uname -m</c> has it.</summary>
    private static string Architecture() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static string HostId(ProcText files)
    {
        // The hardware's id is for root alone; the installation's is for everybody.
        var hardware = files.First("sys/class/dmi/id/product_uuid");
        var id = hardware.Length > 0 ? hardware : files.First("etc/machine-id");
        return id.Length == 32 && Guid.TryParseExact(id, "N", out var guid) ? guid.ToString() : id.ToLowerInvariant();
    }
}
