namespace Coffer.AwsSandbox.Wire;

/// <summary>One answer, ready to be sent.</summary>
internal sealed record WireReply(int Status, byte[] Body, string ContentType)
{
    public static readonly byte[] Nothing = [];

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>For HEAD: the length the body would have.</summary>
    public long? ContentLength { get; init; }

    public static WireReply Xml(int status, Xml xml) => new(status, xml.ToBytes(), "text/xml");

    public static WireReply Empty(int status) => new(status, Nothing, "");
}
