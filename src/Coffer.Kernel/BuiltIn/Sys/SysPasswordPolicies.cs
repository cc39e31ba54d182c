using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Policies;
using Coffer.Policies;
using Coffer.Policies.Passwords;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Password policies: the rules for passwords that engines make, and a password to try them.</summary>
internal sealed class SysPasswordPolicies(IRandom random)
{
    /// <summary>Texts tried when a policy is written: one that needs more would keep its users waiting.</summary>
    private const int TrialAttempts = 10_000;

    private static readonly Field<string> Policy = Field.Text("policy", "The password policy in HCL or JSON, or either in base64.");

    private static readonly Reply Missing = new Reply.Refused(Refusals.OneError(ErrorKind.NotFound, "policy does not exist"));

    public ImmutableArray<EnginePath> Paths =>
    [
        new("policies/password", "Lists the password policies.") { List = ListAsync },
        new("policies/password/{name}", "Reads, writes and deletes a password policy.")
        {
            Fields = [Policy],
            Read = ReadAsync,
            Write = WriteAsync,
            Delete = DeleteAsync,
        },
        new("policies/password/{name}/generate", "Makes a password as the policy wants it.") { Read = GenerateAsync },
    ];

    private static async ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation) =>
        Reply.Keys(await PasswordPolicyStore.NamesAsync(KernelRequest.Of(engineRequest).Work, cancellation));

    private static async ValueTask<Reply> ReadAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        return await PasswordPolicyStore.GetAsync(request.Work, request.Param("name"), cancellation) is { } text
            ? Reply.With(json => json.WriteString("policy", text))
            : Missing;
    }

    private async ValueTask<Reply> WriteAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var text = PolicyText.Decode(request.Get(Policy));
        if (text.Length == 0)
        {
            return Invalid("missing policy");
        }

        if (!PasswordPolicyReader.TryRead(text, out var rules, out var problem))
        {
            return Invalid(problem);
        }

        if (rules.Generate(random, TrialAttempts) is null)
        {
            return Invalid($"no password was found in {TrialAttempts} random texts: ask for fewer characters of single charsets, or make the others smaller");
        }

        // Read first, so that two requests that write one policy at once conflict.
        _ = await PasswordPolicyStore.GetAsync(request.Work, request.Param("name"), cancellation);
        PasswordPolicyStore.Put(request.Work, request.Param("name"), text);
        return Reply.Done;
    }

    private static ValueTask<Reply> DeleteAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        PasswordPolicyStore.Delete(request.Work, request.Param("name"));
        return ValueTask.FromResult(Reply.Done);
    }

    private async ValueTask<Reply> GenerateAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (await PasswordPolicyStore.RulesAsync(request.Work, request.Param("name"), cancellation) is not { } rules)
        {
            return Missing;
        }

        return rules.Generate(random) is { } password
            ? Reply.With(json => json.WriteString("password", password))
            : Reply.Refuse(ErrorKind.Internal, "no password was found that the policy allows; write it with less strict rules");
    }

    private static Reply.Refused Invalid(string problem) => new(Refusals.OneError(ErrorKind.Invalid, problem));
}
