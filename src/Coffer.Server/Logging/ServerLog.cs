using System.Collections.Frozen;
using Coffer.Kernel.Logging;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Logging;

/// <summary>The server's log: lines to standard error and, if asked for, to a file that can be reopened. Safe for any thread.</summary>
/// <remarks>A log that cannot be written stops nothing: that is what the audit log is for. The next line that can be written says how many were lost.</remarks>
public sealed class ServerLog : ILoggerFactory
{
    private readonly Lock _writing = new();
    private readonly TextWriter _console;
    private readonly TimeProvider _clock;
    private readonly bool _json;
    private readonly string _path;
    private readonly FrozenDictionary<string, ILogger> _loggers;
    private StreamWriter? _file;
    private long _lost;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public ServerLog(LogOptions options, TextWriter console, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _console = console;
        _clock = clock;
        _json = options.Json;
        Levels = new LogLevels(options.Level);
        _path = options.FilePath;
        _loggers = LogNames.All.ToFrozenDictionary(name => name, ILogger (name) => new NamedLog(this, name), StringComparer.Ordinal);
        _file = Open();
    }

    /// <summary>Which lines are written.</summary>
    public LogLevels Levels { get; }

    /// <summary>Whether lines go to a file as well as to standard error.</summary>
    public bool HasFile => _path.Length > 0;

    /// <summary>Gives one of the server's loggers.</summary>
    /// <param name="categoryName">One of <see cref="LogNames"/>.</param>
    /// <exception cref="KeyNotFoundException">There is no such logger.</exception>
    public ILogger CreateLogger(string categoryName) => _loggers[categoryName];

    /// <exception cref="NotSupportedException">Always: events go to this log alone.</exception>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("there is one log");

    internal void Write(LogEvent line)
    {
        var text = LogText.Of(line, _clock.GetUtcNow(), _json);
        lock (_writing)
        {
            _console.WriteLine(text);
            _console.Flush();
            WriteToFile(text);
        }
    }

    /// <summary>Reopens the file, after it was moved away.</summary>
    /// <exception cref="IOException">It cannot be opened; what is open stays in use.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public void Reopen()
    {
        lock (_writing)
        {
            var opened = Open();
            Close();
            _file = opened;
        }
    }

    public void Dispose()
    {
        lock (_writing)
        {
            Close();
            _file = null;
        }
    }

    private StreamWriter? Open()
    {
        if (_path.Length == 0)
        {
            return null;
        }

        var how = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new StreamWriter(new FileStream(_path, how)) { AutoFlush = true, NewLine = "\n" };
    }

    private void WriteToFile(string text)
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            if (_lost > 0)
            {
                _file.WriteLine(LogText.Of(new LogEvent(LogLevel.Warning, LogNames.Core, "lines of the log could not be written to this file", [new("lines", $"{_lost}")]), _clock.GetUtcNow(), _json));
                _lost = 0;
            }

            _file.WriteLine(text);
        }
        catch (IOException)
        {
            _lost++;
        }
    }

    private void Close()
    {
        try
        {
            _file?.Dispose();
        }
        catch (IOException)
        {
            // What could not be written before cannot be written now, and is counted.
        }
    }
}
