using System.Collections.Immutable;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Iam;
using Coffer.AwsSandbox.Policies;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Sts;

/// <summary>The tags that a session is to have: those of the request, and those that come down a chain of roles.</summary>
/// <param name="Given">Of the request.</param>
/// <param name="Inherited">Of the calling session, where that was made with them as transitive.</param>
/// <param name="TransitiveKeys">Keys that the next role in the chain inherits. Letter case does not count.</param>
internal sealed record SessionTags(
    ImmutableDictionary<string, string> Given, ImmutableDictionary<string, string> Inherited, ImmutableHashSet<string> TransitiveKeys)
{
    /// <summary>Whether the caller needs <c>sts:TagSession</c>: tags decide about rights, so passing them is a right of its own.</summary>
    public bool NeedPermission => Given.Count > 0 || Inherited.Count > 0;

    public ImmutableDictionary<string, string> All => Given.AddRange(Inherited);

    /// <summary>Reads and checks them; a fault of 400 for a key that is inherited already, or that is transitive and has no value.</summary>
    public static SessionTags Of(QueryCall call)
    {
        var given = IamRead.Tags(call).ToImmutableDictionary(StringComparer.OrdinalIgnoreCase);
        var transitive = call.Members("TransitiveTagKeys").ToImmutableHashSet(StringComparer.OrdinalIgnoreCase);
        if (!transitive.All(given.ContainsKey))
        {
            throw AwsFault.Validation("The specified transitive tag key must be included in the requested tags.");
        }

        var inherited = ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);
        if (call.Caller is { Kind: PrincipalKind.AssumedRole, Session: { } session })
        {
            inherited = session.Tags.Where(tag => session.TransitiveTagKeys.Contains(tag.Key)).ToImmutableDictionary(StringComparer.OrdinalIgnoreCase);
        }

        return given.Keys.Any(inherited.ContainsKey)
            ? throw new AwsFault(
                400, "InvalidParameterValue",
                "One of the specified tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
            : new SessionTags(given, inherited, transitive.Union(inherited.Keys));
    }

    /// <summary>Tells policies about the tags that a request asks for.</summary>
    public PolicyRequest Ask(PolicyRequest request)
    {
        Context.AddTags(request, "aws:RequestTag/", Given);
        return request.With("aws:TagKeys", Given.Keys).With("sts:TransitiveTagKeys", TransitiveKeys);
    }
}
