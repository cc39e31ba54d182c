namespace Coffer.Storage.Sqlite;

/// <summary>How a <see cref="SqliteStore"/> uses memory and disk.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>Memory for entries that are kept ready, and for what readers have made of them, in bytes. Default 16 MiB; zero keeps none.</summary>
    /// <remarks>A sixteenth of it, on top, remembers keys that are absent. Entries over a sixteenth of it are not kept.</remarks>
    public long CacheBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Largest size of the database file, in bytes; a commit that needs more is refused as if the disk were full. Default: no bound.</summary>
    public long? FileBytesMax { get; init; }

    /// <summary>Says when commits were made.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Connections that read at the same time; further reads wait for one. 1 to 64, default twice the processors, 4 to 16.</summary>
    public int Readers { get; init; } = Math.Clamp(2 * Environment.ProcessorCount, 4, 16);

    /// <summary>Pages of 4 KiB in the write-ahead log at which they are copied to the main file. Default 4096 (16 MiB), at least 16.</summary>
    public int CheckpointPages { get; init; } = 4096;

    /// <summary>Everything wrong with these values, each line naming the value to change. Empty when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        if (CacheBytesMax < 0)
        {
            yield return $"{nameof(CacheBytesMax)} must not be negative";
        }

        if (FileBytesMax is < 64 * 1024)
        {
            yield return $"{nameof(FileBytesMax)} must be at least 64 KiB";
        }

        if (Readers is < 1 or > 64)
        {
            yield return $"{nameof(Readers)} must be between 1 and 64";
        }

        if (CheckpointPages is < 16 or > 1_000_000)
        {
            yield return $"{nameof(CheckpointPages)} must be between 16 and 1,000,000";
        }
    }
}
