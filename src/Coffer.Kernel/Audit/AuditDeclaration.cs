using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Audit;

/// <summary>Brings the table of audit devices in line with what the configuration declares, before the first request of an unsealed server.</summary>
internal static class AuditDeclaration
{
    public const int SaltBytes = 32;

    public static async ValueTask ApplyAsync(
        Transactor transactions, AuditBounds bounds, IRandom random, Action<LogLine> onEvent, CancellationToken cancellation)
    {
        List<LogLine> lines = [];
        await transactions.RunAsync(
            async work =>
            {
                lines.Clear();
                var table = await AuditTable.ReadAsync(work, cancellation);
                var next = Merge(table, bounds, random, lines);
                if (lines.Count > 0)
                {
                    next.Write(work);
                }
            },
            cancellation);
        lines.ForEach(onEvent);
    }

    public static LogLine LineOf(LogLevel level, string what, AuditDevice device) =>
        new LogLine(level, what).With("path", device.Path).With("type", device.Type);

    public static byte[] NewSalt(IRandom random)
    {
        var salt = new byte[SaltBytes];
        random.Fill(salt);
        return salt;
    }

    public static bool Overlap(string one, string other) => one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal);

    /// <summary>The table as the configuration wants it, and what that changes. Stores nothing.</summary>
    public static AuditTable Merge(AuditTable table, AuditBounds bounds, IRandom random, List<LogLine> lines)
    {
        var devices = table.Devices;
        foreach (var device in table.Devices)
        {
            var declared = bounds.Declared.FirstOrDefault(declared => Overlap(declared.Path, device.Path));
            if (declared is not null ? !(device.Declared && declared.IsAsDeclared(device)) : device.Declared)
            {
                devices = devices.Remove(device);
                lines.Add(LineOf(LogLevel.Warn, device.Declared ? "an audit device is no longer declared" : "an audit device gives way to a declared one", device));
            }
        }

        foreach (var declared in bounds.Declared.Where(declared => !devices.Any(device => device.Path == declared.Path)))
        {
            // With its former salt, so that hashes stay comparable; with a new id, so that its sink is opened again.
            var device = new AuditDevice
            {
                Path = declared.Path,
                Type = declared.Type,
                Description = declared.Description,
                Options = declared.Options,
                Declared = true,
                Uuid = random.Uuid(),
                Salt = table.Find(declared.Path)?.Salt ?? NewSalt(random),
            };
            devices = devices.Add(device);
            lines.Add(LineOf(LogLevel.Info, "an audit device is declared", device));
        }

        return table with
        {
            Devices = devices,
            SigningKey = table.SigningKey.Length > 0 || devices.IsEmpty ? table.SigningKey : AuditSigner.NewKey(),
        };
    }
}
