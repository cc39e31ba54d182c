using Coffer.Kernel.Logging;
using Coffer.Server.Configuration;
using Coffer.Server.Logging;
using Microsoft.Extensions.Logging;

namespace Coffer.Server;

/// <summary>What SIGHUP does: it reopens log and audit files, and reads certificates and the log level again.</summary>
/// <param name="sections">What the running configuration says, as digests by top-level key.</param>
internal sealed class Reloading(
    CofferServer server, ServerLog log, IReadOnlyList<string> configuration, LogLevel configured, IReadOnlyDictionary<string, string> sections)
{
    private const string LevelKey = "log_level";

    private readonly Lock _turn = new();
    private readonly ILogger _log = log.CreateLogger(LogNames.Core);
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
                ReloadLog.CertificateNotRead(_log, problem);
            }

            var isTaken = TryReadLevel(unusable);
            if (reopened && unusable.Count == 0 && isTaken)
            {
                ReloadLog.Reopened(_log, LogLevels.NameOf(log.Levels.Configured));
                return;
            }

            string[] done = [.. reopened && log.HasFile ? ["log file"] : (string[])[], "audit files", .. unusable.Count == 0 ? ["certificates"] : (string[])[]];
            ReloadLog.PartlyDone(_log, isTaken ? "read" : "not taken up, and what was in force stays", string.Join(", ", done));
        }
    }

    /// <summary>A level that the configuration has changed counts from now on; one it has not leaves a flag's in force.</summary>
    /// <param name="said">Problems that the log has already: reading the configuration finds those of certificates a second time.</param>
    /// <returns>False where the configuration has problems, which are logged, and nothing of it is taken up.</returns>
    private bool TryReadLevel(IReadOnlyList<string> said)
    {
        if (configuration.Count == 0)
        {
            return true;
        }

        var read = ConfigurationReader.Read(configuration);
        foreach (var problem in read.Problems.Where(problem => !said.Any(each => problem.EndsWith(each, StringComparison.Ordinal))))
        {
            ReloadLog.ConfigurationNotTaken(_log, problem);
        }

        if (read.Options is not { } options)
        {
            return false;
        }

        var left = SectionDigests.Changed(sections, read.Sections).Where(key => key != LevelKey).ToArray();
        if (left.Length > 0)
        {
            ReloadLog.ConfigurationLeft(_log, string.Join(", ", left));
        }

        if (options.Log.Level != _configured)
        {
            _configured = options.Log.Level;
            log.Levels.Configure(_configured);
        }

        return true;
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
            ReloadLog.LogNotReopened(_log, error);
            return false;
        }
    }
}
