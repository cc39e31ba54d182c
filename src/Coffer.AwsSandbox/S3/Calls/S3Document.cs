using System.Xml.Linq;
using Coffer.Aws.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>The XML document that some requests carry. A document type, deep nesting and unknown elements are refused.</summary>
internal static class S3Document
{
    /// <summary>The root element; a fault of 400 when the body is not a document with this root.</summary>
    public static XElement Of(S3Call call, string root) =>
        XmlRead.Parse(call.Request.Body, CancellationToken.None) is { } found && found.Name.LocalName == root ? found : throw Malformed();

    /// <summary>The child elements, all of which must have this name.</summary>
    public static List<XElement> Only(XElement element, string name)
    {
        var children = element.Elements().ToList();
        return children.All(child => child.Name.LocalName == name) ? children : throw Malformed();
    }

    /// <summary>Throws NotImplemented when there is a child whose name is not among the known ones: it might change what is asked for.</summary>
    public static void Heed(XElement element, params ReadOnlySpan<string> known)
    {
        foreach (var child in element.Elements())
        {
            if (!known.Contains(child.Name.LocalName))
            {
                throw S3Router.NotOffered($"elements of {element.Name.LocalName} other than {string.Join(", ", known)}");
            }
        }
    }

    public static AwsFault Malformed() =>
        new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");
}
