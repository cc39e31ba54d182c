using Coffer.Kernel.Requests;

namespace Coffer.Kernel.Pipeline;

/// <summary>Departures from the usual envelope.</summary>
internal sealed record ReplyShape
{
    public static ReplyShape Usual { get; } = new();

    /// <summary>The <c>auth</c> block: a token was made or renewed.</summary>
    public AuthInfo? Auth { get; init; }

    /// <summary>Data is repeated at the top level.</summary>
    public bool DataAtTopLevel { get; init; }

    /// <summary>The lease that was renewed.</summary>
    public string LeaseId { get; init; } = "";

    public TimeSpan LeaseDuration { get; init; }

    public bool Renewable { get; init; }

    /// <summary>The true end of the lease or of the token; null where there is neither.</summary>
    public Leases.LeaseEnd? End { get; init; }

    /// <summary>Made by wrapping something given: the reply is only this.</summary>
    public WrapInfo? Wrap { get; init; }

    /// <summary>Instead of 200 or 204.</summary>
    public int? Status { get; init; }

    /// <summary>The fields that the handler looked for, where they are not those of its row; default: those of the row.</summary>
    public System.Collections.Immutable.ImmutableArray<Sdk.Fields.Field> Takes { get; init; }

    /// <summary>The data is the whole body, without an envelope.</summary>
    public bool Bare { get; init; }
}
