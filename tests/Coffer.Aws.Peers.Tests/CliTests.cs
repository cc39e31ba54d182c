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

    [Fact]
    public async Task The_aws_command_line_moves_large_files_deletes_many_and_presigns()
    {
        await Peer.NeedCli();
        await using var sandbox = await SandboxAccount.StartAsync(cancellation: Peer.Cancel);
        var url = sandbox.Url.AbsoluteUri;
        Task<string> Aws(params string[] arguments) => Peer.Run("aws", null, ["--endpoint-url", url, "--output", "text", .. arguments]);
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            // Above eight megabytes the command line uploads, and copies, in parts.
            var large = new byte[(20 * 1024 * 1024) + 3];
            for (var i = 0; i < large.Length; i++)
            {
                large[i] = (byte)(i * 31 % 251);
            }

            var file = Path.Combine(folder, "large");
            await File.WriteAllBytesAsync(file, large, Peer.Cancel);
            await Aws("s3", "mb", "s3://cli-bucket");
            await Aws("s3", "cp", file, "s3://cli-bucket/large", "--metadata", "who=me");
            await Aws("s3", "cp", "s3://cli-bucket/large", "s3://cli-bucket/copy");
            await Aws("s3", "mv", "s3://cli-bucket/copy", "s3://cli-bucket/dir/moved + é");
            await Aws("s3", "cp", "s3://cli-bucket/dir/moved + é", file + ".back");
            var back = await File.ReadAllBytesAsync(file + ".back", Peer.Cancel);
            Assert.True(large.SequenceEqual(back), "another file came back");
            foreach (var action in new[] { "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload" })
            {
                Assert.Contains(sandbox.Journal.Read(), call => call.Action == action && call.Outcome == "ok");
            }

            // Without this setting the command line signs URLs for us-east-1 in the older way.
            var settings = Path.Combine(folder, "config");
            await File.WriteAllTextAsync(settings, "[default]\ns3 =\n    signature_version = s3v4\n", Peer.Cancel);
            var presigned = await Peer.Run(
                "env", null, $"AWS_CONFIG_FILE={settings}", "aws", "--endpoint-url", url, "s3", "presign", "s3://cli-bucket/large");
            using var http = new HttpClient();
            back = await http.GetByteArrayAsync(new Uri(presigned.Trim()), Peer.Cancel);
            Assert.True(large.SequenceEqual(back), "another file came by the URL");

            await Aws(
                "s3api", "delete-objects", "--bucket", "cli-bucket", "--delete", "Objects=[{Key=large},{Key=ghost}],Quiet=true");
            Assert.DoesNotContain("large", await Aws("s3", "ls", "s3://cli-bucket/", "--recursive"), StringComparison.Ordinal);
            await Aws("s3", "rb", "--force", "s3://cli-bucket");
            Assert.Equal("", (await Aws("s3", "ls")).Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
