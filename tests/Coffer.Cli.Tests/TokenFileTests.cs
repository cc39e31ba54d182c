using System.Runtime.Versioning;
using Coffer.Cli.Settings;
using Coffer.Cli.Tests.Running;

namespace Coffer.Cli.Tests;

public sealed class TokenFileTests
{
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_stored_token_is_readable_by_its_owner_alone_even_where_an_open_file_was()
    {
        var home = Directory.CreateTempSubdirectory("coffer-home-");
        var path = Path.Combine(home.FullName, ".vault-token");
        File.WriteAllText(path, "old");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        using var console = new TestConsole { Environment = { ["HOME"] = home.FullName } };
        var file = new TokenFile(new EnvironmentSettings(console));

        file.Store("hvs.new");

        Assert.Equal("hvs.new", file.Read());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFiles(home.FullName));
        file.Erase();
        Assert.Equal("", file.Read());
        home.Delete(recursive: true);
    }
}
