namespace Coffer.Aws.Calls;

/// <summary>What a failed call means to its caller. Callers decide by this, never by the text of a message.</summary>
public enum AwsErrorKind
{
    /// <summary>An answer that fits nothing below, or could not be read.</summary>
    Unknown,

    /// <summary>AWS asks to slow down. Nothing has happened; safe to repeat later.</summary>
    Throttled,

    /// <summary>No answer: name, connection, TLS, timeout. Whether the call took effect is unknown.</summary>
    Network,

    /// <summary>The named thing does not exist. For a removal that is success.</summary>
    NotFound,

    /// <summary>The credentials are not accepted, or not allowed to do this. An operator has to act.</summary>
    AccessDenied,

    /// <summary>A quota of the account or of the entity is used up.</summary>
    LimitExceeded,

    /// <summary>It exists already, other things depend on it, or it is being changed at this moment.</summary>
    Conflict,

    /// <summary>AWS refuses the parameters; repeating the same call is pointless.</summary>
    InvalidInput,

    /// <summary>A failure inside AWS. Whether the call took effect is unknown.</summary>
    Server,
}
