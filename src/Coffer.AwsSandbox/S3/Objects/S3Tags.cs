using System.Collections.Immutable;
using System.Xml.Linq;
using Coffer.Aws.Calls;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Policies;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>The tags of an object: at most ten, keys of 1 to 128 characters, values of at most 256.</summary>
internal sealed record S3Tags(ImmutableSortedDictionary<string, string> Pairs)
{
    private const int CountMax = 10;
    private const int KeyMax = 128;
    private const int ValueMax = 256;

    public static S3Tags None { get; } = new(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));

    /// <summary>The tags that a request asks for in <c>x-amz-tagging</c>, written like a query; null without that header.</summary>
    public static S3Tags? OfHeader(S3Call call)
    {
        if (call.Header("x-amz-tagging") is not { } text)
        {
            return null;
        }

        try
        {
            return Of(text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2))
                .Select(pair => (UriText.DecodeText(pair[0]), pair.Length < 2 ? "" : UriText.DecodeText(pair[1]))));
        }
        catch (FormatException)
        {
            throw new AwsFault(400, "InvalidArgument", "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.");
        }
    }

    /// <summary>The tags of a <c>Tagging</c> document.</summary>
    public static S3Tags OfDocument(XElement root)
    {
        var set = S3Document.Only(root, "TagSet") is [var only] ? only : throw S3Document.Malformed();
        return Of(S3Document.Only(set, "Tag").Select(tag => (tag.Text("Key") ?? "", tag.Text("Value") ?? throw S3Document.Malformed())));
    }

    /// <summary>Tells policies about the tags that a request asks for.</summary>
    public void Ask(PolicyRequest request)
    {
        Context.AddTags(request, "s3:RequestObjectTag/", Pairs);
        request.With("s3:RequestObjectTagKeys", Pairs.Keys);
    }

    public void Write(Xml xml)
    {
        xml.Open("TagSet");
        foreach (var (key, value) in Pairs)
        {
            xml.Open("Tag").Text("Key", key).Text("Value", value).Close();
        }

        xml.Close();
    }

    private static S3Tags Of(IEnumerable<(string Key, string Value)> given)
    {
        var tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in given)
        {
            if (key.Length is 0 or > KeyMax || key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase) || !IsText(key))
            {
                throw new AwsFault(400, "InvalidTag", "The TagKey you have provided is invalid");
            }

            if (value.Length > ValueMax || !IsText(value))
            {
                throw new AwsFault(400, "InvalidTag", "The TagValue you have provided is invalid");
            }

            if (tags.ContainsKey(key))
            {
                throw new AwsFault(400, "InvalidTag", "Cannot provide multiple Tags with the same key");
            }

            tags.Add(key, value);
        }

        return tags.Count <= CountMax ? new S3Tags(tags.ToImmutable()) : throw new AwsFault(400, "BadRequest", "Object tags cannot be greater than 10");
    }

    private static bool IsText(string text) => text.All(letter => char.IsLetterOrDigit(letter) || " +-=._:/@".Contains(letter, StringComparison.Ordinal));
}
