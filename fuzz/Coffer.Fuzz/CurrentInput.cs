using System.IO.MemoryMappedFiles;

namespace Coffer.Fuzz;

/// <summary>The input being run, in a file that survives a process that dies of it: four bytes of length, then the input.</summary>
internal sealed class CurrentInput : IDisposable
{
    private const int BytesMax = 1 << 16;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public CurrentInput(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, BytesMax);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>What a process left that died of it.</summary>
    public static byte[] LeftAt(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.AsSpan(sizeof(int), BitConverter.ToInt32(bytes)).ToArray();
    }

    public void Set(byte[] input)
    {
        var length = Math.Min(input.Length, BytesMax - sizeof(int));
        _view.Write(0, length);
        _view.WriteArray(sizeof(int), input, 0, length);
    }

    public byte[] Get()
    {
        var input = new byte[_view.ReadInt32(0)];
        _view.ReadArray(sizeof(int), input, 0, input.Length);
        return input;
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
