using System.Runtime.InteropServices;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Hooks;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Cli.Settings;

namespace Coffer.Cli.General;

internal sealed class ServerCommand : Command
{
    private const string DevGroup = "Dev Options";
    private readonly TextListFlag _config;
    private readonly TextFlag _logLevel;
    private readonly TextFlag _logFormat;
    private readonly TextFlag _logFile;
    private readonly SwitchFlag _dev;
    private readonly SwitchFlag _devTls;
    private readonly TextFlag _devTlsDirectory;
    private readonly TextListFlag _devTlsNames;
    private readonly TextFlag _devRootToken;
    private readonly TextFlag _devAddress;
    private readonly SwitchFlag _devNoStore;
    private readonly SwitchFlag _devKvV1;
    private readonly TextFlag _devSandbox;
    private readonly TextFlag _devAudit;

    public ServerCommand()
        : base("server", "Start a server", "", Arity.None,
            """
            Starts a server with a configuration file:

                $ {0} server -config=/etc/coffer/coffer.hcl

            or one for a first try, in memory, unsealed, never for production:

                $ {0} server -dev
            """)
    {
        _config = Flag(new TextListFlag("config", "Configuration file, or directory of .hcl and .json files. May be given many times."));
        _logLevel = Flag(new TextFlag("log-level", "trace, debug, info, warn or error.") { Variable = "LOG_LEVEL" });
        _logFormat = Flag(new TextFlag("log-format", "standard or json.") { Variable = "LOG_FORMAT" });
        _logFile = Flag(new TextFlag("log-file", "File to write the log to as well."));
        _dev = Flags.Add(DevGroup, new SwitchFlag("dev", "Run in memory, initialised and unsealed, over plain HTTP."));
        _devTls = Flags.Add(DevGroup, new SwitchFlag("dev-tls", "Like -dev, with TLS and a certificate of its own making."));
        _devTlsDirectory = Flags.Add(DevGroup, new TextFlag("dev-tls-cert-dir", "Where -dev-tls puts its certificate."));
        _devTlsNames = Flags.Add(DevGroup, new TextListFlag("dev-tls-san", "Host name or address that -dev-tls makes its certificate for as well. May be given many times."));
        _devRootToken = Flags.Add(DevGroup, new TextFlag("dev-root-token-id", "The root token of dev mode.") { Variable = "DEV_ROOT_TOKEN_ID" });
        _devAddress = Flags.Add(DevGroup, new TextFlag("dev-listen-address", "Address that dev mode listens at.", "127.0.0.1:8200") { Variable = "DEV_LISTEN_ADDRESS" });
        _devNoStore = Flags.Add(DevGroup, new SwitchFlag("dev-no-store-token", "Do not keep dev mode's root token in the token file."));
        _devKvV1 = Flags.Add(DevGroup, new SwitchFlag("dev-kv-v1", "Mount secret/ as KV version 1.") { Hidden = true });
        _devSandbox = Flags.Add(DevGroup, new TextFlag("dev-aws-sandbox", "Run a local AWS account (IAM, STS, S3) beside dev mode, at this port of 127.0.0.1; empty for any free one."));
        _devAudit = Flags.Add(DevGroup, new TextFlag("dev-audit-dir", "Folder that audit files of dev mode must lie below; coffer-audit in the temporary folder by default."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (call.Hooks.RunServer is not { } run)
        {
            throw CliException.Local("This build has no server in it.");
        }

        var dev = _dev.Value || _devTls.Value;
        if (!dev && _config.Values.Count == 0)
        {
            throw CliException.Local("Must specify at least one config path using -config");
        }

        if (dev && _config.Values.Count > 0)
        {
            var mode = _dev.Value ? _dev.Name : _devTls.Name;
            throw CliException.Local($"-{mode} and -config exclude each other, since dev mode reads no configuration file: leave -config out for a development server, or -{mode} for a server with this configuration");
        }

        if (!dev && _devSandbox.IsSet)
        {
            throw CliException.Local("-dev-aws-sandbox needs -dev");
        }

        if (_devSandbox.IsSet && !SandboxPort.TryParse(_devSandbox.Value, out _))
        {
            throw CliException.Local("-dev-aws-sandbox takes a port, 127.0.0.1 with a port, or nothing for any free port; the sandbox is at no other address");
        }

        var options = Options(call);
        if (options is { Dev: true, DevNoStoreToken: false } && TokenHelpers.ProgramOf(call.Environment) is { Length: > 0 } program)
        {
            call.Printer.Warn(TextWrap.At($"The root token of dev mode is not kept, since the client's configuration has {program} keep tokens: log in with \"{call.Console.ProgramName} login\"."));
            options = options with { DevNoStoreToken = true };
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await run(options, call.Console.Out, stop.Token);

        void Stop(PosixSignalContext signal)
        {
            // The server ends by itself, in order; without this the process would be gone at once.
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private ServerCommandOptions Options(Invocation call) => new()
    {
        ConfigPaths = _config.Values,
        Dev = _dev.Value || _devTls.Value,
        DevTls = _devTls.Value,
        DevTlsCertificateDirectory = _devTlsDirectory.Value,
        DevTlsNames = _devTlsNames.Values,
        DevRootTokenId = _devRootToken.Value,
        DevListenAddress = _devAddress.Value,
        DevNoStoreToken = _devNoStore.Value,
        DevKvV1 = _devKvV1.Value,
        DevAuditDirectory = _devAudit.Value,
        DevAwsSandbox = _devSandbox.IsSet ? _devSandbox.Value : null,
        LogLevel = _logLevel.Value,
        LogFormat = _logFormat.Value,
        LogFile = _logFile.Value,
        TokenFilePath = call.TokenFile.FilePath,
    };
}
