
namespace Coffer.Audit;

/// <summary>Every bound of the audit log, with its unit and its reason.</summary>
public static class AuditLimits
{
    /// <summary>Entries that may wait for one device. Requests wait for their entries, so this is also about how many requests run at once.</summary>
    public const int QueueEntriesMax = 1024;

    /// <summary>Bytes that may wait for a device that requests no longer wait for.</summary>
    public const long LaggingBytesMax = 16 * 1024 * 1024;

    /// <summary>A device that was too slow has caught up when no more than these bytes wait for it.</summary>
    public const long CaughtUpBytes = LaggingBytesMax / 2;

    /// <summary>Bytes of entries after which a group is written, however many more wait.</summary>
    public const int GroupBytesMax = 1024 * 1024;

    /// <summary>Bytes of entries that a device which sends them away keeps while its receiver does not take them.</summary>
    public const long SpoolBytesMax = 16 * 1024 * 1024;

    /// <summary>What the chain adds to an entry, at most, in bytes.</summary>
    public const int ChainBytesMax = 480;

    /// <summary>Entries between two signed checkpoints.</summary>
    public const int CheckpointEntries = 1000;

    /// <summary>Deepest nesting of an entry's data: a body's own limit, and what replies put around stored bodies.</summary>
    public const int JsonDepthMax = 256;

    /// <summary>Longest line that is read back or verified, in bytes: a request of the largest size, every byte escaped.</summary>
    public const int LineBytesMax = 6 * 34 * 1024 * 1024;

    /// <summary>Symbolic links followed on the way to a file.</summary>
    public const int LinksMax = 40;

    /// <summary>Devices that can be enabled at once: each costs every request a formatted entry.</summary>
    public const int DevicesMax = 16;

    /// <summary>Headers that can be audited at once.</summary>
    public const int HeadersMax = 128;

    /// <summary>How often it is looked whether a device's file is still the one at its path.</summary>
    public static readonly TimeSpan IdentityCheckEvery = TimeSpan.FromSeconds(1);

    /// <summary>How soon a line that was not taken is sent again; twice as long each time.</summary>
    public static readonly TimeSpan ResendMin = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait before it is sent again.</summary>
    public static readonly TimeSpan ResendMax = TimeSpan.FromSeconds(5);

    /// <summary>How long a request that one device has recorded waits for the others before they count as lagging.</summary>
    public static readonly TimeSpan StragglerWait = TimeSpan.FromSeconds(2);
}
