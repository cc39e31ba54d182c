using Coffer.AwsSandbox.Settings;

namespace Coffer.AwsSandbox.Accounts;

/// <summary>Makes ids and secrets in the shapes that AWS gives them.</summary>
internal sealed class Ids(SandboxRandom random)
{
    private const string IdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string SecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private const string UploadAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

    /// <summary>A prefix such as <c>AIDA</c> and 17 characters.</summary>
    public string Unique(string prefix) => prefix + Text(IdAlphabet, 17);

    /// <summary>A prefix such as <c>AKIA</c> and 16 characters.</summary>
    public string AccessKeyId(string prefix) => prefix + Text(IdAlphabet, 16);

    /// <summary>40 characters, 240 random bits.</summary>
    public string Secret() => Text(SecretAlphabet, 40);

    /// <summary>Opaque text that begins as AWS's own does.</summary>
    public string SessionToken() => "FwoGZXIvYXdzE" + Text(SecretAlphabet, 243);

    /// <summary>96 characters that need no escape in a URL.</summary>
    public string UploadId() => Text(UploadAlphabet, 96);

    public string RequestId()
    {
        Span<byte> bytes = stackalloc byte[16];
        random(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        random(bytes);
        return bytes;
    }

    public string Base32(int length) => Text(IdAlphabet, length);

    /// <summary>Each alphabet has a power of two of letters, so a remainder favours none.</summary>
    private string Text(string alphabet, int length) =>
        string.Create(length, (random, alphabet), static (span, state) =>
        {
            Span<byte> bytes = stackalloc byte[256];
            var used = bytes[..span.Length];
            state.random(used);
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = state.alphabet[used[i] % state.alphabet.Length];
            }
        });
}
