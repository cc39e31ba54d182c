using System.Net;
using Coffer.Kernel.Mounts;
using Coffer.Server.Configuration;
using Coffer.Server.Logging;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Tests.Configuration;

public sealed class ConfigurationReaderTests : IDisposable
{
    private const string Plain = """
        storage "file" { path = "/var/lib/coffer" }
        listener "tcp" {
          address     = "127.0.0.1:8201"
          tls_disable = 1
          max_request_size = 1024
        }
        default_lease_ttl = "1h"
        max_lease_ttl     = 86400
        cluster_name      = "vaults"
        audit_folder      = "/var/log/coffer"

        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coffer-config-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Lockout_is_configured_by_type_and_wrong_blocks_are_told()
    {
        var read = Read(("a.hcl", Plain + """
            user_lockout "all" { lockout_threshold = "3" lockout_duration = "10m" lockout_counter_reset = "5m" }
            user_lockout "userpass" { disable_lockout = "true" }
            """));
        Assert.Empty(read.Problems);
        Assert.Equal(new LockoutSettings(3, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5), Disabled: true), read.Options!.Lockout.For("userpass", null));
        Assert.Equal(new LockoutSettings(3, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5), Disabled: false), read.Options!.Lockout.For("ldap", null));

        foreach (var wrong in (string[])["user_lockout \"jwt\" { }", "user_lockout \"all\" { lockout_threshold = 0 }", "user_lockout \"all\" { lockout_duration = \"0s\" }", "user_lockout \"all\" { threshold = 1 }"])
        {
            Assert.Single(Read(("a.hcl", Plain + wrong)).Problems);
        }
    }

    [Fact]
    public void Every_key_ends_where_it_belongs()
    {
        var read = Read(("a.hcl", Plain));

        Assert.Empty(read.Problems);
        var options = read.Options!;
        Assert.Equal(("file", "/var/lib/coffer"), (options.Storage.Type.Name, options.Storage.Path));
        var listener = Assert.Single(options.Listeners);
        Assert.Equal(((EndPoint)IPEndPoint.Parse("127.0.0.1:8201"), 1024L, null), (listener.Address, listener.RequestBytesMax, listener.Tls));
        Assert.Equal((TimeSpan.FromHours(1), TimeSpan.FromDays(1)), (options.SystemTtl.Default, options.SystemTtl.Max));
        Assert.Equal(("vaults", "/var/log/coffer"), (options.ClusterName, options.Audit.Folder));
    }

    [Fact]
    public void Json_says_the_same_as_hcl()
    {
        var hcl = Read(("a.hcl", Plain));
        var json = Read(("b.json", """
            {
              "storage": {"file": {"path": "/var/lib/coffer"}},
              "listener": [{"tcp": {"address": "127.0.0.1:8201", "tls_disable": true, "max_request_size": 1024}}],
              "default_lease_ttl": "1h", "max_lease_ttl": 86400, "cluster_name": "vaults", "audit_folder": "/var/log/coffer"
            }
            """));

        Assert.Empty(json.Problems);
        Assert.Equal(Comparable(hcl), Comparable(json));
        Assert.Equal(hcl.Options!.Listeners, json.Options!.Listeners);
        Assert.Equal((hcl.Options.Storage.Type, hcl.Options.Storage.Path), (json.Options.Storage.Type, json.Options.Storage.Path));
    }

    [Fact]
    public void A_static_seal_names_where_its_keys_are()
    {
        var key = Path.Combine(_folder.FullName, "unseal.key");
        var (current, previous) = (new string('c', 63) + "0", new string('d', 63) + "0");
        File.WriteAllText(key, current);
        Environment.SetEnvironmentVariable("COFFER_TEST_PREVIOUS_KEY", previous);
        var read = Read(("a.hcl", Plain + $$"""
            seal "static" {
              current_key_id  = "2026-2"
              current_key     = "file://{{key}}"
              previous_key_id = "2026-1"
              previous_key    = "env://COFFER_TEST_PREVIOUS_KEY"
            }
            """));

        Assert.Empty(read.Problems);
        var keys = read.Options!.StaticKeys;
        Assert.Equal(["2026-2", "2026-1"], keys.Select(source => source.Id));
        Assert.Equal([current, previous], keys.Select(source => System.Text.Encoding.UTF8.GetString(source.Read())));
    }

    [Theory]
    [InlineData("seal \"static\" { current_key_id = \"a\" }", "needs current_key_id and current_key")]
    [InlineData("seal \"static\" { current_key = \"file:///k\" }", "needs current_key_id, a name")]
    [InlineData("seal \"static\" { current_key_id = \"a\"\ncurrent_key = \"c2VjcmV0\" }", "current_key must say where the key is")]
    [InlineData("seal \"static\" { current_key_id = \"a\"\ncurrent_key = \"file://\" }", "current_key must say where the key is")]
    [InlineData("seal \"static\" { current_key_id = \"a\"\ncurrent_key = \"file:///nowhere/c2VjcmV0\" }", "a.hcl:12:1: current_key names a key that cannot be used: a folder of its path does not exist")]
    [InlineData("seal \"static\" { current_key_id = \"a\"\ncurrent_key = \"env://c2VjcmV0\" }", "a.hcl:12:1: current_key names a key that cannot be used: the environment variable is not set")]
    [InlineData("seal \"static\" { previous_key_id = \"a\" }", "needs previous_key beside previous_key_id")]
    [InlineData("seal \"static\" { keyy = \"a\" }", "unknown key keyy in seal \"static\"")]
    [InlineData("seal \"awskms\" { }", "seal \"awskms\" is not known")]
    [InlineData("seal { current_key = \"file:///k\" }", "seal \"static\" { }")]
    public void A_seal_that_says_too_little_is_a_problem_that_shows_no_key(string seal, string problem)
    {
        var read = Read(("a.hcl", Plain + seal));

        Assert.Contains(read.Problems, text => text.Contains(problem, StringComparison.Ordinal));
        Assert.DoesNotContain(read.Problems, text => text.Contains("c2VjcmV0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2VjcmV0")]
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")]
    [InlineData("c2VjcmV0 and no base64")]
    public void A_static_key_that_is_none_is_a_problem_beside_all_others(string content)
    {
        var key = Path.Combine(_folder.FullName, "unseal.key");
        File.WriteAllText(key, content);

        var read = Read(("a.hcl", $$"""
            storage "file" { }
            listener "tcp" { tls_disable = "maybe" }
            seal "static" {
              colour          = "red"
              current_key_id  = "2"
              current_key     = "file://{{key}}"
              previous_key_id = "1"
              previous_key    = "file://{{key}}.none"
            }
            """));

        string[] expected =
        [
            "a.hcl:1:9: storage \"file\" needs a path",
            "a.hcl:2:18: tls_disable must be true or false",
            "a.hcl:4:3: unknown key colour in seal",
            "a.hcl:6:3: current_key names a key that cannot be used: ",
            "a.hcl:8:3: previous_key names a key that cannot be used: it does not exist",
        ];
        Assert.All(expected, problem => Assert.Contains(read.Problems, told => told.Contains(problem, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, read.Problems.Count);
        Assert.DoesNotContain(read.Problems, problem => problem.Contains("c2VjcmV0", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_of_a_folder_add_up_and_other_files_do_not_count()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "1.hcl"), "storage \"inmem\" {}\n");
        File.WriteAllText(Path.Combine(_folder.FullName, "2.json"), """{"listener": {"tcp": {"tls_disable": 1}}}""");
        File.WriteAllText(Path.Combine(_folder.FullName, "notes.txt"), "not HCL at all {{{");

        var read = ConfigurationReader.Read([_folder.FullName]);

        Assert.Empty(read.Problems);
        Assert.Equal(("inmem", 1), (read.Options!.Storage.Type.Name, read.Options.Listeners.Count));
    }

    [Fact]
    public void Every_problem_is_told_at_once_with_file_and_line()
    {
        var read = Read(("bad.hcl", """
            storage "consul" { path = "x" }
            listener "tcp" {
              address = "localhost"
              tls_disable = "maybe"
              colour = "red"
            }
            listener "quic" {}
            default_lease_ttl = "soon"
            cluster_name = ["a"]
            nonsense = 1
            """), ("broken.hcl", "listener \"tcp\" {\n  address = \n"));

        Assert.Null(read.Options);
        string[] expected =
        [
            "bad.hcl:1:9: storage \"consul\" is not known; there are inmem, file and sqlite",
            "bad.hcl:4:3: tls_disable must be true or false",
            "bad.hcl:5:3: unknown key colour in listener",
            "bad.hcl:2:10: address must be a host and a port",
            "bad.hcl:7:10: listener \"quic\" is not available",
            "bad.hcl:8:1: default_lease_ttl must be a duration",
            "bad.hcl:9:1: cluster_name must be text",
            "bad.hcl:10:1: unknown key nonsense",
            "broken.hcl:",
        ];
        Assert.All(expected, problem => Assert.Contains(read.Problems, told => told.Contains(problem, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, read.Problems.Count);
    }

    [Theory]
    [InlineData("", "no storage is configured")]
    [InlineData("", "no listener is configured")]
    [InlineData("storage \"file\" {}", "needs a path")]
    [InlineData("storage \"sqlite\" { path = \"\" }", "storage \"sqlite\" needs a path")]
    [InlineData("storage \"inmem\" { path = \"/x\" }", "unknown key path in storage \"inmem\", which takes none")]
    [InlineData("storage \"file\" { path = \"/x\"\n pth = 1 }", "unknown key pth in storage \"file\", which takes path")]
    [InlineData("storage \"inmem\" {}\nstorage \"inmem\" {}", "a second storage")]
    [InlineData("storage = 1", "'storage' must be a block")]
    [InlineData("default_lease_ttl = \"2h\"\nmax_lease_ttl = \"1h\"", "a.hcl:2:1: max_lease_ttl is shorter than default_lease_ttl: set default_lease_ttl to no more than max_lease_ttl")]
    [InlineData("max_lease_ttl = \"100h\"", "a.hcl:1:1: max_lease_ttl is shorter than default_lease_ttl, which the configuration does not set and which is 768h by default")]
    [InlineData("\ndefault_lease_ttl = \"1000h\"", "a.hcl:2:1: max_lease_ttl, which the configuration does not set and which is 768h by default, is shorter than default_lease_ttl:")]
    [InlineData("listener \"tcp\" { tls_disable = 1\n max_request_size = -1 }", "max_request_size must be a positive number of bytes")]
    [InlineData("listener \"tcp\" { tls_disable = 1\n tls_min_version = \"tls10\" }", "tls_min_version must be \"tls12\" or \"tls13\"")]
    [InlineData("listener \"tcp\" { tls_cert_file = \"/nowhere/a\"\n tls_key_file = \"/nowhere/b\" }", "tls_cert_file names a file that cannot be read: a folder of its path does not exist")]
    [InlineData("listener \"tcp\" { tls_cert_file = \"a\"\n tls_key_file = \"b\"\n tls_require_and_verify_client_cert = 1 }", "needs tls_client_ca_file")]
    [InlineData("listener \"tcp\" { tls_cert_file = \"a\"\n tls_key_file = \"b\"\n tls_min_version = \"tls13\"\n tls_max_version = \"tls12\" }", "must not be newer")]
    [InlineData("listener \"tcp\" { tls_disable = 1\n custom_response_headers { \"6xx\" = { \"X-A\" = [\"a\"] } } }", "must be \"default\", a class such as")]
    [InlineData("listener \"tcp\" { tls_disable = 1\n custom_response_headers { \"default\" = { \"X-Vault-A\" = [\"a\"] } } }", "does not begin with X-Vault-")]
    [InlineData("listener \"tcp\" { tls_disable = 1\n custom_response_headers { \"default\" = { \"X-A\" = [\"a\\nb\"] } } }", "needs a list of texts")]
    [InlineData("log_level = \"loud\"", "a.hcl:1:1: log_level must be trace, debug, info, warn, error or off")]
    [InlineData("log_format = \"xml\"", "a.hcl:1:1: log_format must be standard or json")]
    public void What_is_wrong_is_named(string text, string problem)
    {
        var read = Read(("a.hcl", text));

        Assert.Null(read.Options);
        Assert.Contains(read.Problems, told => told.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("max_lease_ttl = \"soon\"\ndefault_lease_ttl = \"1000h\"", "max_lease_ttl must be a duration")]
    [InlineData("default_lease_ttl = \"soon\"\nmax_lease_ttl = \"1h\"", "default_lease_ttl must be a duration")]
    [InlineData("listener \"tcp\" { tls_disable = \"maybe\" }", "tls_disable must be true or false")]
    [InlineData("listener \"tcp\" { tls_cert_file = [] }", "tls_cert_file must be text")]
    [InlineData("seal \"static\" { current_key_id = \"a\"\ncurrent_key = [] }", "current_key must be text")]
    public void A_value_that_cannot_be_read_is_one_problem(string text, string problem)
    {
        var read = Read(("a.hcl", text), ("rest.hcl", "storage \"inmem\" {}\nlistener \"tcp\" {\n  address = \"127.0.0.1:8299\"\n  tls_disable = 1\n}\n"));

        Assert.Contains(problem, Assert.Single(read.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_of_the_store_that_cannot_be_read_is_one_problem() =>
        Assert.Contains("path must be text", Assert.Single(Read(("a.hcl", "storage \"file\" { path = [] }\nlistener \"tcp\" { tls_disable = 1 }")).Problems), StringComparison.Ordinal);

    [Fact]
    public void Metrics_are_opened_and_closed_where_telemetry_says_so()
    {
        const string Rest = "storage \"inmem\" {}\ntelemetry { prometheus_retention_time = \"0s\"\n disable_hostname = true }\n";

        var read = Read(("a.hcl", Rest + "listener \"tcp\" { tls_disable = 1\n telemetry { unauthenticated_metrics_access = true } }"));

        Assert.Empty(read.Problems);
        Assert.False(read.Options!.ShowsPrometheus);
        Assert.True(Assert.Single(read.Options.Listeners).OpenMetrics);
        Assert.Contains("disable_hostname", Assert.Single(read.Notices), StringComparison.Ordinal);
        Assert.Contains("unknown key colour in telemetry", Assert.Single(Read(("b.hcl", Plain + "telemetry { colour = 1 }")).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var read = ConfigurationReader.Read([Path.Combine(_folder.FullName, "none.hcl")]);

        Assert.Contains(read.Problems, told => told.Contains("none.hcl: cannot be read", StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_of_the_reference_server_that_have_no_use_here_are_told_and_passed_over()
    {
        var read = Read(("a.hcl", Plain + "ui = true\ndisable_mlock = true\ncluster_addr = \"http://127.0.0.1:8201\"\n"));

        Assert.Empty(read.Problems);
        Assert.Equal(3, read.Notices.Count);
        Assert.Contains("ui is understood and not used", read.Notices[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_key_that_the_reference_server_knows_is_known_with_a_reason_where_it_has_no_effect()
    {
        // From the configuration structures of Vault 1.20 and OpenBao 2.4.
        const string TopLevel = """
            cache_size disable_cache disable_printable_check ui enable_ui cluster_cipher_suites plugin_directory plugin_tmpdir plugin_file_uid plugin_file_permissions
            introspection_endpoint api_addr cluster_addr disable_clustering disable_performance_standby disable_sealwrap disable_indexing disable_sentinel_trace
            enable_response_header_hostname log_requests_level enable_response_header_raft_node_id license_path detect_deadlocks imprecise_lease_role_tracking
            enable_post_unseal_trace post_unseal_trace_directory remove_irrevocable_lease_after experiments disable_mlock default_max_request_duration log_format log_level
            log_file log_rotate_duration log_rotate_bytes log_rotate_max_files pid_file cluster_name max_lease_ttl default_lease_ttl raw_storage_endpoint
            allow_audit_log_prefixing unsafe_allow_api_audit_creation administrative_namespace_path adaptive_overload_protection disable_unauthed_rekey_endpoints
            """;
        const string Listener = """
            cluster_address tls_cipher_suites tls_prefer_server_cipher_suites tls_disable_client_certs max_json_token max_token_header_size cors_enabled cors_allowed_origins
            cors_allowed_headers purpose role disable_replication_status_endpoints disable_request_limiter max_request_json_memory
            """;
        const string Telemetry = """
            statsite_address statsd_address disable_hostname enable_hostname_label metrics_prefix usage_gauge_period maximum_gauge_cardinality circonus_api_token
            circonus_api_app circonus_api_url circonus_submission_interval circonus_submission_url circonus_check_id circonus_check_force_metric_activation
            circonus_check_instance_id circonus_check_search_tag circonus_check_tags circonus_check_display_name circonus_broker_id circonus_broker_select_tag
            dogstatsd_addr dogstatsd_tags prometheus_retention_time stackdriver_project_id stackdriver_location stackdriver_namespace stackdriver_debug_logs
            lease_metrics_epsilon num_lease_metrics_buckets add_lease_metrics_namespace_labels opentelemetry_disable filter_default prefix_filter
            """;
        var text = Plain
            + string.Concat(TopLevel.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(key => !Plain.Contains(key, StringComparison.Ordinal)).Select(key => $"{key} = {Value(key)}\n"))
            + "ha_storage \"raft\" { path = \"/x\" }\nservice_registration \"consul\" { address = \"a\" }\nreplication { }\nreporting { }\nsentinel { }\ncloud { }\nplugin \"secret\" \"x\" { }\n"
            + $"telemetry {{\n{string.Concat(Telemetry.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(key => $"{key} = 1\n"))}}}\n"
            + $"listener \"tcp\" {{\naddress = \"127.0.0.1:8299\"\ntls_disable = 1\nprofiling {{ }}\ninflight_requests_logging {{ }}\nagent_api {{ }}\n{string.Concat(Listener.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(key => $"{key} = 1\n"))}}}\n";

        var read = Read(("a.hcl", text));

        Assert.Empty(read.Problems);
        Assert.All(read.Notices, notice => Assert.Matches("is understood and not used: .{10,}", notice));
        Assert.True(read.Notices.Count > 90, $"{read.Notices.Count}");

        static string Value(string key) => key switch
        {
            "api_addr" => "\"https://a.test:8200\"",
            "log_level" => "\"info\"",
            "log_format" => "\"json\"",
            _ when key.EndsWith("duration", StringComparison.Ordinal) => "\"24h\"",
            _ => "1",
        };
    }

    [Theory]
    [InlineData("127.0.0.1:8200", "127.0.0.1:8200")]
    [InlineData("[::1]:8200", "[::1]:8200")]
    [InlineData(":8200", "[::]:8200")]
    [InlineData("vault.test:8200", "192.0.2.7:8200")]
    [InlineData("six.test:8200", "[2001:db8::7]:8200")]
    [InlineData("nowhere.test:8200", "cannot be resolved")]
    [InlineData("none.test:8200", "cannot be resolved")]
    [InlineData("a b:8200", "neither an IP address nor a host name")]
    [InlineData("010.0.0.1:8200", "neither an IP address nor a host name")]
    [InlineData("127.0.0.1", "must be a host and a port")]
    [InlineData("::1", "must be a host and a port")]
    [InlineData("127.0.0.1:0", "must be a host and a port")]
    [InlineData("127.0.0.1:99999", "must be a host and a port")]
    [InlineData("{{ GetPrivateIP }}:8200", "neither an IP address nor a host name")]
    public void The_address_of_a_listener_may_be_a_name(string text, string expected)
    {
        var found = ListenerAddress.Parse(
            text,
            name => name switch
            {
                "vault.test" => [IPAddress.Parse("2001:db8::7"), IPAddress.Parse("192.0.2.7"), IPAddress.Parse("192.0.2.8")],
                "six.test" => [IPAddress.Parse("2001:db8::7")],
                "none.test" => [],
                _ => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound),
            },
            out var problem);

        Assert.Contains(expected, found?.ToString() ?? problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:8300", "127.0.0.1:8300", true)]
    [InlineData("127.0.0.1:8300", ":8300", true)]
    [InlineData("0.0.0.0:8300", "127.0.0.1:8300", true)]
    [InlineData("localhost:8300", "127.0.0.1:8300", true)]
    [InlineData("0.0.0.0:8300", "[::1]:8300", false)]
    [InlineData("127.0.0.1:8300", "127.0.0.1:8301", false)]
    [InlineData("127.0.0.1:8300", "127.0.0.2:8300", false)]
    public void Two_listeners_on_one_address_are_named_by_file_and_line(string one, string other, bool collide)
    {
        var read = Read(
            ("a.hcl", $"storage \"inmem\" {{}}\nlistener \"tcp\" {{\n  address = \"{one}\"\n  tls_disable = 1\n}}\n"),
            ("b.hcl", $"listener \"tcp\" {{\n  address = \"{other}\"\n  tls_disable = 1\n}}\n"));

        Assert.Equal(collide ? 1 : 0, read.Problems.Count);
        Assert.All(read.Problems, problem =>
        {
            Assert.Contains("b.hcl:1:10: this listener has the address that the one at", problem, StringComparison.Ordinal);
            Assert.Contains("a.hcl:2:10 takes already", problem, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("storage \"inmem\" {}\nlistener \"tcp\" {\n  address = \n")]
    [InlineData("{\"storage\": ")]
    [InlineData("storage \"inmem\" {\nlistener \"tcp\" { tls_disable = 1 }\n")]
    [InlineData("listener = 1\nstorage \"inmem\" {}")]
    public void One_cause_is_reported_once(string text) => Assert.Single(Read(("a.hcl", text)).Problems);

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/urandom")]
    public void A_file_without_an_end_is_refused(string path)
    {
        Assert.Contains($"{path}: cannot be read: it is larger than", Assert.Single(ConfigurationReader.Read([path]).Problems), StringComparison.Ordinal);
        Assert.Contains(
            "tls_cert_file names a file that cannot be read: it is larger than",
            Assert.Single(Read(("a.hcl", $"storage \"inmem\" {{}}\nlistener \"tcp\" {{ tls_cert_file = \"{path}\"\n tls_key_file = \"{path}\" }}")).Problems),
            StringComparison.Ordinal);
        Assert.Contains(
            "current_key names a key that cannot be used: it is larger than",
            Assert.Single(Read(("a.hcl", Plain + $"seal \"static\" {{ current_key_id = \"a\"\n current_key = \"file://{path}\" }}")).Problems),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("coffer.example.test:8200")]
    [InlineData("https://")]
    [InlineData("ftp://coffer.example.test")]
    [InlineData("https://user:s3cret@coffer.example.test")]
    [InlineData("https://coffer.example.test/v1")]
    [InlineData("https://coffer.example.test?a=b")]
    public void An_api_addr_that_no_client_could_use_is_refused(string address)
    {
        var problem = Assert.Single(Read(("a.hcl", Plain + $"api_addr = \"{address}\"\n")).Problems);

        Assert.Contains("a.hcl:11:1: api_addr must be a URL", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_section_is_found_by_its_key_and_a_comment_or_another_order_of_files_is_no_change()
    {
        var before = Read(("a.hcl", Plain + "log_level = \"warn\"\n")).Sections;

        Assert.Empty(SectionDigests.Changed(before, Read(("a.hcl", "# a comment\n" + Plain + "\n\nlog_level   =   \"warn\"\n")).Sections));
        Assert.Equal(
            ["audit_folder", "cluster_name", "listener"],
            SectionDigests.Changed(before, Read(("a.hcl", Plain.Replace("8201", "8202", StringComparison.Ordinal).Replace("\"vaults\"", "\"other\"", StringComparison.Ordinal).Replace("audit_folder ", "# ", StringComparison.Ordinal) + "log_level = \"warn\"\n")).Sections));
    }

    [Fact]
    public void The_address_that_clients_reach_the_server_at_is_read()
    {
        var read = Read(("a.hcl", Plain + "api_addr = \"https://coffer.example.test:8200\"\n"));

        Assert.Empty(read.Problems);
        Assert.Equal("https://coffer.example.test:8200", read.Options!.ApiAddress);
    }

    [Fact]
    public void What_is_logged_how_and_where_to_is_read()
    {
        var read = Read(("a.hcl", Plain + "log_level = \"debug\"\nlog_format = \"json\"\nlog_file = \"/var/log/coffer/\"\n"));

        Assert.Empty(read.Problems);
        Assert.Equal(new LogOptions { Level = LogLevel.Debug, Json = true, File = "/var/log/coffer/" }, read.Options!.Log);
    }

    [Fact]
    public void Audit_devices_are_declared_by_type_and_name_and_the_api_is_kept_within_bounds()
    {
        var read = Read(("a.hcl", Plain + """
            audit "file" "main" {
              description = "all of it"
              options { file_path = "/var/log/coffer/audit.log" }
            }
            audit "socket" "away" {
              options = { address = "10.0.0.5:9000", log_raw = false }
            }
            audit_targets = ["syslog", "tcp://10.0.0.5:9000", "unix:///run/a.sock"]
            allow_audit_log_prefixing = true
            """));

        Assert.Empty(read.Problems);
        var audit = read.Options!.Audit;
        Assert.Equal([("file", "main/", "all of it"), ("socket", "away/", "")], audit.Declared.Select(device => (device.Type, device.Path, device.Description)));
        Assert.Equal([KeyValuePair.Create("address", "10.0.0.5:9000"), KeyValuePair.Create("log_raw", "false")], audit.Declared[1].Options);
        Assert.Equal(["syslog", "tcp://10.0.0.5:9000", "unix:///run/a.sock"], audit.Targets);
        Assert.True(audit is { AllowPrefix: true, ApiMayCreate: true });
    }

    [Theory]
    [InlineData("audit \"file\" { }", "'audit' takes 2 labels")]
    [InlineData("audit \"file\" \"a\" { }", "a.hcl:11:14: audit \"file\" \"a\": file_path is required")]
    [InlineData("audit \"pigeon\" \"a\" { }", "audit \"pigeon\" \"a\": unknown backend type")]
    [InlineData("audit \"file\" \"a b\" { options { file_path = \"/a\" } }", "audit \"file\" \"a b\": its path takes letters")]
    [InlineData("audit \"file\" \"a\" { options { file_path = \"/a\" } }\naudit \"file\" \"a/b\" { options { file_path = \"/b\" } }", "is declared twice, or below another")]
    [InlineData("audit \"file\" \"a\" { colour = \"red\"\noptions { file_path = \"/a\" } }", "unknown key colour in audit")]
    [InlineData("audit \"file\" \"a\" { options = 1 }", "options must be a block")]
    [InlineData("audit_targets = \"syslog2\"", "each of audit_targets must be")]
    [InlineData("audit_targets = [\"tcp://nowhere\"]", "each of audit_targets must be")]
    public void A_wrong_declaration_of_an_audit_device_is_named(string text, string problem)
    {
        var read = Read(("a.hcl", Plain + text));

        Assert.Null(read.Options);
        Assert.Contains(read.Problems, told => told.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("log_file = \"F/server.log\"\naudit \"file\" \"main\" { options { file_path = \"F/server.log\" } }")]
    [InlineData("log_file = \"F/./sub/..//server.log\"\naudit \"file\" \"main\" { options { path = \"F//server.log\" } }")]
    [InlineData("log_file = \"F/\"\naudit \"file\" \"main\" { options { file_path = \"F/coffer.log\" } }")]
    [InlineData("log_file = \"F/server.log\"\naudit \"file\" \"main\" { options { file_path = \"F/link.log\" } }")]
    public void An_audit_device_in_the_servers_log_file_is_refused_by_either_name(string text)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "server.log"), "");
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "link.log"), Path.Combine(_folder.FullName, "server.log"));

        var problem = Assert.Single(Read(("a.hcl", Plain + text.Replace("F/", _folder.FullName + "/", StringComparison.Ordinal))).Problems);

        Assert.Contains("a.hcl:11:1: log_file is the file that the audit device \"main\" writes to", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_audit_devices_in_one_file_are_refused_and_everything_wrong_with_one_is_named()
    {
        var read = Read(("a.hcl", Plain + """
            audit "file" "one" { options { file_path = "/var/log/coffer/a.log" } }
            audit "file" "two" { options { file_path = "/var/log/coffer/../coffer/a.log" } }
            audit "file" "a b" { options { file_path = "a.log"
              mode = "0777"
              sync = "x" } }
            """));

        Assert.Equal(3, read.Problems.Count);
        Assert.Contains("a.hcl:12:14: audit \"file\" \"two\": file_path is the file of the audit device \"one\"", read.Problems[0], StringComparison.Ordinal);
        Assert.Contains("a.hcl:13:14: audit \"file\" \"a b\": its path takes letters", read.Problems[1], StringComparison.Ordinal);
        Assert.Contains("mode is refused", read.Problems[2], StringComparison.Ordinal);
        Assert.Contains("; sync must be", read.Problems[2], StringComparison.Ordinal);
        Assert.EndsWith("; file_path must be an absolute path", read.Problems[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_of_a_listener_end_where_they_belong()
    {
        var read = Read(("a.hcl", """
            storage "inmem" {}
            listener "tcp" {
              tls_disable = true
              max_request_duration = "10s"
              http_read_timeout = "11s"
              http_read_header_timeout = "12s"
              http_write_timeout = "13s"
              http_idle_timeout = "14s"
              max_json_depth = 5
              max_json_string_value_length = 6
              max_json_object_entry_count = 7
              max_json_array_element_count = 8
              max_request_json_strings = 9
              x_forwarded_for_authorized_addrs = ["10.0.0.0/8", "192.0.2.1"]
              x_forwarded_for_hop_skips = 1
              x_forwarded_for_reject_not_present = false
              x_forwarded_for_reject_not_authorized = "false"
            }
            listener "unix" {
              address = "/run/coffer.sock"
              socket_mode = "0660"
              socket_user = "coffer"
              socket_group = 42
            }
            default_max_request_duration = "15s"
            """));

        Assert.Empty(read.Problems);
        var (tcp, unix) = (read.Options!.Listeners[0], read.Options.Listeners[1]);
        Assert.Equal(
            new ListenerTimes
            {
                Request = TimeSpan.FromSeconds(10),
                Read = TimeSpan.FromSeconds(11),
                ReadHeader = TimeSpan.FromSeconds(12),
                Write = TimeSpan.FromSeconds(13),
                Idle = TimeSpan.FromSeconds(14),
            },
            tcp.Times);
        Assert.Equal(new JsonBounds { DepthMax = 5, StringBytesMax = 6, MembersMax = 7, ElementsMax = 8, StringsMax = 9 }, tcp.Json);
        Assert.Equal(["10.0.0.0/8", "192.0.2.1/32"], tcp.ForwardedFor!.Authorized.Select(network => network.ToString()));
        Assert.True(tcp.ForwardedFor is { HopSkips: 1, RejectNotPresent: false, RejectNotAuthorized: false });
        Assert.Equal("/run/coffer.sock", unix.Address.ToString());
        Assert.Equal(new UnixSocketOptions((UnixFileMode)0x1B0, "coffer", "42"), unix.Socket);
        Assert.Equal(TimeSpan.FromSeconds(15), unix.Times.Request);
    }

    [Theory]
    [InlineData("tcp", "x_forwarded_for_authorized_addrs = \"nowhere\"", "each of x_forwarded_for_authorized_addrs must be an IP address or a network")]
    [InlineData("tcp", "proxy_protocol_behavior = \"use_always\"", "proxy_protocol_behavior is not available")]
    [InlineData("tcp", "http_read_timeout = \"never\"", "http_read_timeout must be a duration")]
    [InlineData("tcp", "socket_mode = \"0600\"", "unknown key socket_mode in listener \"tcp\"")]
    [InlineData("unix", "tls_disable = true", "unknown key tls_disable in listener \"unix\"")]
    [InlineData("unix", "socket_mode = \"rwx\"", "socket_mode must be octal")]
    [InlineData("unix", "address = \"coffer.sock\"", "address must be the absolute path of a socket")]
    public void A_wrong_key_of_a_listener_is_named_with_its_line(string type, string key, string problem)
    {
        var read = Read(("a.hcl", $"storage \"inmem\" {{}}\nlistener \"{type}\" {{\n{(type == "tcp" ? "tls_disable = true" : "")}\n{key}\n}}\n"));

        Assert.Null(read.Options);
        Assert.Contains(problem, Assert.Single(read.Problems, told => !told.Contains("no listener", StringComparison.Ordinal) && told.Contains(problem, StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.StartsWith(Path.Combine(_folder.FullName, "a.hcl:"), read.Problems[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("15s", 15)]
    [InlineData("1h", 3600)]
    public void The_time_that_late_calls_are_reckoned_with_can_be_set(string text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(("a.hcl", $"storage \"inmem\" {{}}\nlistener \"tcp\" {{ tls_disable = true }}\nlate_call_time = \"{text}\"\n")).Options!.LateCallTime);

    [Theory]
    [InlineData("9s")]
    [InlineData("25h")]
    public void A_time_for_late_calls_that_is_out_of_range_is_refused_with_its_line(string text)
    {
        var read = Read(("a.hcl", $"storage \"inmem\" {{}}\nlistener \"tcp\" {{ tls_disable = true }}\nlate_call_time = \"{text}\"\n"));

        Assert.EndsWith("a.hcl:3:1: late_call_time must be between 10s and 24h", Assert.Single(read.Problems), StringComparison.Ordinal);
    }

    private static object Comparable(ConfigurationResult read) => read.Options! with { Storage = StorageOptions.InMemory, Listeners = [], Given = GivenConfiguration.None, Audit = read.Options.Audit with { Declared = [], Targets = [] } };

    private ConfigurationResult Read(params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, name), text);
        }

        return ConfigurationReader.Read([.. files.Select(file => Path.Combine(_folder.FullName, file.Name))]);
    }
}
