namespace Coffer.Outbound;

/// <summary>A host leads to an address that the server does not connect to. The message names neither, since a client may have sent them.</summary>
public sealed class ForbiddenAddressException : IOException
{
    public ForbiddenAddressException()
        : base("the host leads to a link-local or metadata address, to which the server does not connect; name another host, or set allow_link_local_endpoints in the server's configuration")
    {
    }

    public ForbiddenAddressException(string message)
        : base(message)
    {
    }

    public ForbiddenAddressException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
