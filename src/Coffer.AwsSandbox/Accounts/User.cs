using Coffer.Aws.Policies;

namespace Coffer.AwsSandbox.Accounts;

/// <summary>A policy document as given and as read.</summary>
internal sealed record StoredPolicy(string Text, PolicyDocument Document);

/// <summary>What users, groups and roles share: a name, a path, and policies.</summary>
internal abstract class PolicyHolder
{
    public required string Name { get; init; }

    public required string Path { get; init; }

    public required string Id { get; init; }

    public required string Arn { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Keys are compared without regard to case, as AWS does.</summary>
    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.OrdinalIgnoreCase);

    public SortedDictionary<string, StoredPolicy> Inline { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, ManagedPolicy> Attached { get; } = new(StringComparer.Ordinal);

    public ManagedPolicy? Boundary { get; set; }

    /// <summary>As it is written in action names: User, Group or Role.</summary>
    public abstract string Kind { get; }

    /// <summary>Characters of all inline policies together, white space not counted.</summary>
    public abstract int InlineMax { get; }

    public IEnumerable<PolicyDocument> OwnPolicies =>
        Inline.Values.Select(policy => policy.Document).Concat(Attached.Values.Select(policy => policy.Current.Document));
}

internal sealed class User : PolicyHolder
{
    public override string Kind => "User";

    public override int InlineMax => 2048;

    public List<AccessKey> Keys { get; } = [];

    public SortedDictionary<string, Group> Groups { get; } = new(StringComparer.OrdinalIgnoreCase);

    public LoginProfile? Login { get; set; }

    public List<MfaDevice> MfaDevices { get; } = [];

    public List<UserCredential> SshKeys { get; } = [];

    public List<UserCredential> Certificates { get; } = [];

    public List<UserCredential> ServiceCredentials { get; } = [];

    public IEnumerable<PolicyDocument> AllPolicies => OwnPolicies.Concat(Groups.Values.SelectMany(group => group.OwnPolicies));
}

internal sealed class Group : PolicyHolder
{
    public override string Kind => "Group";

    public override int InlineMax => 5120;

    public SortedDictionary<string, User> Members { get; } = new(StringComparer.OrdinalIgnoreCase);
}

internal sealed class Role : PolicyHolder
{
    public override string Kind => "Role";

    public override int InlineMax => 10240;

    public required StoredPolicy Trust { get; set; }

    public string Description { get; set; } = "";

    public int MaxSessionSeconds { get; set; } = 3600;
}

/// <summary>A managed policy with its versions.</summary>
internal sealed class ManagedPolicy
{
    public required string Name { get; init; }

    public required string Path { get; init; }

    public required string Id { get; init; }

    public required string Arn { get; init; }

    public required DateTimeOffset Created { get; init; }

    public string Description { get; init; } = "";

    public DateTimeOffset Updated { get; set; }

    public int LastVersion { get; set; } = 1;

    public string DefaultVersion { get; set; } = "v1";

    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, PolicyVersion> Versions { get; } = new(StringComparer.Ordinal);

    public int AttachmentCount { get; set; }

    public int BoundaryCount { get; set; }

    /// <summary>AWS's own policies cannot be changed or deleted.</summary>
    public bool IsAwsManaged => Arn.StartsWith("arn:aws:iam::aws:", StringComparison.Ordinal);

    public StoredPolicy Current => Versions[DefaultVersion].Policy;
}

internal sealed record PolicyVersion(string Id, StoredPolicy Policy, DateTimeOffset Created);

internal sealed class AccessKey
{
    public required string Id { get; init; }

    public required string Secret { get; init; }

    /// <summary>Null for a key of the account's root.</summary>
    public required User? Owner { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Until then the key is not known to the services yet.</summary>
    public required DateTimeOffset UsableFrom { get; init; }

    public bool Active { get; set; } = true;

    public KeyUse? LastUse { get; set; }
}

internal sealed record KeyUse(DateTimeOffset Time, string Service, string Region);

internal sealed class LoginProfile
{
    public required DateTimeOffset Created { get; init; }

    public bool ResetRequired { get; set; }
}

internal sealed class MfaDevice
{
    public required string Serial { get; init; }

    /// <summary>The shared secret in base 32; codes are checked against it where a session asks for one.</summary>
    public required string Seed { get; init; }

    public required bool IsVirtual { get; init; }

    public User? Owner { get; set; }

    public DateTimeOffset? Enabled { get; set; }
}

/// <summary>An SSH key, signing certificate or service-specific credential: what IAM keeps beside access keys.</summary>
internal sealed record UserCredential(string Id, string Body, string Detail, DateTimeOffset Uploaded)
{
    public bool Active { get; set; } = true;
}
