
namespace Coffer.Audit.Chain;

/// <summary>One line of an audit log, as it is known outside the log: with it one can tell whether a file still holds that line and every line before it.</summary>
/// <param name="Seq">From 1.</param>
/// <param name="Hash">SHA-256 of the line in lower-case hex.</param>
public sealed record AuditMark(long Seq, string Hash)
{
    /// <summary>Reads <c>SEQ:HASH</c>.</summary>
    public static bool TryParse(string text, out AuditMark mark)
    {
        mark = new AuditMark(0, "");
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !long.TryParse(text.AsSpan(0, colon), System.Globalization.NumberStyles.None, null, out var seq) || seq == 0)
        {
            return false;
        }

        var hash = text[(colon + 1)..];
        mark = new AuditMark(seq, hash);
        return hash.Length == LineHash.HexCharacters && hash.All(char.IsAsciiHexDigitLower);
    }
}
