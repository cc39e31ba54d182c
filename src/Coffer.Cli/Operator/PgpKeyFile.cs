using System.Text;
using System.Text.Json.Nodes;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;

namespace Coffer.Cli.Operator;

/// <summary>Files of PGP public keys, armored, binary or in base64, as the API takes them: the binary key in base64.</summary>
internal static class PgpKeyFile
{
    private const string Keybase = "keybase:";
    private const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    private const string End = "-----END PGP PUBLIC KEY BLOCK-----";
    private const int PrivateKeyTag = 5;
    private const int PublicKeyTag = 6;

    /// <summary>
    /// Refuses a flag that was given and names no file, as an unset variable of a shell leaves it: without a key the shares or the token would come in
    /// the clear, against what was asked for.
    /// </summary>
    /// <param name="flag">A file, or with <paramref name="isList"/> a comma list of them.</param>
    /// <param name="isList">Whether each entry of a comma list has to name a file.</param>
    public static void RefuseEmpty(TextFlag flag, bool isList = false)
    {
        if (!flag.IsSet)
        {
            return;
        }

        if (NameOf(flag.Value).Length == 0)
        {
            throw CliException.Local($"-{flag.Name} is empty: name {(isList ? "one file of a PGP public key for each share" : "the file of a PGP public key")}, or leave the flag out to get {(isList ? "the shares" : "the token")} without PGP");
        }

        if (isList && flag.Value.Split(',').Any(file => NameOf(file).Length == 0))
        {
            throw CliException.Local($"-{flag.Name} has an empty entry: name one file of a PGP public key for each share, with one comma between two");
        }
    }

    /// <summary>The keys in the files of a comma list; null for a flag that was not given.</summary>
    public static JsonArray? ReadAll(TextFlag files) =>
        files.IsSet ? new JsonArray([.. files.Value.Split(',').Select(file => (JsonNode)Read(file))]) : null;

    /// <summary>The key in the file that a flag names; empty for a flag that was not given.</summary>
    public static string ReadOne(TextFlag file) => file.IsSet ? Read(file.Value) : "";

    /// <summary>The key in a file; an <c>@</c> before the name does not count.</summary>
    private static string Read(string file)
    {
        var name = NameOf(file);
        if (name.StartsWith(Keybase, StringComparison.OrdinalIgnoreCase))
        {
            throw CliException.Local("error reading PGP key: Keybase is not asked for keys; save the public key to a file, and name that");
        }

        try
        {
            var key = Binary(TextSource.BytesOfFile(name));
            return Tag(key) switch
            {
                PublicKeyTag => Convert.ToBase64String(key),
                PrivateKeyTag => throw new FormatException($"{name} holds a private key, which must not leave its owner; export the public key"),
                _ => throw new FormatException($"{name} holds no PGP public key"),
            };
        }
        catch (FormatException error)
        {
            throw CliException.Local($"error reading PGP key: {error.Message}");
        }
    }

    private static string NameOf(string entry) => entry.Trim().TrimStart('@');

    private static byte[] Binary(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes).Trim();
        if (text.StartsWith("-----BEGIN PGP PRIVATE", StringComparison.Ordinal))
        {
            return [0x80 | (PrivateKeyTag << 2)];
        }

        if (text.StartsWith(Begin, StringComparison.Ordinal))
        {
            return Armored(text);
        }

        var decoded = new byte[text.Length];
        return Convert.TryFromBase64String(text, decoded, out var count) ? decoded[..count] : bytes;
    }

    // Headers up to an empty line, base64, and a checksum behind "=" that the server's own parsing makes needless.
    private static byte[] Armored(string text)
    {
        var end = text.IndexOf(End, StringComparison.Ordinal);
        if (end < 0 || text[(end + End.Length)..].Contains(Begin, StringComparison.Ordinal))
        {
            throw new FormatException(end < 0 ? "the armored key has no end" : "more than one key in one file; each needs a file of its own");
        }

        var lines = text[Begin.Length..end].Split('\n').Select(line => line.Trim()).Skip(1).ToList();
        var body = lines.SkipWhile(line => line.Contains(':', StringComparison.Ordinal)).Where(line => line.Length > 0 && line[0] != '=');
        return Convert.FromBase64String(string.Concat(body));
    }

    // RFC 4880, 4.2: the tag of the first packet, in the new format or the old.
    private static int Tag(byte[] key) => key is not [>= 0x80 and var first, ..] ? 0 : (first & 0x40) != 0 ? first & 0x3f : (first & 0x3c) >> 2;
}
