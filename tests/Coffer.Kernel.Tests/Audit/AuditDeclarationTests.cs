using System.Collections.Immutable;
using Coffer.Audit.Devices;
using Coffer.Audit.Tests;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Audit;

public sealed class AuditDeclarationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_declared_device_records_without_the_api_having_a_say()
    {
        var file = _folder.File("declared.log");
        await using var server = await AuditServer.StartAsync(With(Declared("main/", ("file_path", file), ("prefix", "audit: "))));

        Assert.Equal("main/", Assert.Single((await server.OkAsync(Operation.Read, "sys/audit")).GetProperty("data").EnumerateObject()).Name);
        Assert.Contains("declared in the server's configuration", await server.RefusedAsync(Operation.Delete, "sys/audit/main"), StringComparison.Ordinal);
        Assert.Contains("cannot be created over the API", await server.RefusedAsync(Operation.Update, "sys/audit/b", AuditServer.Device(_folder.File("b.log"))), StringComparison.Ordinal);
        Assert.NotEmpty((await server.OkAsync(Operation.Update, "sys/audit-hash/main", """{"input":"x"}""")).GetProperty("data").GetProperty("hash").GetString()!);
        Assert.StartsWith("audit: {", (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))[0], StringComparison.Ordinal);
        Assert.Contains(server.Events, line => line.Text == "an audit device is declared");
    }

    [Fact]
    public async Task A_changed_declaration_writes_elsewhere_under_the_same_salt_and_one_that_is_gone_stops()
    {
        var (first, second) = (_folder.File("1.log"), _folder.File("2.log"));
        await using var server = await AuditServer.StartAsync(With(Declared("main/", ("file_path", first))));
        var hash = await HashAsync(server);

        await server.RestartAsync(With(Declared("main/", ("file_path", second))));
        Assert.Equal(hash, await HashAsync(server));
        var lines = File.ReadAllLines(first).Length;
        await server.OkAsync(Operation.Update, "echo/a", "{}");
        Assert.Equal(lines, File.ReadAllLines(first).Length);
        Assert.NotEmpty(AuditFiles.Entries(second));

        await server.RestartAsync(new AuditBounds());
        Assert.Equal("{}", (await server.OkAsync(Operation.Read, "sys/audit")).GetProperty("data").GetRawText());
        Assert.Contains(server.Events, line => line.Text == "an audit device is no longer declared");
    }

    [Fact]
    public async Task A_device_of_the_api_stays_beside_declared_ones_and_gives_way_where_its_name_is_declared()
    {
        var bounds = new AuditBounds { ApiMayCreate = true, Folder = _folder.Path };
        await using var server = await AuditServer.StartAsync(bounds);
        await server.EnableAsync("kept", file: _folder.File("kept.log"));
        await server.EnableAsync("taken", file: _folder.File("taken.log"));

        await server.RestartAsync(bounds with { Declared = [Declared("taken/", ("file_path", _folder.File("declared.log")))] });
        await server.OkAsync(Operation.Update, "echo/a", "{}");

        Assert.Contains(server.Events, line => line.Text == "an audit device gives way to a declared one");
        Assert.Contains(AuditFiles.Entries(_folder.File("kept.log")), entry => entry.GetProperty("request").GetProperty("path").GetString() == "echo/a");
        Assert.Contains(AuditFiles.Entries(_folder.File("declared.log")), entry => entry.GetProperty("request").GetProperty("path").GetString() == "echo/a");
        Assert.DoesNotContain(AuditFiles.Entries(_folder.File("taken.log")), entry => entry.GetProperty("request").GetProperty("path").GetString() == "echo/a");
    }

    [Fact]
    public async Task A_declared_device_that_cannot_record_lets_nothing_run()
    {
        await File.WriteAllTextAsync(_folder.File("plain"), "", TestContext.Current.CancellationToken);
        await using var server = await AuditServer.StartAsync(new AuditBounds());

        await server.RestartAsync(With(Declared("main/", ("file_path", _folder.File("plain/a.log")))));

        Assert.Equal(500, (await server.SendAsync(Operation.Update, "echo/a", "{}")).Status);
        Assert.Equal(0, server.Runs);
    }

    [Theory]
    [InlineData("file", "file_path", "a.log", "absolute path")]
    [InlineData("file", "colour", "red", "unknown option")]
    [InlineData("socket", "address", "nowhere", "a host and a port")]
    [InlineData("pigeon", "file_path", "/a", "unknown backend type")]
    public void A_declaration_that_cannot_be_is_named(string type, string option, string value, string problem) => Assert.Contains(
        problem,
        new DeclaredDevice(type, "a/", "", ImmutableSortedDictionary<string, string>.Empty.Add(option, value)).Problem(),
        StringComparison.Ordinal);

    [Fact]
    public async Task A_declared_device_does_not_write_to_the_servers_log_file()
    {
        await using var server = await AuditServer.StartAsync(new AuditBounds());

        await server.RestartAsync(With(Declared("main/", ("file_path", _folder.File("server.log")))) with { LogFile = _folder.File("server.log") });

        Assert.Equal(500, (await server.SendAsync(Operation.Update, "echo/a", "{}")).Status);
        Assert.False(File.Exists(_folder.File("server.log")));
    }

    private static AuditBounds With(DeclaredDevice device) => new() { Declared = [device] };

    private static DeclaredDevice Declared(string path, params (string Name, string Value)[] options)
    {
        var device = new DeclaredDevice("file", path, "", options.ToImmutableSortedDictionary(option => option.Name, option => option.Value, StringComparer.Ordinal));
        Assert.Null(device.Problem());
        return device;
    }

    private static async Task<string> HashAsync(AuditServer server) =>
        (await server.OkAsync(Operation.Update, "sys/audit-hash/main", """{"input":"x"}""")).GetProperty("data").GetProperty("hash").GetString()!;
}
