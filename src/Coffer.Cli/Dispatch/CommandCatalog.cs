using Coffer.Cli.Audit;
using Coffer.Cli.Auth;
using Coffer.Cli.Commands;
using Coffer.Cli.General;
using Coffer.Cli.Kv;
using Coffer.Cli.Leases;
using Coffer.Cli.Operator;
using Coffer.Cli.Policies;
using Coffer.Cli.Secrets;
using Coffer.Cli.Tokens;

namespace Coffer.Cli.Dispatch;

/// <summary>All commands by name. A command is made when it is asked for.</summary>
internal static class CommandCatalog
{
    /// <summary>The most words a command's name has.</summary>
    public const int WordsMax = 3;

    private static readonly Dictionary<string, Func<Command>> Makers = new(StringComparer.Ordinal)
    {
        ["audit"] = static () => new GroupCommand("audit", "Interact with audit devices", "Audit devices record who asked for what, and what came of it."),
        ["audit disable"] = static () => new AuditDisableCommand(),
        ["audit enable"] = static () => new AuditEnableCommand(),
        ["audit list"] = static () => new AuditListCommand(),
        ["audit verify"] = static () => new AuditVerifyCommand(),
        ["auth"] = static () => new GroupCommand("auth", "Interact with auth methods", "Auth methods are the ways to log in. To log in, use \"{0} login\"."),
        ["auth disable"] = static () => new AuthDisableCommand(),
        ["auth enable"] = static () => new AuthEnableCommand(),
        ["auth help"] = static () => new AuthHelpCommand(),
        ["auth list"] = static () => new AuthListCommand(),
        ["auth move"] = static () => new AuthMoveCommand(),
        ["auth tune"] = static () => new AuthTuneCommand(),
        ["delete"] = static () => new DeleteCommand(),
        ["demo"] = static () => new DemoCommand(),
        ["help"] = static () => new HelpCommand(),
        ["kv"] = static () => new GroupCommand("kv", "Interact with the key-value store", "The key-value store keeps secrets as they are given, in version 2 with their history.\n\n    $ {0} kv put -mount=secret foo bar=baz\n    $ {0} kv get -mount=secret foo"),
        ["kv delete"] = static () => new KvDeleteCommand(),
        ["kv destroy"] = static () => new KvDestroyCommand(),
        ["kv enable-versioning"] = static () => new KvEnableVersioningCommand(),
        ["kv get"] = static () => new KvGetCommand(),
        ["kv list"] = static () => new KvListCommand(),
        ["kv metadata"] = static () => new GroupCommand("kv metadata", "Interact with the metadata of keys", "Metadata of a key in a version 2 store: its versions and settings."),
        ["kv metadata delete"] = static () => new KvMetadataDeleteCommand(),
        ["kv metadata get"] = static () => new KvMetadataGetCommand(),
        ["kv metadata patch"] = static () => new KvMetadataPatchCommand(),
        ["kv metadata put"] = static () => new KvMetadataPutCommand(),
        ["kv patch"] = static () => new KvPatchCommand(),
        ["kv put"] = static () => new KvPutCommand(),
        ["kv rollback"] = static () => new KvRollbackCommand(),
        ["kv undelete"] = static () => new KvUndeleteCommand(),
        ["lease"] = static () => new GroupCommand("lease", "Interact with leases", "A lease says how long a secret lives. Renewing extends it, revoking ends it."),
        ["lease attention"] = static () => new LeaseAttentionCommand(),
        ["lease forget"] = static () => new LeaseForgetCommand(),
        ["lease jobs"] = static () => new LeaseJobsCommand(),
        ["lease lookup"] = static () => new LeaseLookupCommand(),
        ["lease renew"] = static () => new LeaseRenewCommand(),
        ["lease retry"] = static () => new LeaseRetryCommand(),
        ["lease revoke"] = static () => new LeaseRevokeCommand(),
        ["list"] = static () => new ListCommand(),
        ["login"] = static () => new LoginCommand(),
        ["operator"] = static () => new GroupCommand("operator", "Perform operator-specific tasks", "For those who run the server: initialise, unseal, seal, rotate keys."),
        ["operator generate-root"] = static () => new OperatorGenerateRootCommand(),
        ["operator init"] = static () => new OperatorInitCommand(),
        ["operator key-status"] = static () => new OperatorKeyStatusCommand(),
        ["operator quarantine"] = static () => new OperatorQuarantineCommand(),
        ["operator rekey"] = static () => new OperatorRekeyCommand(),
        ["operator rotate"] = static () => new OperatorRotateCommand(),
        ["operator seal"] = static () => new OperatorSealCommand(),
        ["operator slot"] = static () => new GroupCommand("operator slot", "Interact with key slots", "Key slots are the ways into the store: key shares, or a key that unseals at start."),
        ["operator slot add"] = static () => new OperatorSlotAddCommand(),
        ["operator slot list"] = static () => new OperatorSlotListCommand(),
        ["operator slot remove"] = static () => new OperatorSlotRemoveCommand(),
        ["operator step-down"] = static () => new OperatorStepDownCommand(),
        ["operator unseal"] = static () => new OperatorUnsealCommand(),
        ["patch"] = static () => new PatchCommand(),
        ["path-help"] = static () => new PathHelpCommand(),
        ["policy"] = static () => new GroupCommand("policy", "Interact with policies", "Policies say what a token may do, path by path."),
        ["policy delete"] = static () => new PolicyDeleteCommand(),
        ["policy explain"] = static () => new PolicyExplainCommand(),
        ["policy fmt"] = static () => new PolicyFmtCommand(),
        ["policy lint"] = static () => new PolicyLintCommand(),
        ["policy list"] = static () => new PolicyListCommand(),
        ["policy read"] = static () => new PolicyReadCommand(),
        ["policy test"] = static () => new PolicyTestCommand(),
        ["policy write"] = static () => new PolicyWriteCommand(),
        ["print"] = static () => new GroupCommand("print", "Prints runtime configurations", "Prints what commands would use."),
        ["print token"] = static () => new PrintTokenCommand(),
        ["read"] = static () => new ReadCommand(),
        ["secrets"] = static () => new GroupCommand("secrets", "Interact with secrets engines", "Secrets engines store, make or encrypt secrets. Each is mounted at a path.\n\n    $ {0} secrets list\n    $ {0} secrets enable aws"),
        ["secrets disable"] = static () => new SecretsDisableCommand(),
        ["secrets enable"] = static () => new SecretsEnableCommand(),
        ["secrets list"] = static () => new SecretsListCommand(),
        ["secrets move"] = static () => new SecretsMoveCommand(),
        ["secrets tune"] = static () => new SecretsTuneCommand(),
        ["server"] = static () => new ServerCommand(),
        ["status"] = static () => new StatusCommand(),
        ["token"] = static () => new GroupCommand("token", "Interact with tokens", "Tokens are what requests are allowed by."),
        ["token capabilities"] = static () => new TokenCapabilitiesCommand(),
        ["token create"] = static () => new TokenCreateCommand(),
        ["token lookup"] = static () => new TokenLookupCommand(),
        ["token renew"] = static () => new TokenRenewCommand(),
        ["token revoke"] = static () => new TokenRevokeCommand(),
        ["unwrap"] = static () => new UnwrapCommand(),
        ["version"] = static () => new VersionCommand(),
        ["write"] = static () => new WriteCommand(),
    };

    /// <summary>Every name.</summary>
    public static IEnumerable<string> Names => Makers.Keys;

    /// <summary>A new command of that name; null when there is none.</summary>
    public static Command? Find(string name) => Makers.TryGetValue(name, out var make) ? make() : null;

    /// <summary>The commands one word longer than a family's name, in order; for the empty name, those of one word.</summary>
    public static IEnumerable<Command> Below(string family)
    {
        var prefix = family.Length == 0 ? "" : family + " ";
        return Makers
            .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal) && entry.Key != family && !entry.Key[prefix.Length..].Contains(' ', StringComparison.Ordinal))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => entry.Value());
    }
}
