using Coffer.AwsSandbox;

namespace Coffer.Aws.Peers.Tests;

public sealed class CliTests
{
    [Fact]
    public async Task The_aws_command_line_works_unchanged()
    {
        await Peer.NeedCli();
        await using var sandbox = await SandboxAccount.StartAsync(cancellation: Peer.Cancel);
        var url = sandbox.Url.AbsoluteUri;
        Task<string> Aws(params string[] arguments) => Peer.Run("aws", null, ["--endpoint-url", url, "--output", "text", .. arguments]);

        Assert.Contains("arn:aws:iam::123456789012:user/admin", await Aws("sts", "get-caller-identity"), StringComparison.Ordinal);
        Assert.Contains("arn:aws:iam::123456789012:user/cli/bob", await Aws("iam", "create-user", "--user-name", "bob", "--path", "/cli/"), StringComparison.Ordinal);
        await Aws("iam", "attach-user-policy", "--user-name", "bob", "--policy-arn", "arn:aws:iam::aws:policy/ReadOnlyAccess");
        Assert.Contains("bob", await Aws("iam", "list-users", "--path-prefix", "/cli/"), StringComparison.Ordinal);
        var (code, _, error) = await Peer.RunAny("aws", null, "--endpoint-url", url, "iam", "delete-user", "--user-name", "bob");
        Assert.NotEqual(0, code);
        Assert.Contains("(DeleteConflict)", error, StringComparison.Ordinal);

        await Aws("s3", "mb", "s3://cli-bucket");
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, "from the command line", Peer.Cancel);
        try
        {
            await Aws("s3", "cp", file, "s3://cli-bucket/dir/file.txt");
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Equal("from the command line", await Aws("s3", "cp", "s3://cli-bucket/dir/file.txt", "-"));
    }
}
