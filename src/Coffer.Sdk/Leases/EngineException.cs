using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Leases;

/// <summary>What a failure at an outside system means for trying again.</summary>
public enum FailureClass
{
    /// <summary>Throttling, network, a server error there: trying again later helps, and never uses up attempts.</summary>
    Transient,

    /// <summary>The other system said that it throttles: transient, and 502 for the client.</summary>
    Throttled,

    /// <summary>Access denied, a conflict made by hand: waits for an operator, visibly.</summary>
    NeedsOperator,

    /// <summary>The request itself is wrong: trying again does not help.</summary>
    Invalid,
}

/// <summary>An outside system refused or could not be reached.</summary>
public sealed class EngineException : Exception
{
    /// <param name="message">For the client and the operator: the call, the code, the remedy. Never a secret.</param>
    public EngineException(FailureClass failure, string message, Exception? cause = null)
        : base(message, cause)
    {
        Failure = failure;
        Unsettled = failure == FailureClass.Transient;
    }

    public EngineException()
    {
    }

    public EngineException(string message)
        : base(message)
    {
    }

    public EngineException(string message, Exception cause)
        : base(message, cause)
    {
    }

    public FailureClass Failure { get; }

    /// <summary>
    /// A call got no answer and may still be carried out, so that "not there" does not mean "never made". True for <see cref="FailureClass.Transient"/>
    /// unless the engine knows that nothing was sent, and to be set for every other failure that follows a call without an answer.
    /// </summary>
    public bool Unsettled { get; init; }

    /// <summary>
    /// Of a creation: it is certain that nothing was made, so the lease is removed without a revocation. To be set only when no call of this creation that
    /// could have made something was carried out or may still be: none was sent, or the first one was refused, and no attempt of it had an unknown outcome.
    /// </summary>
    public bool NothingMade { get; init; }

    /// <summary>The kind of error that the client gets.</summary>
    public ErrorKind Kind => Failure == FailureClass.Throttled ? ErrorKind.UpstreamRateLimited : ErrorKind.Invalid;
}
