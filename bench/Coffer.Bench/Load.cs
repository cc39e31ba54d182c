namespace Coffer.Bench;

/// <summary>One kind of request, as wrk sends it.</summary>
/// <param name="Name">As in <c>-only</c> and the table.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Below the address; <c>{n}</c> becomes a number below <see cref="Keys"/>, another with each request.</param>
/// <param name="Body">JSON, or empty; <c>{n}</c> as in the path.</param>
internal sealed record Load(string Name, string Method, string Path, string Body = "")
{
    /// <summary>How many keys the kv loads spread over.</summary>
    public const int Keys = 1000;

    public const string KvMount = "bench-kv";
    public const string AwsMount = "bench-aws";
    public const string AwsRole = "bench";

    /// <summary>A value of 100 bytes, a usual password with its user and host.</summary>
    public const string KvBody = """{"data":{"value":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}}""";

    public static IReadOnlyList<Load> All { get; } =
    [
        new("health", "GET", "/v1/sys/health"),
        new("kv-read", "GET", $"/v1/{KvMount}/data/key-{{n}}"),
        new("kv-write", "POST", $"/v1/{KvMount}/data/key-{{n}}", KvBody),
        new("token-create", "POST", "/v1/auth/token/create", """{"ttl":"1h","policies":["default"]}"""),
        new("token-lookup", "GET", "/v1/auth/token/lookup-self"),
        new("aws-creds", "GET", $"/v1/{AwsMount}/creds/{AwsRole}"),
    ];

    public static IReadOnlyList<Load> Bare { get; } = [new("bare-get", "GET", "/"), new("bare-post", "POST", "/", KvBody)];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(load => load.Name)];

    /// <summary>The bare endpoint's load that this one is compared with.</summary>
    public string BareName => Method == "GET" ? "bare-get" : "bare-post";
}
