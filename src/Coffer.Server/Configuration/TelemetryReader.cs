using System.Globalization;
using Coffer.Hcl;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Outbound;
using Coffer.Server.Files;
using Coffer.Server.Outbound;

namespace Coffer.Server.Configuration;

/// <summary>Reads the block <c>telemetry { }</c>: whether Prometheus' format is shown, and where metrics and traces are sent.</summary>
internal sealed class TelemetryReader
{
    private static readonly Uri NotSet = new("http://localhost/");

    private readonly GivenValue _value;
    private HclItem? _first;
    private OtlpOptions _otlp = new() { Endpoint = NotSet };

    private TelemetryReader(GivenValue value) => _value = value;

    public static ServerOptions Apply(ServerOptions options, GivenValue value)
    {
        if (value.Item.Value is not HclObject telemetry)
        {
            return options;
        }

        options = options with { Given = options.Given with { Telemetry = GivenConfiguration.ScalarsOf(telemetry) } };
        var reader = new TelemetryReader(value);
        foreach (var setting in telemetry.Items)
        {
            if (setting.Key.Text == "prometheus_retention_time")
            {
                // Counters are kept for as long as the process lives, so that only 0 means something.
                options = options with { ShowsPrometheus = value.Notes.Text(value.File, setting) is not ("0" or "0s") };
            }
            else if (reader.TryRead(value with { Item = setting }))
            {
                reader._first ??= setting;
            }
            else if (KnownKeys.OfTelemetry.TryGetValue(setting.Key.Text, out var reason))
            {
                value.Notes.NotUsed(value.File, setting, reason);
            }
            else
            {
                value.Notes.Problem(value.File, setting.Position, $"unknown key {setting.Key.Text} in telemetry");
            }
        }

        return options with { Otlp = reader.Result() ?? options.Otlp };
    }

    /// <summary>Reads a key, if it is one of these.</summary>
    private bool TryRead(GivenValue value)
    {
        switch (value.Item.Key.Text)
        {
            case "otlp_endpoint":
                _otlp = _otlp with { Endpoint = Endpoint(value) ?? _otlp.Endpoint };
                return true;
            case "otlp_protocol":
                _otlp = _otlp with { IsGrpc = IsGrpc(value) };
                return true;
            case "otlp_headers_file":
                _otlp = _otlp with { HeadersFile = Readable(value, path => OtlpHeaders.Read(path)) };
                return true;
            case "otlp_ca_file":
                _otlp = _otlp with { CaFile = Readable(value, path => TlsSettings.Of(new OutboundSettings { CaPem = BoundedFile.ReadText(path) })) };
                return true;
            case "otlp_interval":
                _otlp = _otlp with { Interval = Interval(value) ?? _otlp.Interval };
                return true;
            case "service_name":
                _otlp = _otlp with { ServiceName = value.Text() is { Length: > 0 } name ? name : _otlp.ServiceName };
                return true;
            case "metrics":
                _otlp = _otlp with { Metrics = value.Truth() ?? _otlp.Metrics };
                return true;
            case "traces":
                _otlp = _otlp with { Traces = value.Truth() ?? _otlp.Traces };
                return true;
            case "sample_ratio":
                _otlp = _otlp with { SampleRatio = Ratio(value) ?? _otlp.SampleRatio };
                return true;
            case "sample_by_parent":
                _otlp = _otlp with { SamplesByParent = value.Truth() ?? _otlp.SamplesByParent };
                return true;
            default:
                return false;
        }
    }

    /// <summary>Null where nothing is sent.</summary>
    private OtlpOptions? Result()
    {
        if (_first is null)
        {
            return null;
        }

        if (_otlp.Endpoint == NotSet)
        {
            _value.Notes.Problem(_value.File, _first.Position, $"{_first.Key.Text} of telemetry needs otlp_endpoint, the URL of the collector that is sent to, such as http://127.0.0.1:4318; or leave it out");
            return null;
        }

        if (_otlp.IsGrpc && _otlp.Endpoint.AbsolutePath != "/")
        {
            _value.Notes.Problem(_value.File, _first.Position, "otlp_endpoint must have no path where otlp_protocol is \"grpc\": leave the path out, or set otlp_protocol = \"http/protobuf\"");
            return null;
        }

        return _otlp.Metrics || _otlp.Traces ? _otlp : null;
    }

    private static Uri? Endpoint(GivenValue value)
    {
        if (value.Text() is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", Host.Length: > 0, UserInfo: "", Query: "", Fragment: "" })
        {
            return address;
        }

        value.Problem("otlp_endpoint must be the http or https URL of a collector, without user, password and query, such as http://127.0.0.1:4318; headers that it asks for go into otlp_headers_file");

        // Something was said, so its absence is not a second problem.
        return new Uri("http://localhost:4318/");
    }

    private static bool IsGrpc(GivenValue value)
    {
        var text = value.Text();
        if (text is not (null or "grpc" or "http/protobuf"))
        {
            value.Problem("otlp_protocol must be \"http/protobuf\" or \"grpc\"");
        }

        return text == "grpc";
    }

    /// <summary>The path of a file that can be read and is of the right kind; empty otherwise, which is noted.</summary>
    private static string Readable(GivenValue value, Action<string> read)
    {
        if (value.Text() is not { Length: > 0 } path)
        {
            return "";
        }

        try
        {
            read(path);
            return path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or EngineException)
        {
            value.Problem($"{value.Item.Key.Text} names a file that cannot be used: {error.Message}; put it right, or take the key out");
            return "";
        }
    }

    private static TimeSpan? Interval(GivenValue value)
    {
        if (value.Duration() is not { } interval)
        {
            return null;
        }

        if (interval < TimeSpan.FromSeconds(1) || interval > TimeSpan.FromHours(24))
        {
            value.Problem("otlp_interval must be between 1s and 24h");
        }

        return interval;
    }

    private static double? Ratio(GivenValue value)
    {
        var number = value.Item.Value switch
        {
            HclFloat given => (double)given.Value,
            HclInteger given => given.Value,
            HclString given when double.TryParse(given.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var read) => read,
            _ => double.NaN,
        };
        if (number is >= 0 and <= 1)
        {
            return number;
        }

        value.Problem("sample_ratio must be a number from 0 to 1, the share of requests that are traced, such as 0.1");
        return null;
    }
}
