using System.Globalization;
using System.Security.Cryptography;
using Coffer.Audit.Chain;
using Coffer.Audit.Devices;

namespace Coffer.Audit.Verification;

/// <summary>How far the store had come when a device's file was last signed.</summary>
/// <param name="Generation">Of the store, above zero.</param>
/// <param name="Time">When it was signed.</param>
public sealed record LastCheckpoint(long Generation, DateTimeOffset Time)
{
    /// <summary>The last checkpoint in a device's file that is signed with a key and names a generation; null when there is none, or no file.</summary>
    /// <exception cref="AuditPathException">The file is not where the bounds allow it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static LastCheckpoint? Of(AuditDevice device, AuditBounds bounds, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(bounds);
        if (AuditDeviceOptions.TypeProblem(device.Type) is not null
            || !AuditDeviceOptions.TryParse(device, bounds, out var options, out _)
            || options is not { IsStandardOutput: false, IsDiscard: false, Remote: null })
        {
            return null;
        }

        var path = AuditPath.Resolve(options.FilePath, bounds.Of(device));
        if (!File.Exists(path))
        {
            return null;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return AuditFileTail.LastCounted(file, RandomAccess.GetLength(file), key) is { } line
            ? new LastCheckpoint(line.Generation, DateTimeOffset.Parse(line.Time, CultureInfo.InvariantCulture))
            : null;
    }
}
