using System.Text;

namespace Coffer.Aws.Signing;

/// <summary>How the path of a request becomes the canonical one.</summary>
internal enum SigV4PathRule
{
    /// <summary>Dot segments and doubled slashes removed, then encoded once more. Every service but S3.</summary>
    Standard,

    /// <summary>As it is, then encoded once more.</summary>
    Unnormalised,

    /// <summary>As it is, each byte encoded exactly once: an S3 key may hold <c>//</c> and <c>..</c>.</summary>
    S3,
}

/// <summary>The canonical request of Signature Version 4.</summary>
internal static class SigV4Canonical
{
    public static SigV4PathRule RuleOf(string service) =>
        service is "s3" or "s3express" or "s3-outposts" or "s3-object-lambda" ? SigV4PathRule.S3 : SigV4PathRule.Standard;

    /// <summary>Throws <see cref="FormatException"/> when path or query hold a broken escape.</summary>
    public static string Request(SigV4Request request, IReadOnlyList<string> signedHeaders, SigV4PathRule rule)
    {
        var text = new StringBuilder(512);
        text.Append(request.Method).Append('\n');
        text.Append(Path(request.RawPath, rule)).Append('\n');
        text.Append(Query(request.RawQuery)).Append('\n');
        foreach (var name in signedHeaders)
        {
            text.Append(name).Append(':').Append(HeaderValue(request, name)).Append('\n');
        }

        text.Append('\n').AppendJoin(';', signedHeaders).Append('\n').Append(request.PayloadHash);
        return text.ToString();
    }

    public static string Path(string rawPath, SigV4PathRule rule)
    {
        var path = rawPath.Length == 0 ? "/" : rawPath;
        return rule switch
        {
            SigV4PathRule.S3 => UriText.Encode(UriText.Decode(path, plusIsSpace: false), keepSlash: true),
            SigV4PathRule.Standard => UriText.Encode(Normalise(path), keepSlash: true),
            _ => UriText.Encode(path, keepSlash: true),
        };
    }

    /// <summary>Each name and value decoded and encoded again, then ordered by name and by value, byte for byte.</summary>
    public static string Query(string rawQuery)
    {
        if (rawQuery.Length == 0)
        {
            return "";
        }

        var pairs = new List<(string Name, string Value)>();
        foreach (var part in rawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals];
            if (name == "X-Amz-Signature")
            {
                continue;
            }

            var value = equals < 0 ? "" : part[(equals + 1)..];
            pairs.Add((UriText.Encode(UriText.Decode(name, plusIsSpace: true)), UriText.Encode(UriText.Decode(value, plusIsSpace: true))));
        }

        pairs.Sort(static (a, b) =>
        {
            var byName = string.CompareOrdinal(a.Name, b.Name);
            return byName != 0 ? byName : string.CompareOrdinal(a.Value, b.Value);
        });
        return string.Join('&', pairs.Select(pair => $"{pair.Name}={pair.Value}"));
    }

    /// <summary>The values of one header: trimmed, runs of blanks made one, several values joined by commas in the order received.</summary>
    private static string HeaderValue(SigV4Request request, string name)
    {
        var text = new StringBuilder();
        var first = true;
        foreach (var header in request.Headers)
        {
            if (!string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (!first)
            {
                text.Append(',');
            }

            first = false;
            AppendSqueezed(text, header.Value);
        }

        return text.ToString();
    }

    private static void AppendSqueezed(StringBuilder text, string value)
    {
        var blank = false;
        foreach (var letter in value.AsSpan().Trim())
        {
            if (char.IsWhiteSpace(letter))
            {
                blank = true;
                continue;
            }

            if (blank)
            {
                text.Append(' ');
                blank = false;
            }

            text.Append(letter);
        }
    }

    private static string Normalise(string path)
    {
        var kept = new List<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                if (kept.Count > 0)
                {
                    kept.RemoveAt(kept.Count - 1);
                }
            }
            else if (segment != ".")
            {
                kept.Add(segment);
            }
        }

        var closing = kept.Count > 0 && path.EndsWith('/') ? "/" : "";
        return $"/{string.Join('/', kept)}{closing}";
    }
}
