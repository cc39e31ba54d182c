using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Audit;

/// <summary>Brings the table of audit devices in line with what the configuration declares, before the first request of an unsealed server.</summary>
internal static class AuditDeclaration
{
    public const int SaltBytes = 32;

    public static async ValueTask ApplyAsync(
        Transactor transactions, AuditBounds bounds, IRandom random, ILogger log, CancellationToken cancellation)
    {
        List<Action<ILogger>> lines = [];
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
        lines.ForEach(line => line(log));
    }

    public static byte[] NewSalt(IRandom random)
    {
        var salt = new byte[SaltBytes];
        random.Fill(salt);
        return salt;
    }

    public static bool Overlap(string one, string other) => one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal);

    /// <summary>The table as the configuration wants it, and what that changes. Stores nothing.</summary>
    public static AuditTable Merge(AuditTable table, AuditBounds bounds, IRandom random, List<Action<ILogger>> lines)
    {
        var devices = table.Devices;
        foreach (var device in table.Devices)
        {
            var declared = bounds.Declared.FirstOrDefault(declared => Overlap(declared.Path, device.Path));
            if (declared is not null ? !(device.Declared && declared.IsAsDeclared(device)) : device.Declared)
            {
                devices = devices.Remove(device);
                lines.Add(device.Declared
                    ? log => AuditDeviceLog.NoLongerDeclared(log, device.Path, device.Type)
                    : log => AuditDeviceLog.GivesWay(log, device.Path, device.Type));
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
            lines.Add(log => AuditDeviceLog.Declared(log, device.Path, device.Type));
        }

        return table with
        {
            Devices = devices,
            SigningKey = table.SigningKey.Length > 0 || devices.IsEmpty ? table.SigningKey : AuditSigner.NewKey(),
        };
    }
}
