namespace Coffer.Server.Configuration;

/// <summary>Where metrics and traces are sent, by the OpenTelemetry protocol.</summary>
public sealed record OtlpOptions
{
    /// <summary>Of the collector. With HTTP, <c>/v1/metrics</c> and <c>/v1/traces</c> are added to its path.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The protocol over gRPC; else protobuf over HTTP.</summary>
    public bool IsGrpc { get; init; }

    /// <summary>A file of headers that each call carries, such as an API key; empty for none. Read at the start.</summary>
    public string HeadersFile { get; init; } = "";

    /// <summary>Whether anyone on the way to the collector can read the headers, which usually are credentials.</summary>
    public bool SendsHeadersUnencrypted => HeadersFile.Length > 0 && Endpoint.Scheme == Uri.UriSchemeHttp && !Endpoint.IsLoopback;

    /// <summary>A file of certificates in PEM that are trusted instead of the system's; empty for the system's. Read at the start.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>What the collector knows the server as.</summary>
    public string ServiceName { get; init; } = "coffer";

    /// <summary>From one sending of metrics to the next. At least a second.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    public bool Metrics { get; init; } = true;

    public bool Traces { get; init; }

    /// <summary>Share of the requests that are traced, from 0 to 1.</summary>
    public double SampleRatio { get; init; } = 1;

    /// <summary>Whether a request that is part of a trace is traced exactly if its client traces it. This holds for clients without a token too.</summary>
    public bool SamplesByParent { get; init; }
}
