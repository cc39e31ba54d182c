using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.Flags;

namespace Coffer.Cli.Mounts;

/// <summary>The settings of a mount that enabling and tuning have in common, for secrets engines and auth methods.</summary>
internal sealed class MountFlags
{
    private const string Group = "Command Options";
    private readonly TextFlag _description;
    private readonly DurationFlag _defaultTtl;
    private readonly DurationFlag _maxTtl;
    private readonly TextFlag _visibility;
    private readonly TextFlag _tokenType;
    private readonly TextFlag _pluginVersion;
    private readonly TextFlag _identityTokenKey;
    private readonly TextMapFlag _options;
    private readonly NumberFlag _version;
    private readonly (TextListFlag Flag, string Field)[] _lists;

    public MountFlags(FlagTable flags, bool isAuth)
    {
        _description = flags.Add(Group, new TextFlag("description", "What this mount is for."));
        _defaultTtl = flags.Add(Group, new DurationFlag("default-lease-ttl", "Default time to live of leases and tokens; the server's when not given.") { AllowsSystem = true });
        _maxTtl = flags.Add(Group, new DurationFlag("max-lease-ttl", "Longest time to live of leases and tokens; the server's when not given.") { AllowsSystem = true });
        _visibility = flags.Add(Group, new TextFlag("listing-visibility", "Whether the mount is listed to those without a token: unauth or hidden."));
        _tokenType = isAuth ? flags.Add(Group, new TextFlag("token-type", "Type of the tokens issued here: default-service, default-batch, service or batch.")) : new TextFlag("token-type", "");
        _pluginVersion = flags.Add(Group, new TextFlag("plugin-version", "Version of the plugin to use."));
        _identityTokenKey = flags.Add(Group, new TextFlag("identity-token-key", "Key that signs plugin identity tokens."));
        _options = flags.Add(Group, new TextMapFlag("options", "An option of the engine. May be given many times."));
        _version = flags.Add(Group, new NumberFlag("version", "Version of the engine, such as 2 for kv."));
        _lists =
        [
            (flags.Add(Group, new TextListFlag("audit-non-hmac-request-keys", "Request field to record in the audit log as it is. Also a comma list; may be given many times.")), "audit_non_hmac_request_keys"),
            (flags.Add(Group, new TextListFlag("audit-non-hmac-response-keys", "Reply field to record in the audit log as it is. Also a comma list; may be given many times.")), "audit_non_hmac_response_keys"),
            (flags.Add(Group, new TextListFlag("passthrough-request-headers", "Request header that the engine gets to see. Also a comma list; may be given many times.")), "passthrough_request_headers"),
            (flags.Add(Group, new TextListFlag("allowed-response-headers", "Header that the engine may set on replies. Also a comma list; may be given many times.")), "allowed_response_headers"),
            (flags.Add(Group, new TextListFlag("allowed-managed-keys", "Managed key that the engine may use. Also a comma list; may be given many times.")), "allowed_managed_keys"),
        ];
    }

    /// <summary>The body for <c>sys/mounts/PATH</c> and <c>sys/auth/PATH</c>.</summary>
    public JsonObject EnableBody(string type)
    {
        var config = new JsonObject();
        AddConfig(config);
        var body = new JsonObject { ["type"] = type, ["description"] = _description.Value, ["config"] = config };
        AddOptions(body);
        return body;
    }

    /// <summary>The body for a tune endpoint: only what was given.</summary>
    public JsonObject TuneBody()
    {
        var body = new JsonObject();
        AddConfig(body);
        if (_description.IsSet)
        {
            body["description"] = _description.Value;
        }

        AddOptions(body);
        return body;
    }

    private void AddConfig(JsonObject config)
    {
        AddText(config, "default_lease_ttl", _defaultTtl.ApiText);
        AddText(config, "max_lease_ttl", _maxTtl.ApiText);
        AddIfSet(config, _visibility, "listing_visibility");
        AddIfSet(config, _tokenType, "token_type");
        AddIfSet(config, _pluginVersion, "plugin_version");
        AddIfSet(config, _identityTokenKey, "identity_token_key");
        foreach (var (flag, field) in _lists)
        {
            if (flag.IsSet)
            {
                config[field] = new JsonArray([.. flag.Items.Select(value => (JsonNode)value)]);
            }
        }
    }

    private void AddOptions(JsonObject body)
    {
        var options = new JsonObject();
        foreach (var (key, value) in _options.Values)
        {
            options[key] = value;
        }

        if (_version.Value > 0)
        {
            options["version"] = _version.Value.ToString(CultureInfo.InvariantCulture);
        }

        if (options.Count > 0)
        {
            body["options"] = options;
        }
    }

    private static void AddIfSet(JsonObject config, TextFlag flag, string field)
    {
        if (flag.IsSet)
        {
            config[field] = flag.Value;
        }
    }

    private static void AddText(JsonObject config, string field, string value)
    {
        if (value.Length > 0)
        {
            config[field] = value;
        }
    }
}
