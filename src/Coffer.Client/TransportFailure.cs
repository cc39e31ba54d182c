namespace Coffer.Client;

/// <summary>Why no reply came, as far as it decides what to do about it.</summary>
public enum TransportFailure
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>Nobody listens at the address.</summary>
    Refused,

    /// <summary>The host name has no address.</summary>
    UnknownHost,

    /// <summary>The server speaks plain HTTP where TLS was asked for.</summary>
    PlainHttpServer,

    /// <summary>The server's certificate is not trusted, or not for this name.</summary>
    Certificate,

    /// <summary>The proxy could not be reached, or refused.</summary>
    Proxy,

    /// <summary>No reply within the client's timeout.</summary>
    Timeout,
}
