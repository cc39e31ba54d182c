using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Coffer.Server.Configuration;

/// <summary>Keys of Vault's and OpenBao's configuration that have no effect here, each with the reason that the notice gives; and those that are refused.</summary>
internal static class KnownKeys
{
    private const string OneNode = "there is one node";
    private const string NoPlugins = "there are no plugins";
    private const string Metrics = "metrics are read from sys/metrics, or sent to otlp_endpoint";
    private const string Rotate = "let logrotate move the file, then send SIGHUP";
    private const string Caches = "caches have bounds of their own";
    private const string Enterprise = "it is a feature of Vault Enterprise";

    /// <summary>Of the top level.</summary>
    public static ImmutableArray<TopLevelKey> TopLevel { get; } = NotUsed(
        (OneNode, [Text("cluster_addr"), Truth("disable_clustering"), Truth("disable_performance_standby"), Text("cluster_cipher_suites"), "ha_storage", "ha_backend", "service_registration", Truth("enable_response_header_raft_node_id")]),
        (NoPlugins, [Text("plugin_directory"), "plugin_tmpdir", Count("plugin_file_uid"), Count("plugin_file_permissions"), "plugin", "plugin_auto_download", "plugin_auto_register", "plugin_download_behavior"]),
        (Rotate, ["log_rotate_duration", "log_rotate_bytes", "log_rotate_max_files"]),
        (Caches, [Truth("disable_cache"), Count("cache_size")]),
        (Enterprise, ["license_path", Truth("disable_sealwrap"), Truth("disable_sentinel_trace"), Truth("disable_indexing"), "replication", "reporting", "sentinel", "entropy", "cloud", "kms_library", "administrative_namespace_path", "adaptive_overload_protection", "enable_multiseal"]),
        ("memory is not locked; keep swap encrypted or off", [Truth("disable_mlock")]),
        ("there is no web page", [new TopLevelKey("ui", ShownAs.Truth) { ShownName = "enable_ui" }, "enable_ui"]),
        ("what runs the server knows its process", [Text("pid_file")]),
        ("names and values are always checked", [Truth("disable_printable_check")]),
        ("requests are in the audit log, with their times", [Text("log_requests_level")]),
        ("set audit_folder or audit_targets", [Truth("unsafe_allow_api_audit_creation")]),
        ("there are no locks to watch", [Text("detect_deadlocks")]),
        ("the server shows nothing of its insides", [Truth("introspection_endpoint"), "enable_post_unseal_trace", "post_unseal_trace_directory", Truth("enable_response_header_hostname")]),
        ("a lease that cannot be revoked stays in sys/leases/attention until somebody has looked", ["remove_irrevocable_lease_after"]),
        ("lease-count quotas count by mount and path", [Truth("imprecise_lease_role_tracking")]),
        ("there are no experiments", ["experiments", "feature_flags"]),
        ("nobody without a token begins or cancels a rekey in any case", ["disable_unauthed_rekey_endpoints"]));

    /// <summary>Of a listener.</summary>
    public static FrozenDictionary<string, string> OfListener { get; } = Table(
        (OneNode, ["cluster_address", "disable_replication_status_endpoints"]),
        ("clients and servers of TLS 1.2 and 1.3 agree on strong suites either way", ["tls_prefer_server_cipher_suites"]),
        ("the system's own list of strong suites is used", ["tls_cipher_suites"]),
        ("a body has at most 100,000 values in any case", ["max_request_json_memory", "max_json_token"]),
        ("tokens have at most 8192 characters in any case", ["max_token_header_size"]),
        ("which pages may call is set at sys/config/cors", ["cors_enabled", "cors_allowed_origins", "cors_allowed_headers"]),
        ("the server shows nothing of its insides", ["profiling", "inflight_requests_logging"]),
        ("it is a key of Vault's agent and proxy", ["agent_api", "proxy_api", "role"]),
        ("limits of rates are set at sys/quotas/rate-limit", ["disable_request_limiter"]),
        ("a listener serves the API", ["purpose"]));

    /// <summary>Of the telemetry block.</summary>
    public static FrozenDictionary<string, string> OfTelemetry { get; } = Table(
        (Metrics,
        [
            "statsite_address", "statsd_address", "dogstatsd_addr", "dogstatsd_tags", "stackdriver_project_id", "stackdriver_location", "stackdriver_namespace",
            "stackdriver_debug_logs", "circonus_api_token", "circonus_api_app", "circonus_api_url", "circonus_submission_interval", "circonus_submission_url",
            "circonus_check_id", "circonus_check_force_metric_activation", "circonus_check_instance_id", "circonus_check_search_tag",
            "circonus_check_display_name", "circonus_check_tags", "circonus_broker_id", "circonus_broker_select_tag", "opentelemetry_disable",
        ]),
        ("metrics have the names and labels that they have", ["disable_hostname", "enable_hostname_label", "metrics_prefix", "prefix_filter", "filter_default", "add_lease_metrics_namespace_labels", "add_mount_point_rollback_metrics", "rollback_metrics_include_mount_point"]),
        ("gauges are counted when they are read", ["usage_gauge_period", "maximum_gauge_cardinality", "lease_metrics_epsilon", "num_lease_metrics_buckets"]));

    /// <summary>Keys of a listener that would be taken for protection, with what to do instead.</summary>
    public static FrozenDictionary<string, string> RefusedOfListener { get; } = Table(
        ("let the proxy send X-Forwarded-For, and name it in x_forwarded_for_authorized_addrs",
            ["x_forwarded_for_client_cert_header", "x_forwarded_for_client_cert_header_decoders", "proxy_protocol_behavior", "proxy_protocol_authorized_addrs"]),
        ("there are no namespaces", ["chroot_namespace"]),
        ("what a client may see is a matter of its policies; take the key out", ["redact_addresses", "redact_cluster_name", "redact_version", "require_request_header"]));

    private static TopLevelKey Text(string name) => new(name, ShownAs.Text);

    private static TopLevelKey Truth(string name) => new(name, ShownAs.Truth);

    private static TopLevelKey Count(string name) => new(name, ShownAs.Count);

    private static ImmutableArray<TopLevelKey> NotUsed(params (string Reason, TopLevelKey[] Keys)[] rows) =>
        [.. rows.SelectMany(row => row.Keys, static (row, key) => key with { NotUsed = row.Reason })];

    private static FrozenDictionary<string, string> Table(params (string Reason, string[] Keys)[] rows) =>
        rows.SelectMany(row => row.Keys, static (row, key) => KeyValuePair.Create(key, row.Reason)).ToFrozenDictionary(StringComparer.Ordinal);
}
