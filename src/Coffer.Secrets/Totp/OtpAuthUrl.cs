using System.Globalization;
using System.Text;

namespace Coffer.Secrets.Totp;

/// <summary>Urls of the form <c>otpauth://totp/ISSUER:ACCOUNT?secret=KEY&amp;issuer=ISSUER</c>, in which authenticators take keys.</summary>
internal static class OtpAuthUrl
{
    /// <summary>The longest url that is read, in characters.</summary>
    public const int LengthMax = 4096;

    private const string Start = "otpauth://totp/";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The url of a key, in ASCII.</summary>
    public static string Of(TotpKey key) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Start}{Uri.EscapeDataString(key.Issuer)}:{Uri.EscapeDataString(key.AccountName)}?algorithm={key.Algorithm}&digits={key.Digits}&issuer={Uri.EscapeDataString(key.Issuer)}&period={key.Period}&secret={Base32.Encode(key.Secret)}");

    /// <summary>Reads a url. What it says wins over the fields beside it; account and key are never taken from those.</summary>
    /// <param name="beside">What the fields say.</param>
    /// <param name="problem">Why it is refused, without repeating any of it; empty when it is not.</param>
    public static KeyInput Read(string url, KeyInput beside, out string problem)
    {
        problem = "the url value is not valid: expected otpauth://totp/ISSUER:ACCOUNT?secret=KEY";
        if (url.Length > LengthMax || !url.StartsWith(Start, StringComparison.OrdinalIgnoreCase) || url.Contains('#', StringComparison.Ordinal))
        {
            return beside;
        }

        var question = url.IndexOf('?', StringComparison.Ordinal);
        var label = Decode(question < 0 ? url[Start.Length..] : url[Start.Length..question]);
        if (label is null || ParametersOf(question < 0 ? "" : url[(question + 1)..]) is not { } parameters)
        {
            return beside;
        }

        problem = "";
        var colon = label.IndexOf(':', StringComparison.Ordinal);
        return beside with
        {
            Key = parameters.GetValueOrDefault("secret", ""),
            Issuer = parameters.GetValueOrDefault("issuer") ?? (colon >= 0 ? label[..colon] : beside.Issuer),
            AccountName = label[(colon + 1)..],
            Algorithm = parameters.GetValueOrDefault("algorithm", beside.Algorithm),
            Digits = NumberOf(parameters, "digits", beside.Digits, ref problem),
            Period = NumberOf(parameters, "period", beside.Period, ref problem),
        };
    }

    /// <summary>The parameters that have a value; null when one is named twice or cannot be decoded. As in Vault, <c>Secret</c> is another one than <c>secret</c>.</summary>
    private static Dictionary<string, string>? ParametersOf(string query)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0
                || Decode(part[..equals].Replace('+', ' ')) is not { } name
                || Decode(part[(equals + 1)..].Replace('+', ' ')) is not { } value
                || !parameters.TryAdd(name, value))
            {
                return null;
            }
        }

        return parameters.Where(parameter => parameter.Value.Length > 0).ToDictionary(StringComparer.Ordinal);
    }

    private static long NumberOf(Dictionary<string, string> parameters, string name, long beside, ref string problem)
    {
        if (!parameters.TryGetValue(name, out var text))
        {
            return beside;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            problem = $"an error occurred while parsing {name} value in url";
        }

        return number;
    }

    /// <summary>Null when a percent sign begins no byte, or the bytes are not UTF-8.</summary>
    private static string? Decode(string text)
    {
        var bytes = new List<byte>(text.Length);
        try
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '%')
                {
                    var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                    bytes.AddRange(Strict.GetBytes(text, i, length));
                    i += length - 1;
                }
                else if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
                {
                    bytes.Add(Convert.FromHexString(text.AsSpan(i + 1, 2))[0]);
                    i += 2;
                }
                else
                {
                    return null;
                }
            }

            return Strict.GetString([.. bytes]);
        }
        catch (ArgumentException)
        {
            // Half a letter, or bytes that are no letter.
            return null;
        }
    }
}
