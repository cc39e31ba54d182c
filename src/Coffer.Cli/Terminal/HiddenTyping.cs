using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Coffer.Cli.Terminal;

/// <summary>
/// While it lasts, the terminal shows nothing of what is typed and hands it over key by key, so that no line is too long for it. Afterwards the
/// terminal is as it was, also when Ctrl-C or a stop ends the program or lays it aside.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class HiddenTyping : IDisposable
{
    // struct termios of Linux: four words of flags, of which the last has these, one byte, and the control characters; 60 bytes with glibc and musl.
    private const int SettingsBytes = 128;
    private const int LocalFlags = 12;
    private const int WaitTenths = 22;
    private const int WaitBytes = 23;
    private const uint Echo = 0x8;
    private const uint EchoNewLine = 0x40;
    private const uint ByLine = 0x2;
    private const int NowAndForget = 2;
    private const int Now = 0;

    private static readonly PosixSignal[] Leaving = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT, PosixSignal.SIGTSTP];

    private readonly byte[] _before = new byte[SettingsBytes];
    private readonly byte[] _hidden = new byte[SettingsBytes];
    private readonly List<PosixSignalRegistration> _signals = [];

    /// <exception cref="IOException">Standard input is no terminal, so nothing could be hidden.</exception>
    public HiddenTyping()
    {
        if (GetSettings(0, _before) != 0)
        {
            throw new IOException($"the terminal cannot be asked to hide what is typed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        _before.CopyTo(_hidden, 0);
        var flags = BitConverter.ToUInt32(_before, LocalFlags) & ~(Echo | EchoNewLine | ByLine);
        BitConverter.TryWriteBytes(_hidden.AsSpan(LocalFlags), flags);
        (_hidden[WaitTenths], _hidden[WaitBytes]) = (0, 1);
        _signals.AddRange(Leaving.Select(signal => PosixSignalRegistration.Create(signal, _ => SetSettings(0, Now, _before))));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => SetSettings(0, Now, _hidden)));
        SetSettings(0, NowAndForget, _hidden);
    }

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        SetSettings(0, Now, _before);
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetSettings(int descriptor, [Out] byte[] settings);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetSettings(int descriptor, int when, byte[] settings);
}
