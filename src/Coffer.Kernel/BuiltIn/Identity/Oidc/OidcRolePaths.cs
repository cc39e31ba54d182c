using System.Collections.Immutable;
using Coffer.Kernel.Identity.Oidc;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Identity.Oidc;

/// <summary><c>identity/oidc/role</c>: what identity tokens are like.</summary>
internal sealed class OidcRolePaths(IRandom random)
{
    private const int ClientIdCharacters = 27;
    private const int TemplateCharactersMax = 64 * 1024;
    private static readonly Field<string> Key = Field.Text("key", "Name of the key that signs.");
    private static readonly Field<string> Template = Field.Text("template", "JSON with {{identity...}} and {{time...}} in place of values; or that in base64.");
    private static readonly Field<TimeSpan> Ttl = Field.Duration("ttl", "How long the tokens hold.", TimeSpan.FromHours(24));
    private static readonly Field<string> ClientId = Field.Text("client_id", "Becomes the tokens' audience; made when there is none.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("oidc/role", "Lists the roles.") { List = async (request, ct) => Reply.Keys(await KernelRequest.WorkOf(request).ListAsync(OidcStore.Roles, ct)) },
        new("oidc/role/{name}", "Reads, writes and deletes a role.")
        {
            Fields = [Key, Template, Ttl, ClientId],
            Exists = async (request, ct) => await OidcStore.FindRoleAsync(KernelRequest.WorkOf(request), request.Param("name"), ct) is not null,
            Read = ReadAsync,
            Write = WriteAsync,
            Delete = DeleteAsync,
        },
    ];

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var role = await OidcStore.FindRoleAsync(KernelRequest.WorkOf(request), request.Param("name"), cancellation);
        return role is null
            ? Reply.NotFound
            : Reply.With(json =>
            {
                json.WriteString("client_id", role.ClientId);
                json.WriteString("key", role.Key);
                json.WriteString("template", role.Template);
                json.WriteNumber("ttl", (long)role.Ttl.TotalSeconds);
            });
    }

    private async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var work = KernelRequest.WorkOf(request);
        var before = await OidcStore.FindRoleAsync(work, request.Param("name"), cancellation);
        var template = before?.Template ?? "";
        if (request.Has(Template) && !OidcTemplate.TryDecode(request.Get(Template), out template))
        {
            return Reply.Invalid("error parsing template: what its base64 holds is not text in UTF-8");
        }

        var role = new OidcRoleRecord
        {
            Key = request.Has(Key) || before is null ? request.Get(Key) : before.Key,
            Template = template,
            Ttl = request.Has(Ttl) || before is null ? request.Get(Ttl) : before.Ttl,
            ClientId = request.Get(ClientId).Length > 0 ? request.Get(ClientId)
                : before?.ClientId ?? random.Base62(ClientIdCharacters),
        };
        if (role.Key.Length == 0)
        {
            return Reply.Invalid("the key parameter is required");
        }

        var key = PathTemplate.IsName(role.Key) ? await OidcStore.FindKeyAsync(work, role.Key, cancellation) : null;
        if (key is null)
        {
            return Reply.Invalid("cannot find the key that the role names; make it first, at identity/oidc/key");
        }

        if (role.Ttl > key.VerificationTtl)
        {
            return Reply.Invalid("a role's token ttl cannot be longer than the verification_ttl of the key it references");
        }

        if (role.Template.Length > TemplateCharactersMax)
        {
            return Reply.Invalid($"the template is longer than {TemplateCharactersMax} characters");
        }

        if (role.Template.Length > 0 && OidcTemplate.ProblemOf(role.Template) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        OidcStore.Put(work, request.Param("name"), role);
        return Reply.Done;
    }

    private static ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        KernelRequest.WorkOf(request).Delete(OidcStore.Roles + request.Param("name"));
        return ValueTask.FromResult(Reply.Done);
    }
}
