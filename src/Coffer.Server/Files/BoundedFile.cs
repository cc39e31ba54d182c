namespace Coffer.Server.Files;

/// <summary>Reads files that the configuration names, up to a size that no honest one reaches: a device such as <c>/dev/zero</c> has no end.</summary>
internal static class BoundedFile
{
    /// <summary>Largest configuration, key or certificate file, in bytes.</summary>
    public const int BytesMax = 4 * 1024 * 1024;

    /// <exception cref="IOException">It is larger, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        using var read = new MemoryStream();
        var piece = new byte[64 * 1024];
        for (var count = file.Read(piece); count > 0; count = file.Read(piece))
        {
            read.Write(piece, 0, count);
            if (read.Length > BytesMax)
            {
                throw new IOException($"it is larger than {BytesMax} bytes");
            }
        }

        return read.ToArray();
    }

    /// <summary>As text in UTF-8.</summary>
    /// <exception cref="IOException">It is larger, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string ReadText(string path) => System.Text.Encoding.UTF8.GetString(Read(path)).TrimStart('\uFEFF');
}
