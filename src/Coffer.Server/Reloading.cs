using Coffer.Kernel.Logging;
using Coffer.Server.Configuration;
using Coffer.Server.Logging;

namespace Coffer.Server;

/// <summary>What SIGHUP does: it reopens log and audit files, and reads certificates and the log level again.</summary>
/// <param name="sections">What the running configuration says, as digests by top-level key.</param>
internal sealed class Reloading(
    CofferServer server, ServerLog log, IReadOnlyList<string> configuration, LogLevel configured, IReadOnlyDictionary<string, string> sections)
{
    private const string LevelKey = "log_level";

    private readonly Lock _turn = new();
    private LogLevel _configured = configured;

    /// <summary>Does it. What fails is logged, and leaves what was in force before.</summary>
    public void Run()
    {
        lock (_turn)
        {
            var reopened = TryReopen();
            var unusable = server.Reload();
            foreach (var problem in unusable)
            {
                log.Write(new LogLine(LogLevel.Error, "a certificate could not be read again; the one that was read before stays in force").With("problem", problem));
            }

            ReadLevel(unusable);
            if (reopened && unusable.Count == 0)
            {
                log.Write(new LogLine(LogLevel.Info, "files were opened again, as asked by a signal").With(LevelKey, LogLevels.NameOf(log.Levels.Configured)));
            }
        }
    }

    /// <summary>A level that the configuration has changed counts from now on; one it has not leaves a flag's in force.</summary>
    /// <param name="said">Problems that the log has already: reading the configuration finds those of certificates a second time.</param>
    private void ReadLevel(IReadOnlyList<string> said)
    {
        if (configuration.Count == 0)
        {
            return;
        }

        var read = ConfigurationReader.Read(configuration);
        foreach (var problem in read.Problems.Where(problem => !said.Any(each => problem.EndsWith(each, StringComparison.Ordinal))))
        {
            log.Write(new LogLine(LogLevel.Error, "the configuration is not taken up").With("problem", problem));
        }

        if (read.Options is null)
        {
            return;
        }

        var left = SectionDigests.Changed(sections, read.Sections).Where(key => key != LevelKey).ToArray();
        if (left.Length > 0)
        {
            log.Write(new LogLine(LogLevel.Warn, "the configuration has changed and is not taken up until the server is started again").With("keys", string.Join(", ", left)));
        }

        if (read.Options is { } options && options.Log.Level != _configured)
        {
            _configured = options.Log.Level;
            log.Levels.Configure(_configured);
        }
    }

    private bool TryReopen()
    {
        try
        {
            log.Reopen();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Failure("the log file could not be opened again", error);
            return false;
        }
    }
}
