using System.Collections.Immutable;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Auth.Userpass;

/// <summary>The auth method <c>userpass</c>: a name and a password that are kept here.</summary>
public sealed class UserpassMethod : IAuthMethod
{
    private const string NameKey = "user";

    private static readonly Field<string> Password = Field.Secret("password", "The password.");

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
            new("users/{username:folded}/password", "Changes a user's password, and nothing else.") { Fields = [Password], Write = WritePasswordAsync },
            new("users/{username:folded}/policies", "Changes a user's policies, and nothing else.") { Fields = TokenSettingsFields.PolicyFields, Write = WritePoliciesAsync },
            new("users/{username:folded}", "Reads, writes and deletes a user. A write changes only what it names.")
            {
                Fields = [Password, .. TokenSettingsFields.All("policies", "bound_cidrs", "ttl", "max_ttl")],
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
        new("userpass", MountClass.Auth, "Logs in with a name and a password kept here.", context => new UserpassMethod(context));

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

        // Nobody of that name and a wrong password must not be told apart, by the clock either.
        var hash = user?.Password ?? PasswordHash.OfNobody;
        var check = await request.Memory.RememberAsync(
            $"fits {Convert.ToBase64String(hash.Hash)}", () => _slow.TryRun(() => new PasswordCheck(hash.Fits(password)), ofStranger: true, cancellation));
        if (check is null)
        {
            return new Reply.Refused(Busy);
        }

        if (!check.Fits || user is null)
        {
            return new Reply.Refused(new ApiError(ErrorKind.Invalid, "invalid username or password")) { FailedLogin = name.Text };
        }

        return Cidr.Admits(user.Token.BoundCidrs, request.RemoteAddress)
            ? new Reply.Login(user.Token.Grant(name.Text) with
            {
                Metadata = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("username", name.Text),
                Internal = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(NameKey, name.Text),
            })
            : new Reply.Refused(ApiError.PermissionDenied);
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

        var isNew = request.Get(Password).Length > 0;
        if (!isNew && before is null)
        {
            return Reply.Invalid("missing password");
        }

        if ((isNew ? await HashedAsync(request, cancellation) : before!.Password) is not { } password)
        {
            return new Reply.Refused(Busy);
        }

        Put(request, new UserRecord { Password = password, Token = settings });
        return Reply.Done;
    }

    /// <summary>Null when too many wait.</summary>
    private ValueTask<PasswordHash?> HashedAsync(EngineRequest request, CancellationToken cancellation)
    {
        // Read here: the body is gone once nobody waits for the hash any more.
        var password = request.Get(Password);
        return request.Memory.RememberAsync("hash", () => _slow.TryRun(() => PasswordHash.Of(password, _random), ofStranger: false, cancellation));
    }

    private async ValueTask<Reply> WritePasswordAsync(EngineRequest request, CancellationToken cancellation)
    {
        var user = await FindAsync(request.Storage, NameOf(request), cancellation);
        if (user is null)
        {
            return Reply.Invalid("username does not exist");
        }

        if (request.Get(Password).Length == 0)
        {
            return Reply.Invalid("missing password");
        }

        if (await HashedAsync(request, cancellation) is not { } hash)
        {
            return new Reply.Refused(Busy);
        }

        Put(request, user with { Password = hash });
        return Reply.Done;
    }

    private static async ValueTask<Reply> WritePoliciesAsync(EngineRequest request, CancellationToken cancellation)
    {
        var user = await FindAsync(request.Storage, NameOf(request), cancellation);
        if (user is null)
        {
            return Reply.Invalid("username does not exist");
        }

        var merged = TokenSettingsFields.Merge(request, user.Token);
        var canonical = merged.Policies.Select(NameFold.Of).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Put(request, user with { Token = merged with { Policies = [.. canonical] } });
        return Reply.Done;
    }
}
