namespace Coffer.Kernel.Requests;

/// <summary>Who sends a request, as far as it decides how much of its body is taken in.</summary>
public enum BodySender
{
    /// <summary>The request will be refused whatever its body says: its path needs a token, and it has no good one.</summary>
    Refused,

    /// <summary>The path needs no token and the request has no good one, as with a login.</summary>
    Stranger,

    /// <summary>The request initialises a server for the first time: PGP keys for all shares come with it, before there is any token.</summary>
    Initializer,

    /// <summary>The request has a good token.</summary>
    TokenHolder,
}
