namespace Coffer.Policies.Explain;

/// <summary>Whether a token opens anything, and if not, why. Clients never see it in a refusal: it is for explain and the audit log.</summary>
public enum TokenState
{
    /// <summary>Good.</summary>
    Valid,

    /// <summary>None was sent.</summary>
    Missing,

    /// <summary>Never given out here, or ended so long ago that it is forgotten.</summary>
    Unknown,

    /// <summary>Past its end.</summary>
    Expired,

    /// <summary>Being revoked.</summary>
    Revoked,

    /// <summary>Its number of uses is spent.</summary>
    UsedUp,

    /// <summary>A batch token whose parent has ended.</summary>
    ParentEnded,

    /// <summary>Sent from an address that it is not bound to.</summary>
    WrongNetwork,

    /// <summary>The entity behind it is disabled or gone.</summary>
    EntityDisabled,
}
