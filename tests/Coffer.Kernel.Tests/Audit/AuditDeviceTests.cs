using System.Runtime.Versioning;
using System.Text.Json;
using Coffer.Audit.Devices;
using Coffer.Audit.Tests;
using Coffer.Kernel.Audit;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Audit;

[UnsupportedOSPlatform("windows")]
public class AuditDeviceTests
{
    [Fact]
    public async Task Devices_are_listed_as_they_were_enabled_in_data_and_at_the_top()
    {
        await using var server = await AuditServer.StartAsync();
        Assert.Equal("{}", (await server.OkAsync(Operation.Read, "sys/audit")).GetProperty("data").GetRawText());
        var file = JsonSerializer.Serialize(server.Folder.File("made/here/a.log"));
        await server.OkAsync(
            Operation.Update, "sys/audit/b", $$$"""{"type":"file","local":true,"description":"d","options":{"file_path":{{{file}}},"log_raw":false}}""");
        await server.OkAsync(Operation.Update, "sys/audit/a", """{"type":"file","options":{"file_path":"discard"}}""");

        var listed = await server.OkAsync(Operation.Read, "sys/audit");

        var expected = $$$"""
            {"a/":{"description":"","local":false,"options":{"file_path":"discard"},"path":"a/","type":"file"},
            "b/":{"description":"d","local":true,"options":{"file_path":{{{file}}},"log_raw":"0"},"path":"b/","type":"file"}}
            """;
        Assert.Equal(expected.Replace("\n", "", StringComparison.Ordinal), listed.GetProperty("data").GetRawText());
        Assert.Equal(listed.GetProperty("data").GetProperty("b/").GetRawText(), listed.GetProperty("b/").GetRawText());
        await server.OkAsync(Operation.Delete, "sys/audit/b");
        await server.OkAsync(Operation.Delete, "sys/audit/b");
        Assert.Equal(["a/"], (await server.OkAsync(Operation.Read, "sys/audit")).GetProperty("data").EnumerateObject().Select(device => device.Name));
    }

    [Fact]
    public async Task A_path_below_or_above_an_enabled_device_is_in_use_and_so_is_its_file()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync("a/b");
        var other = AuditServer.Device(server.Folder.File("other.log"));

        Assert.Equal("path already in use", await server.RefusedAsync(Operation.Update, "sys/audit/a/b", other));
        Assert.Equal("path already in use", await server.RefusedAsync(Operation.Update, "sys/audit/a", other));
        Assert.Equal("path already in use", await server.RefusedAsync(Operation.Update, "sys/audit/a/b/c", other));
        Assert.Contains("a/b/ already", await server.RefusedAsync(Operation.Update, "sys/audit/second", AuditServer.Device(file)), StringComparison.Ordinal);
        await server.OkAsync(Operation.Update, "sys/audit/ab", other);
    }

    [Theory]
    [InlineData("""{}""", "unknown backend type: there are file, socket and syslog")]
    [InlineData("""{"type":"pigeon"}""", "unknown backend type: there are file, socket and syslog")]
    [InlineData("""{"type":"http"}""", "not available")]
    [InlineData("""{"type":"syslog"}""", "syslog is not among the targets")]
    [InlineData("""{"type":"syslog","options":{"facility":"PIGEON"}}""", "facility must be one of the system log")]
    [InlineData("""{"type":"syslog","options":{"tag":"a b"}}""", "tag must be")]
    [InlineData("""{"type":"syslog","options":{"address":"a"}}""", "unknown option: a syslog device takes")]
    [InlineData("""{"type":"socket"}""", "address is required")]
    [InlineData("""{"type":"socket","options":{"address":"127.0.0.1:1"}}""", "address is not among the targets")]
    [InlineData("""{"type":"socket","options":{"address":"/run/docker.sock","socket_type":"unix"}}""", "address is not among the targets")]
    [InlineData("""{"type":"socket","options":{"address":"run/a.sock","socket_type":"unix"}}""", "absolute path of a socket")]
    [InlineData("""{"type":"socket","options":{"address":"127.0.0.1"}}""", "a host and a port")]
    [InlineData("""{"type":"socket","options":{"address":"127.0.0.1:1","socket_type":"sctp"}}""", "socket_type must be tcp, udp or unix")]
    [InlineData("""{"type":"socket","options":{"address":"127.0.0.1:1","write_timeout":"soon"}}""", "write_timeout must be a duration")]
    [InlineData("""{"type":"file"}""", "file_path is required")]
    [InlineData("""{"type":"file","options":{"format":"xml","mode":"0755","log_raw":"maybe","sync":"x","prefix":"{","filter":"x"}}""", "unknown option: a file device takes file_path, path, mode, sync, format, log_raw, hmac_accessor, elide_list_responses, prefix, skip_test; file_path is required; mode is refused: an audit file can be readable and writable (0666 at most), never executable; log_raw must be true or false; format must be \"json\": nothing else is offered; sync must be \"fsync\", or \"none\" for writing without waiting for the disk; prefix is not allowed: it lets the API decide how a file begins; the server's configuration can allow it; prefix must not hold")]
    [InlineData("""{"type":"socket","options":{"socket_type":"sctp","write_timeout":"2h"}}""", "write_timeout must be a duration of at most a minute, such as \"2s\"; address is required; socket_type must be")]
    [InlineData("""{"type":"syslog","options":{"facility":"PIGEON","tag":"a b"}}""", "such as AUTH or LOCAL3; tag must be")]
    [InlineData("""{"type":"file","options":{"file_path":"F/a.log","format":"xml"}}""", "format must be")]
    [InlineData("""{"type":"file","options":{"file_path":"F/a.log","format":"jsonx"}}""", "format must be")]
    [InlineData("""{"type":"file","options":{"file_path":"F/a.log","mode":"rwx"}}""", "mode must be octal")]
    [InlineData("""{"type":"file","options":{"file_path":"F/a.log","mode":"0755"}}""", "never executable")]
    [InlineData("""{"type":"file","options":{"file_path":"F/a.log","mode":"0601"}}""", "never executable")]
    [InlineData("""{"type":"file","options":{"file_path":"F/a.log","mode":"4644"}}""", "never executable")]
    [InlineData("""{"type":"file","options":{"file_path":"F/a.log","prefix":"#!/bin/sh\n"}}""", "prefix is not allowed")]
    [InlineData("""{"type":"file","options":{"file_path":"F/a.log","log_raw":"sometimes"}}""", "log_raw must be true or false")]
    [InlineData("""{"type":"file","options":{"file_path":"F/a.log","sync":"maybe"}}""", "sync must be")]
    [InlineData("""{"type":"file","options":{"file_path":"F/a.log","filter":"x"}}""", "unknown option: a file device takes")]
    [InlineData("""{"type":"file","options":{"file_path":"/etc/cron.d/a.log"}}""", "must be below")]
    [InlineData("""{"type":"file","options":{"file_path":"F-beside/a.log"}}""", "must be below")]
    [InlineData("""{"type":"file","options":{"file_path":"F"}}""", "must be below")]
    [InlineData("""{"type":"file","options":{"file_path":"F/../a.log"}}""", "absolute path without")]
    [InlineData("""{"type":"file","options":{"file_path":"a.log"}}""", "absolute path without")]
    [InlineData("""{"type":"file","options":{"file_path":"F/dir"}}""", "is a directory")]
    [InlineData("""{"type":"file","options":{"file_path":"F/plain/a.log"}}""", "sanity check failed; unable to open file_path for writing: File exists")]
    [InlineData("""{"type":"file","options":{"file_path":"F/script"}}""", "is executable")]
    [InlineData("""{"type":"file","options":{"file_path":"F/out/a.log"}}""", "must be below")]
    [InlineData("""{"type":"file","options":{"file_path":"F/link.log"}}""", "must be below")]
    [InlineData("""{"type":"file","options":{"file_path":"F/loop/a.log"}}""", "too many symbolic links")]
    public async Task What_leads_outside_the_bounds_or_makes_no_sense_is_refused_and_leaves_no_device(string body, string reason)
    {
        await using var server = await AuditServer.StartAsync();
        using var outside = new TemporaryFolder();
        var folder = server.Folder;
        Directory.CreateDirectory(folder.File("dir"));
        await File.WriteAllTextAsync(folder.File("plain"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File("script"), "#!/bin/sh\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(folder.File("script"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupExecute);
        Directory.CreateSymbolicLink(folder.File("out"), outside.Path);
        File.CreateSymbolicLink(folder.File("link.log"), outside.File("a.log"));
        File.CreateSymbolicLink(folder.File("loop"), folder.File("loop"));

        var error = await server.RefusedAsync(
            Operation.Update, "sys/audit/a", body.Replace("\"F", "\"" + folder.Path, StringComparison.Ordinal));

        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Equal("{}", (await server.OkAsync(Operation.Read, "sys/audit")).GetProperty("data").GetRawText());
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Path));
    }

    [Fact]
    public async Task Links_inside_the_folder_are_followed()
    {
        await using var server = await AuditServer.StartAsync();
        Directory.CreateDirectory(server.Folder.File("real"));
        Directory.CreateSymbolicLink(server.Folder.File("link"), "real");

        await server.EnableAsync(file: server.Folder.File("link/a.log"));

        Assert.NotEmpty(AuditFiles.Entries(server.Folder.File("real/a.log")));
    }

    [Fact]
    public async Task A_file_with_a_second_name_is_refused_when_it_is_enabled_and_when_it_is_opened()
    {
        await using var server = await AuditServer.StartAsync();
        using var outside = new TemporaryFolder();
        await File.WriteAllTextAsync(outside.File("precious"), "precious", TestContext.Current.CancellationToken);
        var file = server.Folder.File("linked.log");
        await AuditFiles.HardLinkAsync(outside.File("precious"), file);
        var body = $$"""{"type":"file","options":{"file_path":"{{file}}" } }""";
        Assert.Equal(400, (await server.SendAsync(Operation.Update, "sys/audit/linked", body)).Status);
        Assert.Equal("precious", await File.ReadAllTextAsync(outside.File("precious"), TestContext.Current.CancellationToken));

        File.Delete(file);
        await server.EnableAsync(file: file);
        File.Delete(file);
        await AuditFiles.HardLinkAsync(outside.File("precious"), file);

        Assert.Equal(500, (await server.SendAsync(Operation.Update, "echo/a", "{}")).Status);
        Assert.Equal("precious", await File.ReadAllTextAsync(outside.File("precious"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_log_and_the_warnings_of_health_name_a_removed_audit_file()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        Assert.Empty(server.Kernel.Warnings());
        for (var i = 0; i < 3; i++)
        {
            File.Delete(file);
            await server.OkAsync(Operation.Update, "echo/a", "{}");
            Assert.True(File.Exists(file));
        }

        Assert.Contains("was removed while the server wrote to it", Assert.Single(server.Kernel.Warnings()), StringComparison.Ordinal);
        Assert.Single(server.Events, line => line.Text.StartsWith("an audit file was removed", StringComparison.Ordinal));

        server.Clock.Advance(AuditRemovals.SaidFor);
        Assert.Empty(server.Kernel.Warnings());
    }

    [Fact]
    public async Task A_link_that_appears_at_the_path_later_is_not_followed_out()
    {
        await using var server = await AuditServer.StartAsync();
        using var outside = new TemporaryFolder();
        var file = await server.EnableAsync();
        File.Delete(file);
        File.CreateSymbolicLink(file, outside.File("a.log"));
        server.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(500, (await server.SendAsync(Operation.Update, "echo/a", "{}")).Status);

        Assert.Equal(0, server.Runs);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Path));
    }

    [Fact]
    public async Task Without_a_folder_in_the_configuration_the_api_creates_no_device_and_says_what_to_do()
    {
        await using var server = await AuditServer.StartAsync(new AuditBounds());

        foreach (var file in new[] { server.Folder.File("a.log"), "stdout", "discard" })
        {
            var error = await server.RefusedAsync(Operation.Update, "sys/audit/a", AuditServer.Device(file));
            Assert.Contains("audit_folder", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_prefix_that_the_configuration_allows_begins_each_line_and_the_chain_holds()
    {
        using var folder = new TemporaryFolder();
        await using var server = await AuditServer.StartAsync(new AuditBounds { ApiMayCreate = true, Folder = folder.Path, AllowPrefix = true });
        await server.EnableAsync(file: folder.File("a.log"), options: "\"prefix\":\"audit: \"");
        await server.OkAsync(Operation.Update, "echo/a", "{}");

        Assert.All(await File.ReadAllLinesAsync(folder.File("a.log"), TestContext.Current.CancellationToken), line => Assert.StartsWith("audit: {\"time\"", line));
        Assert.True(AuditFiles.Verify(folder.File("a.log")).IsIntact);
    }

    [Theory]
    [InlineData("server.log")]
    [InlineData("./sub//../server.log")]
    [InlineData("link.log")]
    public async Task The_servers_own_log_file_is_no_file_for_entries(string logFile)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("server.log"), "", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(folder.File("link.log"), folder.File("server.log"));
        await using var server = await AuditServer.StartAsync(new AuditBounds { ApiMayCreate = true, Folder = folder.Path, LogFile = $"{folder.Path}/{logFile}" });

        foreach (var name in (string[])["server.log", "/server.log", "link.log"])
        {
            var refused = await server.RefusedAsync(Operation.Update, "sys/audit/a", $$$"""{"type":"file","options":{"file_path":"{{{folder.Path}}}/{{{name}}}"}}""");
            Assert.Contains("file_path is the server's own log file", refused, StringComparison.Ordinal);
        }

        Assert.Equal("", await File.ReadAllTextAsync(folder.File("server.log"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("", UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData("\"mode\":\"0640\"", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead)]
    [InlineData("\"mode\":\"0\"", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead)]
    public async Task The_file_has_the_mode_that_was_asked_for(string options, UnixFileMode mode)
    {
        await using var server = await AuditServer.StartAsync();
        var file = server.Folder.File("main.log");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        await server.EnableAsync(options: options);

        Assert.Equal(mode, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Enabling_a_device_writes_a_test_entry_unless_skip_test_is_set()
    {
        await using var server = await AuditServer.StartAsync();
        var tested = await server.EnableAsync("tested");
        var untested = await server.EnableAsync("untested", "\"skip_test\":\"true\"");

        Assert.Equal("sys/audit/test", AuditFiles.Entries(tested)[0].GetProperty("request").GetProperty("path").GetString());
        Assert.Equal(["sys/audit/untested"], AuditFiles.Entries(untested).Select(entry => entry.GetProperty("request").GetProperty("path").GetString()));
    }

    [Fact]
    public async Task Hashing_needs_a_value_and_an_enabled_device_and_listing_devices_needs_sudo()
    {
        await using var server = await AuditServer.StartAsync();
        await server.EnableAsync();
        await server.OkAsync(Operation.Update, "sys/policies/acl/p", """{"policy":"path \"sys/*\" { capabilities = [\"read\",\"update\",\"delete\"] }"}""");
        var token = (await server.OkAsync(Operation.Update, "auth/token/create", """{"policies":["p"]}""")).GetProperty("auth").GetProperty("client_token").GetString();

        Assert.Equal("the \"input\" parameter is empty", await server.RefusedAsync(Operation.Update, "sys/audit-hash/main", """{"input":""}"""));
        Assert.Equal("unknown audit backend \"none/\"", await server.RefusedAsync(Operation.Update, "sys/audit-hash/none", """{"input":"x"}"""));
        Assert.Equal(403, (await server.SendAsync(Operation.Read, "sys/audit", token: token)).Status);
        Assert.Equal(403, (await server.SendAsync(Operation.Delete, "sys/audit/main", token: token)).Status);
        Assert.Equal(403, (await server.SendAsync(Operation.Read, "sys/config/auditing/request-headers", token: token)).Status);
        Assert.Equal(200, (await server.SendAsync(Operation.Update, "sys/audit-hash/main", """{"input":"x"}""", token)).Status);
        Assert.Equal(405, (await server.SendAsync(Operation.Read, "sys/audit/main")).Status);
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("x-vault-token")]
    [InlineData("COOKIE")]
    [InlineData("proxy-authorization")]
    public async Task A_header_with_a_credential_is_refused_instead_of_listed_and_never_recorded(string name)
    {
        await using var server = await AuditServer.StartAsync();

        Assert.Contains("holds a credential", await server.RefusedAsync(Operation.Update, $"sys/config/auditing/request-headers/{name}"), StringComparison.Ordinal);

        Assert.Equal("{}", (await server.OkAsync(Operation.Read, "sys/config/auditing/request-headers")).GetProperty("headers").GetRawText());
    }

    [Fact]
    public async Task Audited_headers_are_kept_by_lower_case_name()
    {
        await using var server = await AuditServer.StartAsync();
        await server.OkAsync(Operation.Update, "sys/config/auditing/request-headers/X-One", """{"hmac":true}""");
        await server.OkAsync(Operation.Update, "sys/config/auditing/request-headers/x-two");

        var all = await server.OkAsync(Operation.Read, "sys/config/auditing/request-headers");
        Assert.Equal("""{"x-one":{"hmac":true},"x-two":{"hmac":false}}""", all.GetProperty("headers").GetRawText());
        Assert.Equal(all.GetProperty("headers").GetRawText(), all.GetProperty("data").GetProperty("headers").GetRawText());
        var one = await server.OkAsync(Operation.Read, "sys/config/auditing/request-headers/X-ONE");
        Assert.True(one.GetProperty("x-one").GetProperty("hmac").GetBoolean());
        Assert.Equal("Could not find header in config", await server.RefusedAsync(Operation.Read, "sys/config/auditing/request-headers/x-three"));
        await server.OkAsync(Operation.Delete, "sys/config/auditing/request-headers/X-ONE");
        await server.OkAsync(Operation.Delete, "sys/config/auditing/request-headers/x-three");
        all = await server.OkAsync(Operation.Read, "sys/config/auditing/request-headers");
        Assert.Equal("""{"x-two":{"hmac":false}}""", all.GetProperty("headers").GetRawText());
    }
}
