using Coffer.Cli.Dispatch;
using Coffer.Cli.Tests.Running;
using Coffer.Cli.Tests.Walks;

namespace Coffer.Cli.Tests;

/// <summary>What Vault's own program has and this one does not: each is named as left out, with the reason, and no other command is suggested for it.</summary>
public sealed class LeftOutCommandTests
{
    /// <summary>The commands of Vault's program, families included; the commands of a family that is left out are left out with it.</summary>
    private static readonly string[] Vault =
    [
        "agent", "audit disable", "audit enable", "audit list", "auth disable", "auth enable", "auth help", "auth list", "auth move", "auth tune", "debug", "delete",
        "events subscribe", "hcp connect", "kv delete", "kv destroy", "kv enable-versioning", "kv get", "kv list", "kv metadata delete", "kv metadata get",
        "kv metadata patch", "kv metadata put", "kv patch", "kv put", "kv rollback", "kv undelete", "lease lookup", "lease renew", "lease revoke", "list", "login",
        "monitor", "namespace create", "operator diagnose", "operator generate-root", "operator import", "operator init", "operator key-status", "operator members",
        "operator migrate", "operator raft list-peers", "operator raft snapshot save", "operator rekey", "operator rotate", "operator seal", "operator step-down",
        "operator unseal", "operator usage", "operator utilization", "patch", "path-help", "pki health-check", "plugin list", "policy delete", "policy fmt", "policy list",
        "policy read", "policy write", "print token", "proxy", "read", "secrets disable", "secrets enable", "secrets list", "secrets move", "secrets tune", "server",
        "ssh", "status", "token capabilities", "token create", "token lookup", "token renew", "token revoke", "transform import", "transit import", "unwrap", "version",
        "version-history", "write",
    ];

    public static TheoryData<string> Missing() => new(Vault.Where(name => CommandCatalog.Find(name) is null));

    [Theory]
    [MemberData(nameof(Missing))]
    public async Task A_command_of_Vault_that_is_left_out_is_named_so_with_the_reason(string name)
    {
        using var console = new TestConsole();

        var code = await CliProgram.RunAsync(name.Split(' '), console, TestHooks.None, TestContext.Current.CancellationToken);

        Assert.Equal(name.StartsWith("operator", StringComparison.Ordinal) ? 1 : CliProgram.UnknownCommand, code);
        Assert.Contains("leaves out.", console.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", console.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_that_exists_is_named_as_left_out() =>
        Assert.All(LeftOutCommands.Names, name =>
        {
            Assert.Null(CommandCatalog.Find(name));
            Assert.Contains(Vault, command => command == name || command.StartsWith(name + " ", StringComparison.Ordinal));
        });
}
