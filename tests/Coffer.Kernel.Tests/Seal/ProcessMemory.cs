using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Kernel.Tests.Seal;

/// <summary>Counts where in this process's memory some bytes stand. What is looked for is kept inverted, so that the look does not find itself.</summary>
internal static class ProcessMemory
{
    private const int ChunkBytes = 1024 * 1024;

    public static Pattern PatternOf(ReadOnlySpan<byte> bytes)
    {
        var inverted = new byte[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            inverted[i] = (byte)(bytes[i] ^ 0xFF);
        }

        return new Pattern(inverted);
    }

    public static int CountOf(Pattern pattern)
    {
        using var memory = File.OpenHandle("/proc/self/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var chunk = GC.AllocateArray<byte>(ChunkBytes, pinned: true);
        var found = 0;
        foreach (var (start, end) in WritableRegions())
        {
            // Chunks overlap, so that nothing is missed at their ends.
            for (var at = start; at < end; at += ChunkBytes - pattern.Inverted.Length)
            {
                var read = Read(memory, chunk.AsSpan(0, (int)Math.Min(ChunkBytes, end - at)), at);
                Invert(chunk.AsSpan(0, read));
                found += CountIn(chunk.AsSpan(0, read), pattern.Inverted);
                CryptographicOperations.ZeroMemory(chunk);
            }
        }

        return found;
    }

    private static int CountIn(ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> inverted)
    {
        var found = 0;
        for (int at; (at = chunk.IndexOf(inverted)) >= 0; chunk = chunk[(at + 1)..])
        {
            found++;
        }

        return found;
    }

    private static int Read(SafeFileHandle memory, Span<byte> into, long at)
    {
        try
        {
            return RandomAccess.Read(memory, into, at);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The region was given back since it was listed, or is not to be read: it holds nothing.
            return 0;
        }
    }

    private static void Invert(Span<byte> bytes)
    {
        foreach (ref var value in bytes)
        {
            value = (byte)(value ^ 0xFF);
        }
    }

    private static List<(long Start, long End)> WritableRegions()
    {
        var regions = new List<(long, long)>();
        foreach (var line in File.ReadAllLines("/proc/self/maps"))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var bounds = columns[0].Split('-');
            if (columns[1].StartsWith("rw", StringComparison.Ordinal)
                && long.TryParse(bounds[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var start)
                && long.TryParse(bounds[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var end))
            {
                regions.Add((start, end));
            }
        }

        return regions;
    }

    public sealed class Pattern(byte[] inverted) : IDisposable
    {
        public byte[] Inverted { get; } = inverted;

        public void Dispose() => CryptographicOperations.ZeroMemory(Inverted);
    }
}
