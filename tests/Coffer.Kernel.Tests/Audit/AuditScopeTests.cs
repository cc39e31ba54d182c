using Coffer.Audit.Tests;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Audit;

/// <summary>Which requests are recorded. docs/audit.md names those that are not.</summary>
public class AuditScopeTests
{
    [Theory]
    [InlineData(Operation.Read, "sys/health", 0)]
    [InlineData(Operation.Read, "sys/seal-status", 0)]
    [InlineData(Operation.Read, "sys/leader", 0)]
    [InlineData(Operation.Read, "sys/init", 0)]
    [InlineData(Operation.Update, "sys/init", 0)]
    [InlineData(Operation.Update, "sys/unseal", 0)]
    [InlineData(Operation.Update, "echo/folder/", 0)]
    [InlineData(Operation.Read, "sys/metrics", 2)]
    [InlineData(Operation.Read, "sys/internal/ui/mounts", 2)]
    [InlineData(Operation.Read, "no/such/mount", 2)]
    public async Task Open_paths_and_writes_to_a_folder_are_not_recorded_and_other_requests_are_with_their_answers(Operation operation, string path, int entries)
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        var before = AuditFiles.Entries(file).Length;

        await server.SendAsync(operation, path, "{}");

        Assert.Equal(entries, AuditFiles.Entries(file).Length - before);
    }
}
