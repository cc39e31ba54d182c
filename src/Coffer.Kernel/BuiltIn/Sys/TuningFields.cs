using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Mounts;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Text;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>A mount's settings as clients send them: in a mount's <c>config</c> object, or flat in a tune.</summary>
internal static class TuningFields
{
    public static readonly Field<string> DefaultTtl = Field.DurationText("default_lease_ttl", "Default life of leases; 0 or \"system\" for the system's.");
    public static readonly Field<string> MaxTtl = Field.DurationText("max_lease_ttl", "Longest life of leases; 0 or \"system\" for the system's.");
    public static readonly Field<bool> ForceNoCache = Field.Boolean("force_no_cache", "Accepted; caches are always coherent here.");
    public static readonly Field<string> ListingVisibility = Field.Text("listing_visibility", "unauth shows the mount to clients without a token.");
    public static readonly Field<ImmutableArray<string>> RequestKeys = Field.TextList("audit_non_hmac_request_keys", "Request keys that audit leaves readable.");
    public static readonly Field<ImmutableArray<string>> ResponseKeys = Field.TextList("audit_non_hmac_response_keys", "Response keys that audit leaves readable.");
    public static readonly Field<ImmutableArray<string>> RequestHeaders = Field.TextList("passthrough_request_headers", "Request headers handed to the engine.");
    public static readonly Field<ImmutableArray<string>> ResponseHeaders = Field.TextList("allowed_response_headers", "Response headers the engine may set.");
    public static readonly Field<string> TokenType = Field.Text("token_type", "Kind of token an auth method gives.");

    public static readonly Field<JsonElement> UserLockout = Field.Object("user_lockout_config", "When users are locked out after failed logins.", LockoutFields.All);

    public static readonly ImmutableArray<Field> All =
        [DefaultTtl, MaxTtl, ForceNoCache, ListingVisibility, RequestKeys, ResponseKeys, RequestHeaders, ResponseHeaders, TokenType, UserLockout];

    /// <summary>The settings after a change; only what was sent changes.</summary>
    /// <param name="enabling">The mount is being made: the texts for clients differ.</param>
    /// <param name="problem">Why the change is refused; null when it is not.</param>
    public static MountTuning Apply(FieldValues sent, MountTuning before, string typeName, EngineType? type, MountClass kind, SystemTtl system, bool enabling, out string? problem)
    {
        var after = before with
        {
            ForceNoCache = sent.Has(ForceNoCache) ? sent.Get(ForceNoCache) : before.ForceNoCache,
            ListingVisibility = sent.Has(ListingVisibility) ? sent.Get(ListingVisibility) : before.ListingVisibility,
            AuditNonHmacRequestKeys = sent.Has(RequestKeys) ? sent.Get(RequestKeys) : before.AuditNonHmacRequestKeys,
            AuditNonHmacResponseKeys = sent.Has(ResponseKeys) ? sent.Get(ResponseKeys) : before.AuditNonHmacResponseKeys,
            PassthroughRequestHeaders = sent.Has(RequestHeaders) ? sent.Get(RequestHeaders) : before.PassthroughRequestHeaders,
            AllowedResponseHeaders = sent.Has(ResponseHeaders) ? sent.Get(ResponseHeaders) : before.AllowedResponseHeaders,
            TokenType = sent.Has(TokenType) ? sent.Get(TokenType) : before.TokenType,
        };
        problem = TryTtl(sent, DefaultTtl, before.DefaultLeaseTtl, out var defaultTtl)
            ?? TryTtl(sent, MaxTtl, before.MaxLeaseTtl, out var maxTtl)
            ?? Problem(after = after with { DefaultLeaseTtl = defaultTtl, MaxLeaseTtl = maxTtl }, sent, kind, system, enabling);
        if (sent.Has(UserLockout))
        {
            after = after with { Lockout = LockoutFields.Apply(sent.Get(UserLockout), before.Lockout, out var lockoutProblem) };
            problem ??= type is { LocksNamesOut: true } ? lockoutProblem : $"tuning of user lockout configuration for auth type \"{typeName}\" not allowed";
        }

        return after;
    }

    /// <summary>Reads the <c>config</c> object of a mount.</summary>
    public static FieldValues Parse(JsonElement config, out string? problem) => FieldValues.Parse(All, config, [], out problem);

    private static string? TryTtl(FieldValues sent, Field<string> field, TimeSpan before, out TimeSpan ttl)
    {
        ttl = before;
        if (!sent.Has(field))
        {
            return null;
        }

        var text = sent.Get(field);
        ttl = default;
        if (text is "system" || (GoDuration.TryParse(text, out ttl) && ttl >= TimeSpan.Zero))
        {
            return null;
        }

        return $"unable to parse {field.Name}: expected a duration such as 3600, \"1h\" or \"system\"";
    }

    private static string? Problem(MountTuning after, FieldValues sent, MountClass kind, SystemTtl system, bool enabling)
    {
        if (after.ListingVisibility is not ("" or "unauth" or "hidden"))
        {
            return "invalid listing_visibility: it must be \"unauth\", \"hidden\" or empty";
        }

        if (sent.Has(TokenType) && kind != MountClass.Auth)
        {
            return "'token_type' can only be modified on auth mounts";
        }

        if (after.TokenType is not ("" or "default-service" or "default-batch" or "service" or "batch"))
        {
            return "invalid value for 'token_type'";
        }

        if (after.MaxLeaseTtl > TimeSpan.Zero && after.DefaultLeaseTtl > after.MaxLeaseTtl)
        {
            return enabling
                ? "given default lease TTL greater than given max lease TTL"
                : $"backend max lease TTL of {(long)after.MaxLeaseTtl.TotalSeconds} would be less than backend default lease TTL of {(long)after.DefaultLeaseTtl.TotalSeconds}";
        }

        return after.MaxLeaseTtl == TimeSpan.Zero && after.DefaultLeaseTtl > system.Max
            ? $"given default lease TTL greater than system max lease TTL of {(long)system.Max.TotalSeconds}"
            : null;
    }
}
