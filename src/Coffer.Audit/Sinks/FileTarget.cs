using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Audit.Sinks;

/// <summary>Writes bytes at a place of a file, all of them or an exception.</summary>
internal delegate void FileWrite(SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset);

/// <summary>Lines at the end of a file, which may be moved away or removed under way: then a new one is made at its path.</summary>
/// <param name="write">How bytes are written; tests let it fail.</param>
/// <param name="onRemoved">Hears that the file was removed while it was open.</param>
internal sealed class FileTarget(
    AuditDeviceOptions options, AuditBounds bounds, TimeProvider clock, FileWrite? write = null, Action? onRemoved = null) : ILineTarget
{
    private readonly FileWrite _write = write ?? ((file, bytes, offset) => RandomAccess.Write(file, bytes.Span, offset));
    private FileStream? _file;
    private string _path = "";
    private long _end;
    private bool _torn;
    private long _checkedAt;
    private bool _reopen;
    private bool _removed;

    public bool Prepare(AuditChain chain, Action leave)
    {
        var asked = Interlocked.Exchange(ref _reopen, false);
        if (_file is not null && FileLinks.Of(_file.SafeFileHandle) == 0)
        {
            // What would be signed in it is lost as well.
            Abandon();
            _removed = true;
            onRemoved?.Invoke();
        }

        if (_file is not null && (asked || !IsStillThere()))
        {
            leave();
            Abandon();
        }

        var same = false;
        if (_file is not null && RandomAccess.GetLength(_file.SafeFileHandle) != _end)
        {
            // Cut short, or written to by someone else.
            same = true;
            Abandon();
        }

        if (_file is null)
        {
            Open();
            var tail = AuditFileTail.Read(_file!.SafeFileHandle, _end);
            _torn = tail.IsTorn;
            chain.Attach(tail, same, mark => AuditFileTail.Holds(_file.SafeFileHandle, _end, mark), _removed);
            _removed = false;
        }

        return _torn;
    }

    public void Append(ReadOnlyMemory<byte> lines)
    {
        var file = (_file ?? throw new IOException("the file is not open")).SafeFileHandle;
        try
        {
            _write(file, lines, _end);
        }
        catch (IOException)
        {
            TakeBack(file);
            throw;
        }

        _end += lines.Length;
        _torn = false;
    }

    public void Flush()
    {
        if (options.Fsync)
        {
            RandomAccess.FlushToDisk(_file!.SafeFileHandle);
        }
    }

    public void Sync()
    {
        if (_file is not null)
        {
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
        }
    }

    public void Reopen() => Interlocked.Exchange(ref _reopen, true);

    public void Abandon()
    {
        _file?.Dispose();
        _file = null;
    }

    public void Dispose() => Abandon();

    private void TakeBack(SafeFileHandle file)
    {
        try
        {
            RandomAccess.SetLength(file, _end);
        }
        catch (IOException)
        {
            // What was written stays as a torn line. The next opening finds it there and ends it.
        }
    }

    private void Open()
    {
        _path = AuditPath.Resolve(options.FilePath, bounds);
        var how = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = options.Mode ?? (UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var file = new FileStream(_path, how);
        try
        {
            if (OpenedPath(file.SafeFileHandle) is { } opened && opened != _path)
            {
                throw new AuditPathException("file_path was replaced by a link while it was opened; it leads to another place than is allowed");
            }

            AuditPath.CheckLinks(FileLinks.Of(file.SafeFileHandle));
            if (!OperatingSystem.IsWindows() && options.Mode is { } mode)
            {
                File.SetUnixFileMode(file.SafeFileHandle, mode);
            }

            _end = RandomAccess.GetLength(file.SafeFileHandle);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        _file = file;
        _checkedAt = clock.GetTimestamp();
    }

    /// <summary>Whether the open file is the one at the path. Looked at once a second at most; between, it is taken for granted.</summary>
    private bool IsStillThere()
    {
        if (clock.GetElapsedTime(_checkedAt) < AuditLimits.IdentityCheckEvery)
        {
            return true;
        }

        _checkedAt = clock.GetTimestamp();
        return OpenedPath(_file!.SafeFileHandle) is { } opened
            ? opened == _path
            : new FileInfo(_path) is { Exists: true } found && found.Length == _end;
    }

    /// <summary>The path of an open file by now, as the kernel knows it; null where the kernel does not tell.</summary>
    private static string? OpenedPath(SafeFileHandle file) => OperatingSystem.IsLinux()
        ? new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget
        : null;
}
