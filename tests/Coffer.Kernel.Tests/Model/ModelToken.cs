namespace Coffer.Kernel.Tests.Model;

/// <summary>A token as the model sees it. Zero durations and uses mean: none set.</summary>
internal sealed class ModelToken(string text, string accessor)
{
    public string Text => text;

    public string Accessor => accessor;

    public bool IsRoot { get; init; }

    /// <summary>Stored nowhere: it ends with its parent or its time, and nothing else ends it.</summary>
    public bool IsBatch { get; init; }

    public ModelToken? Parent { get; set; }

    public IReadOnlySet<string> Policies { get; init; } = new HashSet<string>();

    public int UsesLeft { get; set; }

    public bool HasUses { get; init; }

    public bool Renewable { get; init; }

    public DateTimeOffset Issued { get; init; }

    public DateTimeOffset Ends { get; set; } = DateTimeOffset.MaxValue;

    public TimeSpan LastTtl { get; set; }

    public TimeSpan Period { get; init; }

    public TimeSpan ExplicitMax { get; init; }

    public string? Role { get; init; }

    public bool Alive { get; set; } = true;
}

/// <summary>A token role: the lesser of it and the request holds.</summary>
internal sealed record ModelRole(TimeSpan Period, TimeSpan ExplicitMax, int Uses, bool Orphan, bool Renewable);

/// <summary>A mount of the fake engine, wherever it is mounted.</summary>
internal sealed class ModelMount
{
    public TimeSpan Default { get; set; } = ServerModel.SystemMax;

    public TimeSpan Max { get; set; } = ServerModel.SystemMax;

    public Dictionary<string, string> Items { get; } = [];
}

/// <summary>A lease of a secret, and so the secret.</summary>
internal sealed class ModelLease(string id, ModelMount mount, ModelToken owner)
{
    public string Id => id;

    public ModelMount Mount => mount;

    public ModelToken Owner => owner;

    public DateTimeOffset Issued { get; init; }

    public DateTimeOffset Ends { get; set; }

    public bool Alive { get; set; } = true;
}
