namespace Coffer.Fuzz.Targets;

/// <summary>A whole server: requests of any method, path and body by anyone who may do everything, and tokens of any kind.</summary>
internal static class ServerTargets
{
    private static readonly Lazy<FuzzedServer> Server = new(() => new FuzzedServer());

    private static readonly string[] Requests =
    [
        "GET sys/mounts", "POST sys/mounts/x\n{\"type\":\"kv\",\"options\":{\"version\":\"2\"},\"config\":{\"default_lease_ttl\":\"1h\",\"max_lease_ttl\":3600}}",
        "POST secret/a\n{\"value\":\"b\",\"ttl\":\"1h\"}", "LIST secret", "GET secret/a?list=true", "DELETE secret/a",
        "POST kv2/data/a\n{\"data\":{\"a\":1},\"options\":{\"cas\":0}}", "PATCH kv2/data/a\n{\"data\":{\"a\":null}}", "GET kv2/data/a?version=1", "POST kv2/metadata/a\n{\"max_versions\":3,\"delete_version_after\":\"1h\",\"custom_metadata\":{\"a\":\"b\"}}",
        "POST kv2/destroy/a\n{\"versions\":[1,2]}", "POST auth/token/create\n{\"policies\":[\"default\"],\"ttl\":\"1h\",\"num_uses\":2,\"meta\":{\"a\":\"b\"},\"period\":\"1h\"}",
        "POST auth/token/roles/r\n{\"allowed_policies\":\"a,b\",\"token_bound_cidrs\":[\"10.0.0.0/8\"]}", "POST auth/token/lookup\n{\"token\":\"root\"}",
        "POST sys/policies/acl/p\n{\"policy\":\"path \\\"a/+/*\\\" { capabilities = [\\\"read\\\"] allowed_parameters = { \\\"*\\\" = [] } }\"}",
        "POST sys/leases/lookup\n{\"lease_id\":\"a/b\"}", "POST sys/wrapping/wrap\n{\"a\":[1,2.5,-1e9,null,true]}", "POST sys/capabilities-self\n{\"paths\":[\"a\",\"sys/*\"]}",
        "POST identity/entity\n{\"name\":\"n\",\"policies\":[\"a\"],\"metadata\":{\"a\":\"b\"}}", "POST identity/group\n{\"name\":\"g\",\"type\":\"internal\"}", "POST identity/lookup/entity\n{\"name\":\"n\"}",
        "POST identity/oidc/key/k\n{\"algorithm\":\"ES256\"}", "POST identity/oidc/role/r\n{\"key\":\"k\",\"template\":\"{\\\"a\\\":{{identity.entity.name}}}\"}",
        "POST aws/roles/r\n{\"credential_type\":\"iam_user\",\"policy_document\":{\"Version\":\"2012-10-17\",\"Statement\":[]}}", "GET sys/internal/specs/openapi", "GET sys/health?standbyok=1&sealedcode=299",
        "POST sys/remount\n{\"from\":\"secret\",\"to\":\"moved\"}", "POST sys/mounts/secret/tune\n{\"max_lease_ttl\":\"87600h\",\"audit_non_hmac_request_keys\":[\"a\"]}", "GET sys/seal-status", "POST sys/tools/random/32\n{\"format\":\"hex\"}",
        "POST sys/auth/u\n{\"type\":\"userpass\"}", "GET sys/policies/acl?help=1", "POST sys/config/cors\n{\"enabled\":true,\"allowed_origins\":\"*\"}", "POST cubbyhole/a\n{\"a\":\"b\"}",
    ];

    private static readonly string[] Words =
    [
        "\"", "{", "}", "[", "]", ":", ",", "null", "true", "-1", "1e999", "9223372036854775808", "\\u0000", "\\ud800", "%2e", "%2F", "%00", "%zz", "..", "//", "?", "&", "=", "+", "\n",
        "GET ", "POST ", "LIST ", "DELETE ", "PATCH ", "HEAD ", "SCAN ", "sys/", "auth/token/", "identity/", "kv2/", "secret/", "aws/", "cubbyhole/", "\"data\":", "\"ttl\":", "{}", "[]", "\"\"", "1h", "768h", "-5m",
    ];

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("request", Requests, Words, input => Server.Value.Request(input)),
        new("token", ["root", "hvb.AAAAAQ", "hvs.CAESIA", "s.abc", "Bearer root"], ["hvs.", "hvb.", "s.", ".", "=", "-", "_", "A", "\u00e9", "\t", " "], input => Server.Value.Token(input)),
    ];
}
