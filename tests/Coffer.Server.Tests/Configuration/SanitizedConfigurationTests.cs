using System.Text.Json;
using Coffer.Sdk.Replies;
using Coffer.Server.Configuration;

namespace Coffer.Server.Tests.Configuration;

public class SanitizedConfigurationTests
{
    [Fact]
    public void What_was_given_is_shown_and_a_default_is_not_taken_for_it()
    {
        var shown = Shown("""
            storage "inmem" {}
            listener "tcp" { address = "127.0.0.1:1" tls_disable = true }
            max_lease_ttl = "2000h"
            cluster_name = "c1"
            log_level = "debug"
            disable_mlock = true
            ui = true
            telemetry { prometheus_retention_time = "1h" circonus_api_token = "hush" }
            """);

        Assert.Equal((0, 7_200_000, 0), (shown.GetProperty("default_lease_ttl").GetInt64(), shown.GetProperty("max_lease_ttl").GetInt64(), shown.GetProperty("default_max_request_duration").GetInt64()));
        Assert.Equal(("c1", "debug", ""), (shown.GetProperty("cluster_name").GetString(), shown.GetProperty("log_level").GetString(), shown.GetProperty("log_format").GetString()));
        Assert.True(shown.GetProperty("disable_mlock").GetBoolean() && shown.GetProperty("enable_ui").GetBoolean() && !shown.GetProperty("raw_storage_endpoint").GetBoolean());
        Assert.Equal("inmem", shown.GetProperty("storage").GetProperty("type").GetString());
        var listener = shown.GetProperty("listeners")[0];
        Assert.Equal(("tcp", "127.0.0.1:1", true), (listener.GetProperty("type").GetString(), listener.GetProperty("config").GetProperty("address").GetString(), listener.GetProperty("config").GetProperty("tls_disable").GetBoolean()));
        Assert.Equal("1h", shown.GetProperty("telemetry").GetProperty("prometheus_retention_time").GetString());
        Assert.DoesNotContain("hush", shown.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("shamir", shown.GetProperty("seals")[0].GetProperty("type").GetString());
    }

    [Fact]
    public void Nothing_given_is_shown_as_nothing()
    {
        var shown = Shown("storage \"inmem\" {}\nlistener \"tcp\" { address = \"127.0.0.1:1\" tls_disable = true }\n");

        Assert.Equal((0, "", false, JsonValueKind.Null), (shown.GetProperty("max_lease_ttl").GetInt64(), shown.GetProperty("api_addr").GetString(), shown.GetProperty("enable_ui").GetBoolean(), shown.GetProperty("telemetry").ValueKind));
    }

    private static JsonElement Shown(string configuration)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, configuration);
            var read = ConfigurationReader.Read([file]);
            Assert.Empty(read.Problems);
            return JsonElement.Parse(JsonText.Write(json => SanitizedConfiguration.Write(json, read.Options!)).Utf8.Span);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
