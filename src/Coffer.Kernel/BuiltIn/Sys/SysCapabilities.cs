using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Policies;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>What a token may do at given paths.</summary>
internal sealed class SysCapabilities(Authenticator who, TokenStore tokens)
{
    private static readonly Field<ImmutableArray<string>> PathsField = Field.TextList("paths", "Paths to look at.");
    private static readonly Field<ImmutableArray<string>> PathField = Field.TextList("path", "Old name of paths.").OldNameOf(PathsField);
    private static readonly Field<string> Token = Field.Text("token", "The token to look at.");
    private static readonly Field<string> Accessor = Field.Text("accessor", "Accessor of the token to look at.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("capabilities-self", "Shows what the caller's token may do at paths.") { Fields = [PathsField, PathField, Token], Write = SelfAsync },
        new("capabilities-accessor", "Shows what a token, named by its accessor, may do at paths.") { Fields = [PathsField, PathField, Accessor], Write = ByAccessorAsync },
        new("capabilities", "Shows what a token may do at paths.") { Fields = [PathsField, PathField, Token], Write = ByTokenAsync },
    ];

    private static ValueTask<Reply> SelfAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        return ValueTask.FromResult(Show(request, request.RequiredCaller.Acl));
    }

    private async ValueTask<Reply> ByTokenAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var text = request.Get(Token);
        if (text.Length == 0)
        {
            return Reply.Invalid("missing token");
        }

        var look = await who.LookAsync(request.Work, text, cancellation);
        return await ShowAsync(request, look.Live, "invalid token", cancellation);
    }

    private async ValueTask<Reply> ByAccessorAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var accessor = request.Get(Accessor);
        return accessor.Length == 0
            ? Reply.Invalid("missing accessor")
            : await ShowAsync(request, await tokens.FindByAccessorAsync(request.Work, accessor, cancellation), "invalid accessor", cancellation);
    }

    private async ValueTask<Reply> ShowAsync(KernelRequest request, TokenRecord? token, string unknown, CancellationToken cancellation) =>
        token is not null && await who.AclOfAsync(request.Work, token, cancellation) is { } acl
            ? Show(request, acl)
            : Reply.Invalid(unknown);

    private static Reply Show(KernelRequest request, Acl acl)
    {
        var paths = request.Has(PathsField) ? request.Get(PathsField) : request.Get(PathField);
        if (paths.IsEmpty)
        {
            return Reply.Invalid("paths must be supplied");
        }

        return KernelReply.TopLevel(json =>
        {
            foreach (var path in paths.Distinct(StringComparer.Ordinal))
            {
                json.WriteTexts(path, CapabilitiesAt(request, acl, path));
            }

            if (paths.Length == 1 && paths[0] != "capabilities")
            {
                json.WriteTexts("capabilities", CapabilitiesAt(request, acl, paths[0]));
            }
        });
    }

    /// <summary>Capabilities on the path that a request would be judged by. A text that is not a valid request path is looked up as it is.</summary>
    private static ImmutableArray<string> CapabilitiesAt(KernelRequest request, Acl acl, string asked)
    {
        var text = asked.TrimStart('/');
        if (!CanonicalPath.TryParseText(text, out var path, out _))
        {
            return acl.Capabilities(text);
        }

        return acl.Capabilities(request.Router.Route(path, path.EndsWithSlash).Ask(AclOperation.Read));
    }
}
