using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Settings;

namespace Coffer.AwsSandbox.Accounts;

/// <summary>What IAM and STS keep of one account. Everything here is read and written under <see cref="Gate"/>.</summary>
internal sealed class Account
{
    private readonly SandboxOptions _options;

    public Account(SandboxOptions options)
    {
        _options = options;
        Ids = new Ids(options.Random);
        Reset();
    }

    public Lock Gate { get; } = new();

    public Ids Ids { get; }

    public string AccountId => _options.AccountId;

    public int UsersMax => _options.UsersMax;

    public DateTimeOffset Now => _options.Clock.GetUtcNow();

    public string RootArn => $"arn:aws:iam::{AccountId}:root";

    /// <summary>Names are unique without regard to case, and listed in that order.</summary>
    public SortedDictionary<string, User> Users { get; } = new(StringComparer.OrdinalIgnoreCase);

    public SortedDictionary<string, Group> Groups { get; } = new(StringComparer.OrdinalIgnoreCase);

    public SortedDictionary<string, Role> Roles { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Both the account's own and AWS's, by ARN.</summary>
    public SortedDictionary<string, ManagedPolicy> Policies { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, AccessKey> Keys { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Session> Sessions { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, MfaDevice> MfaDevices { get; } = new(StringComparer.Ordinal);

    public TimeSpan KeyPropagationDelay { get; set; }

    /// <summary>Back to the bootstrap key and AWS's managed policies.</summary>
    public void Reset()
    {
        Users.Clear();
        Groups.Clear();
        Roles.Clear();
        Policies.Clear();
        Keys.Clear();
        Sessions.Clear();
        MfaDevices.Clear();
        foreach (var policy in AwsManagedPolicies.All())
        {
            Policies.Add(policy.Arn, policy);
        }

        User? owner = null;
        if (_options.BootstrapUser.Length > 0)
        {
            owner = NewUser(_options.BootstrapUser, "/");
            const string All = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""";
            owner.Inline.Add("everything", new StoredPolicy(All, PolicyDocument.Parse(All, PolicyUse.Identity)));
            Users.Add(owner.Name, owner);
        }

        AddKey(new AccessKey
        {
            Id = _options.Bootstrap.AccessKeyId,
            Secret = _options.Bootstrap.SecretAccessKey,
            Owner = owner,
            Created = Now,
            UsableFrom = DateTimeOffset.MinValue,
        });
    }

    public User NewUser(string name, string path) => new()
    {
        Name = name,
        Path = path,
        Id = Ids.Unique("AIDA"),
        Arn = $"arn:aws:iam::{AccountId}:user{path}{name}",
        Created = Now,
    };

    public void AddKey(AccessKey key)
    {
        Keys.Add(key.Id, key);
        key.Owner?.Keys.Add(key);
    }

    /// <summary>Keeps a session until it ends; those that have ended are dropped as new ones come.</summary>
    public void AddSession(Session session)
    {
        if (Sessions.Count >= 1024 && (Sessions.Count & 1023) == 0)
        {
            var dead = Sessions.Values.Where(old => old.Expires < Now - TimeSpan.FromHours(1)).Select(old => old.AccessKeyId).ToList();
            dead.ForEach(id => Sessions.Remove(id));
        }

        Sessions.Add(session.AccessKeyId, session);
    }

    public Principal PrincipalOf(AccessKey key) => key.Owner is { } user
        ? new Principal { Kind = PrincipalKind.User, Arn = user.Arn, UserId = user.Id, User = user }
        : new Principal { Kind = PrincipalKind.Root, Arn = RootArn, UserId = AccountId };
}
