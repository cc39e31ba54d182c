using System.Runtime.InteropServices;

namespace Coffer.Cli.Terminal;

/// <summary>
/// Standard input, output or error of this process, byte for byte. The streams of <see cref="Console"/> set the terminal up on their first use, which
/// prints escape sequences that nothing takes back.
/// </summary>
/// <remarks>Not a <see cref="FileStream"/> either: that one keeps a position of its own, and processes that share a file would write over each other.</remarks>
internal sealed partial class StandardStream : Stream
{
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int BrokenPipe = 32;
    private const short Readable = 1;
    private const short Writable = 4;

    private readonly int _descriptor;

    private StandardStream(int descriptor) => _descriptor = descriptor;

    public override bool CanRead => _descriptor == 0;

    public override bool CanSeek => false;

    public override bool CanWrite => _descriptor != 0;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static Stream Input() => OperatingSystem.IsLinux() ? new StandardStream(0) : Console.OpenStandardInput();

    public static Stream Output() => OperatingSystem.IsLinux() ? new StandardStream(1) : Console.OpenStandardOutput();

    public static Stream Error() => OperatingSystem.IsLinux() ? new StandardStream(2) : Console.OpenStandardError();

    public override void Flush()
    {
        // Nothing is kept back.
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="IOException">It cannot be read.</exception>
    public override unsafe int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = ReadSome(_descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return checked((int)count);
                }

                RetryOrThrow(Marshal.GetLastPInvokeError(), Readable);
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writes all of it. A reader that has gone away, as <c>head</c> does, wants no more: that is no fault.</summary>
    /// <exception cref="IOException">It cannot be written, such as to a full disk.</exception>
    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (var done = 0; done < buffer.Length;)
            {
                var count = WriteSome(_descriptor, start + done, (nuint)(buffer.Length - done));
                if (count >= 0)
                {
                    done += checked((int)count);
                    continue;
                }

                var fault = Marshal.GetLastPInvokeError();
                if (fault == BrokenPipe)
                {
                    return;
                }

                RetryOrThrow(fault, Writable);
            }
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // Another process may have made the shared stream non-blocking.
    private void RetryOrThrow(int fault, short wanted)
    {
        if (fault == WouldBlock)
        {
            var asked = new PollRequest { Descriptor = _descriptor, Events = wanted };
            _ = Poll(ref asked, 1, timeoutMilliseconds: -1);
        }
        else if (fault != Interrupted)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(fault));
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint ReadSome(int descriptor, byte* buffer, nuint count);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteSome(int descriptor, byte* buffer, nuint count);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollRequest request, nuint count, int timeoutMilliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
