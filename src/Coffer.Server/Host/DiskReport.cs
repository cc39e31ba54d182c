using System.Runtime.InteropServices;
using System.Text.Json;

namespace Coffer.Server.Host;

/// <summary>The file systems that are on a device of this machine, each device once.</summary>
internal static partial class DiskReport
{
    public static void Write(Utf8JsonWriter json, ProcText files)
    {
        var virtualTypes = files.Lines("proc/filesystems").Where(line => line.StartsWith("nodev", StringComparison.Ordinal)).Select(line => line[5..].Trim()).ToHashSet(StringComparer.Ordinal);
        var devices = new HashSet<string>(StringComparer.Ordinal);
        json.WriteStartArray("disk");
        foreach (var mount in files.Lines("proc/self/mounts").Select(line => line.Split(' ')))
        {
            // A network file system has no device either: asking one that hangs would hang the answer.
            if (mount.Length >= 3 && (!virtualTypes.Contains(mount[2]) || mount[2] == "zfs") && devices.Add(mount[0]))
            {
                Write(json, Unescape(mount[1]), mount[2]);
            }
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string path, string type)
    {
        if (Look(path, out var found) != 0)
        {
            return;
        }

        var block = (ulong)found.FragmentSize;
        var (total, free) = (found.Blocks * block, found.BlocksAvailable * block);
        var used = (found.Blocks - Math.Min(found.Blocks, found.BlocksFree)) * block;
        var inodesUsed = found.Inodes - Math.Min(found.Inodes, found.InodesFree);
        json.WriteStartObject();
        json.WriteString("path", path);
        json.WriteString("fstype", type);
        json.WriteNumber("total", total);
        json.WriteNumber("free", free);
        json.WriteNumber("used", used);
        json.WriteNumber("usedPercent", used + free > 0 ? 100.0 * used / (used + free) : 0);
        json.WriteNumber("inodesTotal", (ulong)found.Inodes);
        json.WriteNumber("inodesUsed", (ulong)inodesUsed);
        json.WriteNumber("inodesFree", (ulong)found.InodesFree);
        json.WriteNumber("inodesUsedPercent", found.Inodes > 0 ? 100.0 * inodesUsed / found.Inodes : 0);
        json.WriteEndObject();
    }

    /// <summary>Blanks and their like are written as three octal digits.</summary>
    private static string Unescape(string path) => path.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
        .Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);

    [LibraryImport("libc", EntryPoint = "statvfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Look(string path, out Space space);

    /// <summary><c>struct statvfs</c> of 64-bit Linux, with what it keeps free at its end.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private readonly record struct Space(
        nuint BlockSize, nuint FragmentSize, nuint Blocks, nuint BlocksFree, nuint BlocksAvailable, nuint Inodes, nuint InodesFree);
}
