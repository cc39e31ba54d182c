using System.Text;
using Coffer.Cli.Dispatch;
using Coffer.Cli.Tests.Running;
using Coffer.Cli.Tests.Walks;

namespace Coffer.Cli.Tests;

public sealed class LoginTests
{
    [Theory]
    [InlineData("-token-only", "-method=userpass", "username=u", "password=p")]
    [InlineData("-no-store", "-method=userpass", "username=u", "password=p")]
    public async Task A_new_token_that_cannot_be_printed_is_revoked(params string[] arguments)
    {
        using var server = new EveryAnswer("");
        using var full = new FullWriter();
        using var console = new TestConsole { Http = server, OutTo = full };

        Assert.Equal(1, await CliProgram.RunAsync(["login", .. arguments], console, TestHooks.None, TestContext.Current.CancellationToken));

        Assert.Equal(["/v1/auth/userpass/login/u", "/v1/auth/token/revoke-self"], server.Requests.Select(request => request.Target));
        Assert.Contains("was revoked", console.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_was_there_before_the_login_is_never_revoked()
    {
        using var server = new EveryAnswer("");
        using var full = new FullWriter();
        using var console = new TestConsole { Http = server, OutTo = full };

        Assert.Equal(1, await CliProgram.RunAsync(["login", "-no-store", "hvs.mine"], console, TestHooks.None, TestContext.Current.CancellationToken));

        Assert.Equal(["/v1/auth/token/lookup-self"], server.Requests.Select(request => request.Target));
    }

    /// <summary>Standard output on a full disk, or a pipe that nobody reads.</summary>
    private sealed class FullWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
