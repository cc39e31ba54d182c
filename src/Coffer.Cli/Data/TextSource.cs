using System.Text;
using System.Text.Unicode;

namespace Coffer.Cli.Data;

/// <summary>
/// Text of files and of standard input, as it is: a byte order mark is part of it. What is sent is JSON, which holds text, so bytes that are not UTF-8
/// are refused; they would be stored as something else. Every failure is a <see cref="FormatException"/> that says what to do.
/// </summary>
internal static class TextSource
{
    public const char ByteOrderMark = '\ufeff';

    /// <summary>More than a server takes, and few enough that none of it exhausts this machine.</summary>
    private const int BytesMax = 256 * 1024 * 1024;

    /// <summary>More than any password or token has.</summary>
    private const int LineBytesMax = 64 * 1024;

    /// <summary>The text of a file, which may be a pipe.</summary>
    /// <exception cref="FormatException">It cannot be read, is too long, or is not UTF-8.</exception>
    public static string OfFile(string path) => Decoded(BytesOfFile(path), path);

    /// <summary>The bytes of a file, which may be a pipe.</summary>
    /// <exception cref="FormatException">It cannot be read, or is too long.</exception>
    public static byte[] BytesOfFile(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return ReadAll(stream, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new FormatException(Reason(error, path));
        }
    }

    /// <summary>All that is left of a stream.</summary>
    /// <param name="stream">Where it comes from.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="FormatException">It cannot be read, is too long, or is not UTF-8.</exception>
    public static string Of(Stream stream, string name) => Decoded(ReadAll(stream, name), name);

    /// <summary>The first line of a stream, without its end; what is behind it stays unread.</summary>
    /// <exception cref="FormatException">It is too long, or is not UTF-8.</exception>
    public static string FirstLineOf(Stream stream, string name)
    {
        using var line = new MemoryStream();
        for (int letter; (letter = stream.ReadByte()) is >= 0 and not '\n';)
        {
            if (line.Length == LineBytesMax)
            {
                throw new FormatException($"the first line of {name} is longer than {LineBytesMax / 1024} KiB");
            }

            line.WriteByte((byte)letter);
        }

        return Decoded(line.GetBuffer().AsSpan(0, (int)line.Length), name);
    }

    /// <summary>The text without a byte order mark: for documents, where it says how they are encoded, and is no part of a value.</summary>
    public static string AsDocument(string text) => text.TrimStart(ByteOrderMark);

    private static byte[] ReadAll(Stream stream, string name)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            if (copy.Length + count > BytesMax)
            {
                throw new FormatException($"{name} is longer than {BytesMax / 1024 / 1024} MiB, which no request can hold");
            }

            copy.Write(buffer, 0, count);
        }

        return copy.ToArray();
    }

    private static string Decoded(ReadOnlySpan<byte> bytes, string name)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var remedy = bytes.StartsWith<byte>([0xff, 0xfe]) || bytes.StartsWith<byte>([0xfe, 0xff])
            ? "it looks like UTF-16: save it as UTF-8"
            : "text is saved as UTF-8, and other bytes are sent in base64, such as with: base64 -w0 FILE";
        throw new FormatException($"{name} is not UTF-8 text; {remedy}");
    }

    private static string Reason(Exception error, string path) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"open {path}: no such file or directory",
        _ when Directory.Exists(path) => $"read {path}: is a directory",
        UnauthorizedAccessException => $"open {path}: permission denied",
        _ => $"{path}: {error.Message}",
    };
}
