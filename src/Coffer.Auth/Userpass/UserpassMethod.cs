using System.Collections.Immutable;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Names;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;

namespace Coffer.Auth.Userpass;

/// <summary>The auth method <c>userpass</c>: a name and a password that are kept here.</summary>
public sealed class UserpassMethod : IAuthMethod
{
    private const string NameKey = "user";

    private static readonly Field<string> Password = Field.Secret("password", "The password.");

    private static readonly Field<string> Bcrypt = Field.Secret("password_hash", "A bcrypt hash of the password, in place of the password itself: $2a$, $2b$ or $2y$, of a cost from 5 to 12.");

    private static readonly ApiError Busy = new(
        ErrorKind.Unavailable, "too many passwords wait to be checked; try again in a moment, or raise password_hashing_queue in the server's configuration");

    private readonly IRandom _random;
    private readonly SlowWork _slow;

    public UserpassMethod(EngineContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _random = context.Random;
        _slow = context.SlowWork;
        Paths =
        [
            new("login/{username:folded}", "Gives a token for a name and a password.") { Fields = [Password], Unauthenticated = true, Write = LoginAsync },
            new("users/{username:folded}/password", "Changes a user's password, and nothing else.") { Fields = [Password, Bcrypt], Write = WritePasswordAsync },
            new("users/{username:folded}/policies", "Changes a user's policies, and nothing else.") { Fields = TokenSettingsFields.PolicyFields, Write = WritePoliciesAsync },
            new("users/{username:folded}", "Reads, writes and deletes a user. A write changes only what it names.")
            {
                Fields = [Password, Bcrypt, .. TokenSettingsFields.All("policies", "bound_cidrs", "ttl", "max_ttl")],
                Exists = async (request, cancellation) => await FindAsync(request.Storage, NameOf(request), cancellation) is not null,
                Read = ReadAsync,
                Write = WriteAsync,
                Delete = DeleteAsync,
            },
            new("users", "Lists users.") { List = ListAsync },
        ];
    }

    /// <summary>What mounts name it by.</summary>
    public static EngineType Type { get; } =
        new("userpass", MountClass.Auth, "Logs in with a name and a password kept here.", context => new UserpassMethod(context)) { LocksNamesOut = true };

    public ImmutableArray<EnginePath> Paths { get; }

    public async ValueTask<LoginRenewal> RenewAsync(LoginRenewalRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var user = await FindAsync(request.Storage, UserName.Of(request.Internal[NameKey]), cancellation);
        if (user is null)
        {
            return new LoginRenewal.Refused("the user is not there any more, not renewing");
        }

        return SameBut(user.Token.Policies).SetEquals(SameBut(request.Policies))
            ? new LoginRenewal.Granted(user.Token.Ttl, user.Token.MaxTtl, user.Token.Period)
            : new LoginRenewal.Refused("policies have changed, not renewing");
    }

    /// <summary>Policies as they are compared: <c>default</c> is everybody's and says nothing.</summary>
    private static HashSet<string> SameBut(ImmutableArray<string> policies) =>
        [.. policies.Select(NameFold.Of).Where(policy => policy != "default")];

    private static UserName NameOf(EngineRequest request) => UserName.Of(request.Param("username"));

    private static ValueTask<UserRecord?> FindAsync(IStorageReader storage, UserName name, CancellationToken cancellation) =>
        storage.GetAsync(UserRecord.KeyOf(name), UserpassJson.Default.UserRecord, cancellation);

    private static void Put(EngineRequest request, UserRecord user) =>
        request.Storage.Put(UserRecord.KeyOf(NameOf(request)), user, UserpassJson.Default.UserRecord);

    private async ValueTask<Reply> LoginAsync(EngineRequest request, CancellationToken cancellation)
    {
        var password = request.Get(Password);
        if (password.Length == 0)
        {
            return Reply.Invalid("missing password");
        }

        var name = NameOf(request);
        var user = await FindAsync(request.Storage, name, cancellation);

        if (await CheckAsync(request, user, password, cancellation) is not { } check)
        {
            return new Reply.Refused(Busy);
        }

        if (!check.Fits || user is null)
        {
            return new Reply.Refused(new ApiError(ErrorKind.Invalid, "invalid username or password")) { FailedLogin = name.Text };
        }

        if (!Cidr.Admits(user.Token.BoundCidrs, request.RemoteAddress))
        {
            return new Reply.Refused(ApiError.PermissionDenied);
        }

        if (check.Own is { } own)
        {
            Put(request, user with { Password = own, Bcrypt = null });
        }

        return new Reply.Login(user.Token.Grant(name.Text) with
        {
            Metadata = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("username", name.Text),
            Internal = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(NameKey, name.Text),
        });
    }

    /// <summary>Null when too many wait.</summary>
    private ValueTask<PasswordCheck?> CheckAsync(EngineRequest request, UserRecord? user, string password, CancellationToken cancellation)
    {
        if (user?.Bcrypt is { } given)
        {
            return request.Memory.RememberAsync(
                $"fits {given.Text}",
                () => _slow.TryRun(() => given.Fits(password) ? new PasswordCheck(true, PasswordHash.Of(password, _random)) : new PasswordCheck(false), request.RemoteAddress, cancellation));
        }

        // Nobody of that name and a wrong password must not be told apart, by the clock either.
        var hash = user?.Password ?? PasswordHash.OfNobody;
        return request.Memory.RememberAsync(
            $"fits {Convert.ToBase64String(hash.Hash)}", () => _slow.TryRun(() => new PasswordCheck(hash.Fits(password)), request.RemoteAddress, cancellation));
    }

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var user = await FindAsync(request.Storage, NameOf(request), cancellation);
        return user is null ? Reply.NotFound : Reply.With(json => TokenSettingsFields.Write(json, user.Token));
    }

    private static ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        request.Storage.Delete(UserRecord.KeyOf(NameOf(request)));
        return ValueTask.FromResult(Reply.Done);
    }

    private static async ValueTask<Reply> ListAsync(EngineRequest request, CancellationToken cancellation) =>
        Reply.Keys(await request.Storage.ListAsync("user/", cancellation));

    private async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var before = await FindAsync(request.Storage, NameOf(request), cancellation);
        var settings = TokenSettingsFields.Merge(request, before?.Token ?? new TokenSettings());
        if (TokenSettingsFields.ProblemOf(settings) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        var user = (before ?? new UserRecord()) with { Token = settings };
        return before is not null && !NamesPassword(request) ? Stored(request, user) : await ReplacePasswordAsync(request, user, cancellation);
    }

    private static bool NamesPassword(EngineRequest request) => request.Get(Password).Length > 0 || request.Get(Bcrypt).Length > 0;

    /// <summary>Stores a user with the password, or the hash of one, that the request names.</summary>
    private async ValueTask<Reply> ReplacePasswordAsync(EngineRequest request, UserRecord user, CancellationToken cancellation)
    {
        var (password, hash) = (request.Get(Password), request.Get(Bcrypt));
        if (password.Length > 0 && hash.Length > 0)
        {
            return Reply.Invalid("only one of password and password_hash can be given: leave one out");
        }

        if (hash.Length > 0)
        {
            return BcryptHash.ProblemOf(hash) is { } problem ? Reply.Invalid(problem) : Stored(request, user with { Password = null, Bcrypt = new BcryptHash(hash) });
        }

        if (password.Length == 0)
        {
            return Reply.Invalid("missing password");
        }

        return await HashedAsync(request, cancellation) is { } own ? Stored(request, user with { Password = own, Bcrypt = null }) : new Reply.Refused(Busy);
    }

    private static Reply Stored(EngineRequest request, UserRecord user)
    {
        Put(request, user);
        return Reply.Done;
    }

    /// <summary>Null when too many wait.</summary>
    private ValueTask<PasswordHash?> HashedAsync(EngineRequest request, CancellationToken cancellation)
    {
        // Read here: the body is gone once nobody waits for the hash any more.
        var password = request.Get(Password);
        return request.Memory.RememberAsync("hash", () => _slow.TryRun(() => PasswordHash.Of(password, _random), stranger: null, cancellation));
    }

    private async ValueTask<Reply> WritePasswordAsync(EngineRequest request, CancellationToken cancellation)
    {
        var user = await FindAsync(request.Storage, NameOf(request), cancellation);
        return user is null ? Reply.Invalid("username does not exist") : await ReplacePasswordAsync(request, user, cancellation);
    }

    private static async ValueTask<Reply> WritePoliciesAsync(EngineRequest request, CancellationToken cancellation)
    {
        var user = await FindAsync(request.Storage, NameOf(request), cancellation);
        if (user is null)
        {
            return Reply.Invalid("username does not exist");
        }

        var merged = TokenSettingsFields.Merge(request, user.Token);
        if (TokenSettingsFields.ProblemOf(merged) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        var canonical = merged.Policies.Select(NameFold.Of).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Put(request, user with { Token = merged with { Policies = [.. canonical] } });
        return Reply.Done;
    }
}
