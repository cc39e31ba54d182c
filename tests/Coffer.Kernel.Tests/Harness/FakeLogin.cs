using System.Collections.Immutable;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Tests.Harness;

/// <summary>An auth method that believes anyone who asks: name and groups come from the request.</summary>
internal sealed class FakeLogin : IAuthMethod
{
    private static readonly Field<string> Name = Field.Text("name", "Who it is.");
    private static readonly Field<ImmutableArray<string>> Groups = Field.TextList("groups", "Groups at the outside system.");
    private static readonly Field<ImmutableArray<string>> RenewedGroups = Field.TextList("renewed_groups", "Groups that a renewal finds.");
    private static readonly Field<ImmutableSortedDictionary<string, string>> Alias = Field.TextMap("alias", "Metadata of the alias.");
    private static readonly Field<bool> Wrong = Field.Boolean("wrong", "The proof is wrong.");
    private static readonly Field<bool> Batch = Field.Boolean("batch", "Asks for a batch token.");
    private static readonly Field<ImmutableArray<string>> Policies = Field.TextList("policies", "Policies of the token.");
    private static readonly Field<TimeSpan> Ttl = Field.Duration("ttl", "First life of the token.");
    private static readonly Field<TimeSpan> MaxTtl = Field.Duration("max_ttl", "Longest life of the token.");
    private static readonly ImmutableSortedDictionary<string, string> NoText = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public static EngineType Type { get; } = new("fakelogin", MountClass.Auth, "for tests", _ => new FakeLogin());

    /// <summary>The same under the name of a type whose lockout can be tuned.</summary>
    public static EngineType Userpass { get; } = new("userpass", MountClass.Auth, "for tests", _ => new FakeLogin()) { LocksNamesOut = true };

    public ImmutableArray<EnginePath> Paths =>
    [
        new("login", "Logs in.") { Fields = [Name, Groups, RenewedGroups, Alias, Wrong, Batch, Policies, Ttl, MaxTtl], Unauthenticated = true, Write = LoginAsync },
    ];

    public ValueTask<LoginRenewal> RenewAsync(LoginRenewalRequest request, CancellationToken cancellation)
    {
        var granted = new LoginRenewal.Granted(default, default, default);
        return ValueTask.FromResult<LoginRenewal>(request.Internal.TryGetValue("groups", out var groups)
            ? granted with { GroupAliases = [.. groups.Split(',', StringSplitOptions.RemoveEmptyEntries)] }
            : granted);
    }

    private static ValueTask<Reply> LoginAsync(EngineRequest request, CancellationToken cancellation) => ValueTask.FromResult<Reply>(request.Get(Wrong)
        ? new Reply.Refused(new ApiError(ErrorKind.Invalid, "wrong")) { FailedLogin = request.Get(Name) }
        : new Reply.Login(new LoginGrant(request.Get(Name), request.Get(Policies))
        {
            AliasName = request.Get(Name),
            AliasMetadata = request.Has(Alias) ? request.Get(Alias) : null,
            GroupAliases = request.Get(Groups),
            Ttl = request.Get(Ttl),
            MaxTtl = request.Get(MaxTtl),
            Kind = request.Get(Batch) ? LoginTokenKind.Batch : LoginTokenKind.MountDefault,
            Internal = request.Has(RenewedGroups) ? NoText.Add("groups", string.Join(',', request.Get(RenewedGroups))) : NoText,
        }));
}
