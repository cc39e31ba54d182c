using Coffer.Walkthrough.Tests.Accounts;

namespace Coffer.Walkthrough.Tests.Running;

/// <summary>One sitting: a server that was just started, a terminal that leads to it, and a view of the AWS account it is to use.</summary>
internal sealed class Session : IAsyncDisposable
{
    /// <summary>Both scripts; their headings are distinct.</summary>
    private static readonly Transcript[] Transcripts = [Transcript.Load("walkthrough.txt"), Transcript.Load("beyond.txt")];

    private readonly Installation _installation;

    private Session(Installation installation, VaultServer server, AwsSide aws)
    {
        _installation = installation;
        Server = server;
        Aws = aws;
        Terminal = new Terminal(installation);
    }

    public VaultServer Server { get; }

    public Terminal Terminal { get; }

    public AwsSide Aws { get; }

    /// <param name="account">Where the AWS account answers.</param>
    /// <param name="clock">The account's time.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<Session> StartAsync(Uri account, TimeProvider clock, CancellationToken cancellation)
    {
        var installation = new Installation();
        VaultServer server;
        try
        {
            server = await VaultServer.StartAsync(installation, cancellation);
        }
        catch
        {
            installation.Dispose();
            throw;
        }

        var session = new Session(installation, server, new AwsSide(account, clock));
        try
        {
            await session.ReadOffAsync(account);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Plays a section of the scripts; gives back the output of its last step.</summary>
    public Task<string> PlayAsync(string section) => Terminal.PlayAsync(Transcripts.Single(transcript => transcript.Has(section))[section]);

    /// <summary>
    /// Plays a section that ends with reading credentials of an IAM user. At AWS there must be exactly one user more, with the key that was
    /// handed out, the role's policy and a Deny after <paramref name="max"/>. The lease is <c>$LEASE_ID</c> from here on.
    /// </summary>
    public async Task<HandedOut> HandOutAsync(string section, string role, TimeSpan max)
    {
        var before = await Aws.UserNamesAsync();

        // The server lives by a clock of its own, which may be a fraction of a second behind the system's while that is being adjusted.
        var earliest = DateTimeOffset.UtcNow + max - TimeSpan.FromSeconds(1);
        var table = await PlayAsync(section);
        var latest = DateTimeOffset.UtcNow + max + TimeSpan.FromSeconds(1);
        Terminal.Export("LEASE_ID", Printed.Row(table, "lease_id"));

        var credentials = Printed.Credentials(table);
        var user = await Aws.OnlyNewUserAsync(before, credentials);
        Assert.EndsWith($"/{user.Name}", (await Aws.IdentityAsync(credentials)).Arn, StringComparison.Ordinal);
        var hardEnd = UserPolicies.HardEnd(await Aws.InlinePoliciesAsync(user), role, DocumentOf(role));
        Assert.InRange(hardEnd, earliest, latest);
        return new HandedOut(user, credentials, hardEnd);
    }

    public async ValueTask DisposeAsync()
    {
        Aws.Dispose();
        await Server.DisposeAsync();
        _installation.Dispose();
    }

    /// <summary>What a person copies from the server's output into the terminal.</summary>
    private async Task ReadOffAsync(Uri account)
    {
        Terminal.Export("AWS_URL", account.AbsoluteUri);
        Terminal.Export("UNSEAL_KEY", Server.UnsealKey);
        await Terminal.PlayAsync(
        [
            new TranscriptStep(Server.ExportLine, [], 0),
            new TranscriptStep($"export VAULT_TOKEN=\"{Server.RootToken}\"", [], 0),
        ]);
    }

    /// <summary>The policy that the script writes the role with, from standard input or from a file.</summary>
    private static string DocumentOf(string role) => Transcripts.SelectMany(transcript => transcript.Steps)
        .Where(step => step.Typed.StartsWith($"vault write aws/roles/{role} ", StringComparison.Ordinal)
            || step.Typed.StartsWith($"cat > {role}.json ", StringComparison.Ordinal))
        .Single(step => step.HereDocument.Length > 0).HereDocument;
}
