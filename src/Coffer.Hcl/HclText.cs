using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Coffer.Hcl;

/// <summary>
/// Reads HCL 1, the language of Vault's policies and configuration, or its JSON form: a text whose first character after
/// white space is <c>{</c> is JSON. Both give the same tree. Reading is bounded by <see cref="HclLimits"/> and has no side effect.
/// </summary>
public static class HclText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    /// <summary>Reads a text.</summary>
    /// <exception cref="HclException">It is not HCL, or exceeds a limit.</exception>
    public static HclObject Parse(string text, HclLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        limits ??= HclLimits.Default;
        RefuseLarge(Utf8.GetByteCount(text), limits);
        RefuseHalfCharacters(text);
        return ParseChecked(text, limits);
    }

    /// <summary>Reads a text in UTF-8; bytes that are not UTF-8 are refused.</summary>
    /// <exception cref="HclException">It is not HCL, or exceeds a limit.</exception>
    public static HclObject Parse(ReadOnlySpan<byte> utf8, HclLimits? limits = null)
    {
        limits ??= HclLimits.Default;
        RefuseLarge(utf8.Length, limits);
        if (!Utf8Validity(utf8, out var valid))
        {
            throw new HclException(Scanner.EndOf(Utf8.GetString(utf8[..valid])), "bytes that are not UTF-8");
        }

        return ParseChecked(Utf8.GetString(utf8), limits);
    }

    /// <summary>Reads a text; false and the error when it cannot be read.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out HclObject? root, [NotNullWhen(false)] out HclException? error, HclLimits? limits = null)
    {
        try
        {
            root = Parse(text, limits);
            error = null;
            return true;
        }
        catch (HclException refused)
        {
            root = null;
            error = refused;
            return false;
        }
    }

    private static HclObject ParseChecked(string text, HclLimits limits)
    {
        var scanner = new Scanner(text);
        scanner.SkipByteOrderMark();
        return scanner.LooksLikeJson() ? new JsonParser(Utf8.GetBytes(text.TrimStart('\uFEFF')), limits).Parse() : new HclParser(scanner, limits).Parse();
    }

    private static void RefuseLarge(int bytes, HclLimits limits)
    {
        if (bytes > limits.TextBytesMax)
        {
            throw new HclException(new HclPosition(1, 1), $"the text has {bytes} bytes, more than the {limits.TextBytesMax} allowed");
        }
    }

    private static void RefuseHalfCharacters(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
            {
                throw new HclException(Scanner.EndOf(text[..i]), "half of a surrogate pair, which is no character");
            }

            i++;
        }
    }

    private static bool Utf8Validity(ReadOnlySpan<byte> utf8, out int validBytes)
    {
        validBytes = utf8.Length;
        if (System.Text.Unicode.Utf8.IsValid(utf8))
        {
            return true;
        }

        for (var i = 0; i < utf8.Length;)
        {
            if (Rune.DecodeFromUtf8(utf8[i..], out _, out var used) != OperationStatus.Done)
            {
                validBytes = i;
                return false;
            }

            i += used;
        }

        return true;
    }
}
