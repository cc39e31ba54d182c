using System.Collections.Frozen;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Revocation;
using Coffer.Server.Logging;

namespace Coffer.Server.Configuration;

/// <summary>Every key of the configuration's top level that is no block. A new one is a row here and a member of the options.</summary>
internal static class TopLevelKeys
{
    private static readonly TopLevelKey[] Used =
    [
        new("default_lease_ttl", ShownAs.Seconds)
        {
            Apply = (options, value) => options with { SystemTtl = options.SystemTtl with { Default = value.Duration() ?? options.SystemTtl.Default } },
        },
        new("max_lease_ttl", ShownAs.Seconds)
        {
            Apply = (options, value) => options with { SystemTtl = options.SystemTtl with { Max = value.Duration() ?? options.SystemTtl.Max } },
        },
        new("default_max_request_duration", ShownAs.Seconds) { Apply = RequestTime },
        new("max_request_duration", ShownAs.Nothing) { Apply = RequestTime },
        new("late_call_time", ShownAs.Nothing) { Apply = LateCallTime },
        new("password_hashing_threads", ShownAs.Nothing)
        {
            Apply = (options, value) => options with { PasswordHashing = options.PasswordHashing with { Threads = value.Count("threads", 1024) ?? options.PasswordHashing.Threads } },
        },
        new("password_hashing_queue", ShownAs.Nothing)
        {
            Apply = (options, value) => options with { PasswordHashing = options.PasswordHashing with { WaitingMax = value.Count("waiting logins", 65_536) ?? options.PasswordHashing.WaitingMax } },
        },
        new("cluster_name", ShownAs.Text) { Apply = (options, value) => options with { ClusterName = value.Text() ?? "" } },
        new("api_addr", ShownAs.Text) { Apply = ApiAddress },
        new("log_level", ShownAs.Text) { Apply = LogLevel },
        new("log_format", ShownAs.Text) { Apply = LogFormat },
        new("log_file", ShownAs.Nothing) { Apply = (options, value) => options with { Log = options.Log with { File = value.Text() ?? "" } } },
        new("audit_folder", ShownAs.Nothing) { Apply = (options, value) => options with { Audit = options.Audit with { Folder = value.Text() ?? "" } } },
        new("audit_targets", ShownAs.Nothing)
        {
            Apply = (options, value) => options with { Audit = options.Audit with { Targets = new AuditReader(value.Notes).Targets(value.File, value.Item) } },
        },
        new("allow_audit_log_prefixing", ShownAs.Truth) { Apply = (options, value) => options with { Audit = options.Audit with { AllowPrefix = value.Truth() ?? false } } },
        new("raw_storage_endpoint", ShownAs.Truth) { Apply = (options, value) => options with { RawStorage = value.Truth() ?? false } },
        new("allow_link_local_endpoints", ShownAs.Truth) { Apply = (options, value) => options with { AllowsLinkLocalEndpoints = value.Truth() ?? false } },
        new("telemetry", ShownAs.Nothing) { Apply = TelemetryReader.Apply },
    ];

    /// <summary>By their names: those with an effect, and those of Vault's that have none here.</summary>
    public static FrozenDictionary<string, TopLevelKey> All { get; } = Used.Concat(KnownKeys.TopLevel).ToFrozenDictionary(key => key.Name, StringComparer.Ordinal);

    private static ServerOptions RequestTime(ServerOptions options, GivenValue value) => options with { RequestTime = value.Duration() ?? options.RequestTime };

    private static ServerOptions LateCallTime(ServerOptions options, GivenValue value)
    {
        if (value.Duration() is not { } time)
        {
            return options;
        }

        if (time < LateCalls.Shortest || time > LateCalls.Longest)
        {
            value.Problem("late_call_time must be between 10s and 24h");
        }

        return options with { LateCallTime = time };
    }

    private static ServerOptions ApiAddress(ServerOptions options, GivenValue value)
    {
        if (value.Text() is not { } text)
        {
            return options;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", Host.Length: > 0, UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/" })
        {
            return options with { ApiAddress = text.TrimEnd('/') };
        }

        value.Problem("api_addr must be a URL without a path under which clients reach the server, such as https://coffer.example.com:8200");
        return options;
    }

    private static ServerOptions LogLevel(ServerOptions options, GivenValue value)
    {
        if (value.Text() is not { } text)
        {
            return options;
        }

        if (LogLevels.TryParse(text, out var level))
        {
            return options with { Log = options.Log with { Level = level } };
        }

        value.Problem("log_level must be trace, debug, info, warn, error or off");
        return options;
    }

    private static ServerOptions LogFormat(ServerOptions options, GivenValue value)
    {
        if (value.Text() is not { } text)
        {
            return options;
        }

        if (LogOptions.TryParseFormat(text, out var json))
        {
            return options with { Log = options.Log with { Json = json } };
        }

        value.Problem("log_format must be standard or json");
        return options;
    }
}
