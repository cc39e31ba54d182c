using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Audit.Devices;

/// <summary>How many names a file has, which .NET does not tell: none, once it is removed while it is open; more than one, with hard links.</summary>
internal static partial class FileLinks
{
    // From linux/stat.h and fcntl.h.
    private const int CurrentFolder = -100;
    private const int LinkItself = 0x100;
    private const int OpenFile = 0x1000;
    private const uint LinkCount = 0x4;

    /// <summary>Of an open file; null where the system does not tell.</summary>
    public static long? Of(SafeFileHandle file) => Ask(() => Look(file, "", OpenFile, LinkCount, out var facts) == 0 ? facts.Links : null);

    /// <summary>Of the file at a path; null where there is none or the system does not tell.</summary>
    public static long? Of(string path) => Ask(() => Look(CurrentFolder, path, LinkItself, LinkCount, out var facts) == 0 ? facts.Links : null);

    private static long? Ask(Func<long?> look)
    {
        try
        {
            return OperatingSystem.IsLinux() ? look() : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return null;
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Look(SafeFileHandle file, string path, int flags, uint asked, out Facts facts);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Look(int folder, string path, int flags, uint asked, out Facts facts);

    /// <summary><c>struct statx</c>: the same on every machine, unlike <c>struct stat</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct Facts
    {
        [FieldOffset(16)]
        public readonly uint Links;
    }
}
