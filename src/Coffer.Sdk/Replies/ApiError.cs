using System.Diagnostics;

namespace Coffer.Sdk.Replies;

/// <summary>Why a request was refused: it alone decides the HTTP status.</summary>
public enum ErrorKind
{
    /// <summary>400: the client can correct it.</summary>
    Invalid,

    /// <summary>403: no token, a wrong one, or one without the right.</summary>
    PermissionDenied,

    /// <summary>404: nothing is there.</summary>
    NotFound,

    /// <summary>405: the path is there, the operation is not.</summary>
    Unsupported,

    /// <summary>413: the body is larger than the listener takes.</summary>
    TooLarge,

    /// <summary>415: PATCH needs a merge patch.</summary>
    UnsupportedMediaType,

    /// <summary>429: a quota is used up.</summary>
    RateLimited,

    /// <summary>500: ours.</summary>
    Internal,

    /// <summary>502: the system behind the engine is throttling.</summary>
    UpstreamRateLimited,

    /// <summary>503: sealed, or the store is away.</summary>
    Unavailable,
}

/// <summary>A refusal as the client will see it.</summary>
/// <param name="Messages">
/// Sent to the client as they stand: never a secret, a token or a storage key. May be empty: a 404 without a word is how Vault says "nothing here".
/// </param>
public sealed record ApiError(ErrorKind Kind, params IReadOnlyList<string> Messages)
{
    /// <summary>What Vault's clients match on, so the text is part of the wire format.</summary>
    public static readonly ApiError PermissionDenied = new(ErrorKind.PermissionDenied, "permission denied");

    /// <summary>Nothing is stored there.</summary>
    public static readonly ApiError NothingThere = new(ErrorKind.NotFound);

    /// <summary>The one place where a kind becomes a status.</summary>
    public static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => 400,
        ErrorKind.PermissionDenied => 403,
        ErrorKind.NotFound => 404,
        ErrorKind.Unsupported => 405,
        ErrorKind.TooLarge => 413,
        ErrorKind.UnsupportedMediaType => 415,
        ErrorKind.RateLimited => 429,
        ErrorKind.Internal => 500,
        ErrorKind.UpstreamRateLimited => 502,
        ErrorKind.Unavailable => 503,
        _ => throw new UnreachableException($"error kind {kind} has no status"),
    };

    public int Status => StatusOf(Kind);
}
