using System.Buffers;

namespace Coffer.AwsSandbox.Wire;

/// <summary>One answer, ready to be sent.</summary>
internal sealed record WireReply(int Status, ReadOnlySequence<byte> Body, string ContentType)
{
    public WireReply(int status, byte[] body, string contentType)
        : this(status, new ReadOnlySequence<byte>(body), contentType)
    {
    }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>For HEAD: the length the body would have.</summary>
    public long? ContentLength { get; init; }

    public static WireReply Xml(int status, Xml xml) => new(status, xml.ToBytes(), "text/xml");

    public static WireReply Empty(int status) => new(status, ReadOnlySequence<byte>.Empty, "");
}
