using Coffer.Server.Configuration;

namespace Coffer.Server.Tests.Configuration;

public sealed class TelemetryReaderTests : IDisposable
{
    private const string Endpoint = "otlp_endpoint = \"https://collector.test:4318\"\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coffer-telemetry-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void An_endpoint_is_enough_to_send_metrics_and_no_traces()
    {
        var otlp = Assert.IsType<OtlpOptions>(Read(Endpoint).Options!.Otlp);

        Assert.Equal(new OtlpOptions { Endpoint = new Uri("https://collector.test:4318") }, otlp);
        Assert.True(otlp is { Metrics: true, Traces: false, IsGrpc: false, SampleRatio: 1, SamplesByParent: false });
        Assert.Null(Read("prometheus_retention_time = \"1h\"").Options!.Otlp);
        Assert.Null(Read(Endpoint + "metrics = false").Options!.Otlp);
    }

    [Fact]
    public void Every_key_is_taken_over()
    {
        var headers = File("headers", "# one\n\nAuthorization: Bearer abc\n");

        var read = Read(Endpoint + $"""
            otlp_protocol = "grpc"
            otlp_headers_file = "{headers}"
            otlp_interval = "15s"
            service_name = "vault"
            metrics = false
            traces = true
            sample_ratio = 0.25
            sample_by_parent = true
            """);

        Assert.Empty(read.Problems);
        Assert.Empty(read.Notices);
        Assert.Equal(
            new OtlpOptions
            {
                Endpoint = new Uri("https://collector.test:4318"),
                IsGrpc = true,
                HeadersFile = headers,
                Interval = TimeSpan.FromSeconds(15),
                ServiceName = "vault",
                Metrics = false,
                Traces = true,
                SampleRatio = 0.25,
                SamplesByParent = true,
            },
            read.Options!.Otlp);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("0.1", 0.1)]
    [InlineData("\"0.5\"", 0.5)]
    public void A_ratio_is_a_number_or_a_text_from_0_to_1(string given, double ratio) =>
        Assert.Equal(ratio, Read(Endpoint + $"traces = true\nsample_ratio = {given}").Options!.Otlp!.SampleRatio);

    [Theory]
    [InlineData("traces = true", "traces of telemetry needs otlp_endpoint")]
    [InlineData("otlp_endpoint = \"collector.secret:4318\"", "otlp_endpoint must be the http or https URL")]
    [InlineData("otlp_endpoint = \"http://secret:secret@collector\"", "otlp_endpoint must be the http or https URL")]
    [InlineData("otlp_endpoint = \"http://collector/?key=secret\"", "otlp_endpoint must be the http or https URL")]
    [InlineData("otlp_endpoint = \"http://collector/otlp\"\notlp_protocol = \"grpc\"", "otlp_endpoint must have no path")]
    [InlineData(Endpoint + "otlp_protocol = \"secret\"", "otlp_protocol must be")]
    [InlineData(Endpoint + "otlp_headers_file = \"/nowhere/headers\"", "otlp_headers_file names a file that cannot be used")]
    [InlineData(Endpoint + "otlp_ca_file = \"/nowhere/ca.pem\"", "otlp_ca_file names a file that cannot be used")]
    [InlineData(Endpoint + "otlp_interval = \"10ms\"", "otlp_interval must be between 1s and 24h")]
    [InlineData(Endpoint + "otlp_interval = \"secret\"", "otlp_interval must be a duration")]
    [InlineData(Endpoint + "sample_ratio = 1.5", "sample_ratio must be a number from 0 to 1")]
    [InlineData(Endpoint + "sample_ratio = \"secret\"", "sample_ratio must be a number from 0 to 1")]
    [InlineData(Endpoint + "traces = \"secret\"", "traces must be true or false")]
    [InlineData(Endpoint + "otlp_colour = \"secret\"", "unknown key otlp_colour in telemetry")]
    public void A_mistake_is_named_with_its_key_and_without_its_value(string telemetry, string problem)
    {
        var found = Assert.Single(Read(telemetry).Problems);

        Assert.Contains(problem, found, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authorization\n", 1)]
    [InlineData("Good: one\n: secret\n", 2)]
    [InlineData("Good: one\n\nBad name: secret\n", 3)]
    [InlineData("Empty:\n", 1)]
    public void A_line_that_is_no_header_is_named_by_its_number_alone(string text, int line)
    {
        var found = Assert.Single(Read(Endpoint + $"otlp_headers_file = \"{File("headers", text)}\"").Problems);

        Assert.Contains($"line {line} is no header", found, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Good: one\nAuthorization: Bearer secr\u00E9t\n", 2)]
    [InlineData("Authorization: Bearer secret\u00A0\n", 1)]
    [InlineData("Authorization: Bearer secret\u0001\n", 1)]
    [InlineData("Authorization: Bearer\tsecret\n", 1)]
    [InlineData("Authorization: Bearer secret\rX-Other: secret\n", 1)]
    public void A_header_that_cannot_be_sent_is_named_by_its_line_alone(string text, int line)
    {
        var found = Assert.Single(Read(Endpoint + $"otlp_headers_file = \"{File("headers", text)}\"").Problems);

        Assert.Contains($"a.hcl:5:1: otlp_headers_file names a file that cannot be used: line {line} has a character that no header carries", found, StringComparison.Ordinal);
        Assert.DoesNotContain("secr", found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_comment_in_a_file_of_headers_may_have_any_character() =>
        Assert.Empty(Read(Endpoint + $"otlp_headers_file = \"{File("headers", "# caf\u00E9\r\nGood: one\r\n")}\"").Problems);

    [Theory]
    [InlineData("http://collector.test:4318", true, true)]
    [InlineData("http://192.0.2.1:4318", true, true)]
    [InlineData("http://collector.test:4318", false, false)]
    [InlineData("https://collector.test:4318", true, false)]
    [InlineData("http://localhost:4318", true, false)]
    [InlineData("http://127.0.0.2:4318", true, false)]
    [InlineData("http://[::1]:4318", true, false)]
    public void Headers_travel_unencrypted_over_http_to_another_machine(string endpoint, bool hasHeaders, bool isUnencrypted) => Assert.Equal(
        isUnencrypted,
        Read($"otlp_endpoint = \"{endpoint}\"\n" + (hasHeaders ? $"otlp_headers_file = \"{File("headers", "Good: one\n")}\"" : "")).Options!.Otlp!.SendsHeadersUnencrypted);

    [Fact]
    public void A_file_of_authorities_without_a_certificate_is_refused()
    {
        var found = Assert.Single(Read(Endpoint + $"otlp_ca_file = \"{File("ca.pem", "not a certificate")}\"").Problems);

        Assert.Contains("is not in PEM", found, StringComparison.Ordinal);
    }

    private string File(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private ConfigurationResult Read(string telemetry) =>
        ConfigurationReader.Read([File("a.hcl", $"storage \"inmem\" {{}}\nlistener \"tcp\" {{ tls_disable = 1 }}\ntelemetry {{\n{telemetry}\n}}\n")]);
}
