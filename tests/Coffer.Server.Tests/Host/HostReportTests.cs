using System.Text.Json;
using Coffer.Sdk.Replies;
using Coffer.Server.Host;

namespace Coffer.Server.Tests.Host;

public sealed class HostReportTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("host-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Processors_times_memory_and_host_are_those_of_the_system_files()
    {
        Write("proc/cpuinfo", "processor\t: 0\nvendor_id\t: V\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: A B\nstepping\t: 7\nmicrocode\t: 0x5\ncpu MHz\t\t: 2500.500\ncache size\t: 1024 KB\nphysical id\t: 0\ncore id\t\t: 1\nflags\t\t: fpu vme\n\nprocessor\t: 1\nvendor_id\t: W\n");
        Write("proc/stat", "cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 100 200 300 400 500 600 700 800 900 1000\ncpu1 1 2\nbtime 1700000000\n");
        Write("proc/meminfo", "MemTotal:  1000 kB\nMemFree:  100 kB\nMemAvailable: 500 kB\nBuffers: 50 kB\nCached: 150 kB\nSReclaimable: 100 kB\nHugePages_Total: 3\nHugepagesize: 2048 kB\n");
        Write("proc/uptime", "1234.56 99\n");
        Write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
        Write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        Write("proc/sys/kernel/osrelease", "6.1.0\n");

        var report = Report();

        var cpu = report.GetProperty("cpu")[0];
        Assert.Equal((2, "V", "A B", 2500.5, 1024, 7), (report.GetProperty("cpu").GetArrayLength(), cpu.GetProperty("vendorId").GetString(), cpu.GetProperty("modelName").GetString(), cpu.GetProperty("mhz").GetDouble(), cpu.GetProperty("cacheSize").GetInt32(), cpu.GetProperty("stepping").GetInt32()));
        Assert.Equal(["fpu", "vme"], cpu.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()));
        var times = report.GetProperty("cpu_times");
        Assert.Equal(("cpu0", 1.0, 3.0, 4.0, 10.0), (times[0].GetProperty("cpu").GetString(), times[0].GetProperty("user").GetDouble(), times[0].GetProperty("system").GetDouble(), times[0].GetProperty("idle").GetDouble(), times[0].GetProperty("guestNice").GetDouble()));
        Assert.Equal((2, 0.0), (times.GetArrayLength(), times[1].GetProperty("steal").GetDouble()));
        var memory = report.GetProperty("memory");
        Assert.Equal((1_024_000, 512_000, 614_400, 60.0, 3, 2_097_152), (memory.GetProperty("total").GetInt64(), memory.GetProperty("available").GetInt64(), memory.GetProperty("used").GetInt64(), memory.GetProperty("usedPercent").GetDouble(), memory.GetProperty("hugePagesTotal").GetInt64(), memory.GetProperty("hugePageSize").GetInt64()));
        var host = report.GetProperty("host");
        Assert.Equal((1234, 1_700_000_000, "debian", "12", "6.1.0", "01234567-89ab-cdef-0123-456789abcdef"), (host.GetProperty("uptime").GetInt64(), host.GetProperty("bootTime").GetInt64(), host.GetProperty("platform").GetString(), host.GetProperty("platformVersion").GetString(), host.GetProperty("kernelVersion").GetString(), host.GetProperty("hostId").GetString()));
    }

    [Fact]
    public void A_disk_is_measured_once_and_what_has_no_device_is_left_out()
    {
        Write("proc/filesystems", "nodev\tproc\nnodev\tnfs\n\text4\n");
        Write("proc/self/mounts", "/dev/a / ext4 rw 0 0\n/dev/a /tmp ext4 rw 0 0\nproc /proc proc rw 0 0\nserver:/x /mnt nfs rw 0 0\n/dev/b /nowhere/at\\040all ext4 rw 0 0\n");

        var disk = Assert.Single(Report().GetProperty("disk").EnumerateArray().ToArray());

        Assert.Equal(("/", "ext4"), (disk.GetProperty("path").GetString(), disk.GetProperty("fstype").GetString()));
        var root = new DriveInfo("/");
        Assert.Equal(root.TotalSize, disk.GetProperty("total").GetInt64());
        Assert.InRange(disk.GetProperty("usedPercent").GetDouble(), 0, 100);
        Assert.True(disk.GetProperty("inodesTotal").GetInt64() >= disk.GetProperty("inodesUsed").GetInt64());
    }

    [Fact]
    public void A_system_that_shows_nothing_is_reported_without_an_error()
    {
        var report = Report();

        Assert.Equal((0, 0, 0), (report.GetProperty("cpu").GetArrayLength(), report.GetProperty("disk").GetArrayLength(), report.GetProperty("memory").GetProperty("total").GetInt32()));
    }

    [Fact]
    public void This_machine_has_processors_and_memory()
    {
        var report = JsonElement.Parse(JsonText.Write(HostReport.Write).Utf8.Span);

        Assert.NotEqual(0, report.GetProperty("cpu_times").GetArrayLength());
        Assert.True(report.GetProperty("memory").GetProperty("total").GetInt64() > 0);
        Assert.True(report.GetProperty("host").GetProperty("procs").GetInt32() > 0);
    }

    private JsonElement Report() => JsonElement.Parse(JsonText.Write(json => HostReport.Write(json, new ProcText(_root))).Utf8.Span);

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
