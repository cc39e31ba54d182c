using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>S3's answers in XML.</summary>
internal static class S3Answer
{
    public const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    public static WireReply Of(string root, Action<Xml> write)
    {
        var xml = new Xml().Open(root, Namespace);
        write(xml);
        xml.Close();
        return new WireReply(200, xml.ToBytes(), "application/xml");
    }
}
