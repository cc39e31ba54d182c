using System.Collections.Immutable;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Policies;
using Coffer.Policies;
using Coffer.Policies.Lint;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/policies/lint</c>: what is doubtful in a policy, before or after it is written.</summary>
internal static class SysPolicyLint
{
    private static readonly Field<string> Policy = Field.Text("policy", "The policy in HCL or JSON, or either in base64.");
    private static readonly Field<string> Name = Field.FoldedName("name", "A stored policy to look at. With policy as well, the name that it is going to have.");

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("policies/lint", "Looks for rules of a policy that cannot match, cannot win, or grant what nobody can use.")
        {
            Fields = [Policy, Name],

            // It tells what is mounted, and can read every policy.
            Sudo = true,
            Write = WriteAsync,
        },
    ];

    public static async ValueTask<ImmutableArray<LintFinding>> LintAsync(KernelRequest request, AclPolicy policy, CancellationToken cancellation)
    {
        var stored = await PolicyStore.GetAsync(request.Work, PolicyName.Default.Value, cancellation);
        return PolicyLinter.Lint(policy, MountsOf(request.Router), stored is null ? null : AclPolicy.Parse(PolicyName.Default, stored.Text));
    }

    private static LintedMount[] MountsOf(Router router) =>
    [
        .. router.Table.Mounts.Select(mount => router.FindByUuid(mount.Uuid) is { } mounted
            ? new LintedMount(mount.Path, mounted.Paths, mounted.Type.Folders(mount.Options))
            : new LintedMount(mount.Path, null, null)),
    ];

    private static async ValueTask<Reply> WriteAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (!request.Has(Policy) && !request.Has(Name))
        {
            return Reply.Invalid("policy or name must be given: the text to look at, or the name of a stored policy");
        }

        var name = default(PolicyName);
        if (request.Has(Name) && !PolicyName.TryParse(request.Get(Name), out name))
        {
            return Reply.Invalid("name is malformed");
        }

        var text = request.Has(Policy) ? PolicyText.Decode(request.Get(Policy)) : (await PolicyStore.GetAsync(request.Work, name.Value, cancellation))?.Text;
        if (text is null)
        {
            return Reply.NotFound;
        }

        return AclPolicy.TryParse(name, text, out var policy, out var error)
            ? new Reply.Data(PolicyLinter.ToJson(await LintAsync(request, policy, cancellation)))
            : Reply.Invalid(error.Message);
    }
}
