using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Policies;
using Coffer.Policies;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>ACL policies, under today's path and under the old one.</summary>
internal static class SysPolicies
{
    private static readonly Field<string> Name = Field.FoldedName("name", "The policy's name; letters are taken as lower-case.");
    private static readonly Field<string> Policy = Field.Text("policy", "The policy in HCL or JSON, or either in base64.");
    private static readonly Field<string> Rules = Field.Text("rules", "Old name of policy.").OldNameOf(Policy);
    private static readonly Field<bool> Lint = Field.Boolean("lint", "Answer all that policies/lint finds as warnings, not only what is certain.");

    private static readonly string[] Unwritable = ["root", "response-wrapping", "control-group"];

    /// <summary>A policy is no folder.</summary>
    private static readonly Reply Unlistable = Reply.Refuse(ErrorKind.NotFound, "unsupported path");

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("policies/acl/{name:folded...}", "Reads, writes and deletes an ACL policy.")
        {
            Fields = [Policy, Lint],
            Read = (request, ct) => ReadAsync(request, "policy", ct),
            Write = (request, ct) => WriteAsync(request, Policy, ct),
            Delete = DeleteAsync,
            List = ListRootAsync,
        },
        new("policy/{name:folded...}", "Reads, writes and deletes an ACL policy, by the old path.")
        {
            Fields = [Rules, Policy, Lint],
            Read = ReadOldAsync,
            Write = (request, ct) => WriteAsync(request, request.Has(Policy) ? Policy : Rules, ct),
            Delete = DeleteAsync,
            List = async (request, ct) => request.Param("name").Length > 0 ? Unlistable : await ListOldAsync(request, ct),
        },
        new("policy", "Lists ACL policies, by the old path.") { Read = ListOldAsync, List = ListOldAsync },
    ];

    private static async ValueTask<Reply> ReadOldAsync(EngineRequest request, CancellationToken cancellation) =>
        request.Param("name").Length == 0 ? await ListOldAsync(request, cancellation) : await ReadAsync(request, "rules", cancellation);

    private static async ValueTask<Reply> ReadAsync(EngineRequest engineRequest, string member, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (request.Param("name").Length == 0)
        {
            return Reply.Refuse(ErrorKind.Unsupported, "unsupported operation");
        }

        if (!PolicyName.TryParse(request.Param("name"), out var name))
        {
            return Reply.NotFound;
        }

        var text = name == PolicyName.Root ? "" : (await PolicyStore.GetAsync(request.Work, name.Value, cancellation))?.Text;
        if (text is null)
        {
            return Reply.NotFound;
        }

        var old = member == "rules";
        return Reply.With(json =>
        {
            json.WriteString("name", name.Value);
            json.WriteString(member, text);
            if (old)
            {
                json.WriteString("policy", text);
            }
        }).Shaped(new ReplyShape { DataAtTopLevel = old });
    }

    private static async ValueTask<Reply> WriteAsync(EngineRequest engineRequest, Field<string> field, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (request.Param("name").Length == 0)
        {
            return new Reply.Refused(Refusals.UnsupportedOperation);
        }

        if (!PolicyName.TryParse(request.Param("name"), out var name))
        {
            return Reply.Invalid("policy name is malformed");
        }

        if (Unwritable.Contains(name.Value, StringComparer.Ordinal))
        {
            return Reply.Invalid($"cannot update \"{name.Value}\" policy");
        }

        var text = request.Get(field);
        if (text.Length == 0)
        {
            return Reply.Invalid("'policy' parameter not supplied or empty");
        }

        text = PolicyText.Decode(text);
        if (!AclPolicy.TryParse(name, text, out var policy, out var error))
        {
            return Reply.Invalid($"failed to parse policy: {error.Message}");
        }

        // Read first, so that two writers of one policy are told apart.
        _ = await PolicyStore.GetAsync(request.Work, name.Value, cancellation);
        request.Work.Put(StoredPolicy.KeyOf(name.Value), new StoredPolicy(text), PoliciesJsonContext.Default.StoredPolicy);
        return new Reply.Empty { Warnings = [.. await WarningsAsync(request, field, policy, cancellation)] };
    }

    /// <summary>Warnings for the author beside the success. Unless more are asked for: those that Vault gives, and one for rules without any effect.</summary>
    private static async ValueTask<IEnumerable<string>> WarningsAsync(
        KernelRequest request, Field<string> field, AclPolicy policy, CancellationToken cancellation)
    {
        var findings = await SysPolicyLint.LintAsync(request, policy, cancellation);
        var warnings = findings.Where(finding => finding.IsCertain || request.Get(Lint)).Select(finding => finding.ToString());
        if (field == Rules)
        {
            warnings = warnings.Prepend("'rules' is deprecated, please use 'policy' instead");
        }

        return request.Spelling(Name) == policy.Name.Value ? warnings : warnings.Prepend($"policy name was converted to \"{policy.Name}\"");
    }

    private static ValueTask<Reply> DeleteAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (request.Param("name").Length == 0)
        {
            return ValueTask.FromResult<Reply>(new Reply.Refused(Refusals.UnsupportedOperation));
        }

        if (!PolicyName.TryParse(request.Param("name"), out var name))
        {
            return ValueTask.FromResult(Reply.Invalid("policy name is missing or malformed"));
        }

        if (name == PolicyName.Default || Unwritable.Contains(name.Value, StringComparer.Ordinal))
        {
            return ValueTask.FromResult(Reply.Invalid($"cannot delete \"{name.Value}\" policy"));
        }

        request.Work.Delete(StoredPolicy.KeyOf(name.Value));
        return ValueTask.FromResult(Reply.Done);
    }

    private static async ValueTask<Reply> ListRootAsync(EngineRequest request, CancellationToken cancellation) =>
        request.Param("name").Length > 0
            ? Unlistable
            : Reply.Keys(await NamesAsync(KernelRequest.Of(request), cancellation));

    private static async ValueTask<Reply> ListOldAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var names = await NamesAsync(request, cancellation);
        return KernelReply.TopLevel(json =>
        {
            json.WriteTexts("keys", names);
            json.WriteTexts("policies", names);
        });
    }

    private static async ValueTask<IReadOnlyList<string>> NamesAsync(KernelRequest request, CancellationToken cancellation)
    {
        var keys = await PolicyStore.NamesAsync(request.Work, StoredPolicy.Prefix, cancellation);
        return [.. keys.Where(name => name != "response-wrapping"), "root"];
    }
}
