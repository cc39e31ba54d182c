namespace Coffer.Server.Files;

/// <summary>Reads files that the configuration names, up to a size that no honest one reaches: a device such as <c>/dev/zero</c> has no end.</summary>
internal static class BoundedFile
{
    /// <summary>Largest configuration, key or certificate file, in bytes.</summary>
    public const int BytesMax = 4 * 1024 * 1024;

    /// <exception cref="IOException">It is larger, or cannot be read. The message does not name it.</exception>
    public static byte[] Read(string path)
    {
        byte[]? read;
        try
        {
            read = ReadBounded(path);
        }
        catch (Exception error) when (error is ArgumentException or UnauthorizedAccessException or IOException)
        {
            throw new IOException(FileProblem.Of(error), error);
        }

        return read ?? throw new IOException($"it is larger than {BytesMax} bytes");
    }

    /// <summary>As text in UTF-8.</summary>
    /// <exception cref="IOException">As of <see cref="Read"/>.</exception>
    public static string ReadText(string path) => System.Text.Encoding.UTF8.GetString(Read(path)).TrimStart('\uFEFF');

    /// <summary>Null when it is larger.</summary>
    private static byte[]? ReadBounded(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        using var read = new MemoryStream();
        var piece = new byte[64 * 1024];
        for (var count = file.Read(piece); count > 0; count = file.Read(piece))
        {
            read.Write(piece, 0, count);
            if (read.Length > BytesMax)
            {
                return null;
            }
        }

        return read.ToArray();
    }
}
