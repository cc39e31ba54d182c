using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary>What to do about a failure, as far as it can be known. Empty when nothing useful can be said.</summary>
internal static class ErrorHints
{
    private const string Mounts = "sys/internal/ui/mounts/";

    public static string For(TransportException error, CofferClientOptions options, bool addressIsDefault, string program)
    {
        var host = Uri.TryCreate(options.Address, UriKind.Absolute, out var address) ? address.Authority : options.ShownAddress;
        return error.Failure switch
        {
            TransportFailure.Refused when address?.Scheme == "unix" => $"No server listens at the socket {address.LocalPath}, or this user may not use it: a server makes one where its configuration has listener \"unix\" {{ address = \"{address.LocalPath}\" }}, "
                + "and its socket_mode, socket_user and socket_group say who may use it. Another socket is named with: export VAULT_ADDR='unix:///PATH'",
            TransportFailure.Refused => (addressIsDefault ? $"VAULT_ADDR is not set, so {options.ShownAddress} was tried. " : "")
                + $"No server listens there. Start one (\"{program} server -dev\" for a first try), or say where it is: export VAULT_ADDR='https://HOST:8200'",
            TransportFailure.PlainHttpServer => $"The server at {host} speaks plain HTTP, as a dev server does. If that is meant: export VAULT_ADDR='http://{host}'",
            TransportFailure.Certificate => "Name the certificate authority with -ca-cert=FILE or VAULT_CACERT, or the name in the certificate with -tls-server-name.",
            TransportFailure.UnknownHost => "Check the host name in -address or VAULT_ADDR.",
            TransportFailure.Proxy => $"Requests go through the proxy that VAULT_PROXY_ADDR, VAULT_HTTP_PROXY, HTTPS_PROXY or HTTP_PROXY names; a user and a password for it are written http://USER:PASSWORD@HOST:PORT. "
                + $"To go past the last two: export NO_PROXY={address?.Host}",
            TransportFailure.Timeout => "Set VAULT_CLIENT_TIMEOUT=5m for requests that take longer.",
            _ => address?.Scheme == "http" ? $"If the server at {host} wants TLS: export VAULT_ADDR='https://{host}'" : "",
        };
    }

    /// <param name="token">The token that was sent; empty for none.</param>
    public static string For(ApiException error, ApiRequest request, string token, string program) => error.Status switch
    {
        403 or 404 when request.Method != HttpMethod.Get && !request.Path.Split('/').All(IsName) =>
            "A part of this path is no name that a server takes: names have letters, digits and \"_\", inside also \"-\" and \".\", and those of users \"@\".",
        400 when IsLogin(request.Path) && Says(error, "invalid username or password") => "The password is wrong, or there is no such user. After repeated failures a name is locked out for some minutes: then even the right password is answered with 403.",
        403 when IsLogin(request.Path) => "After repeated failures a name is locked out for some minutes, even with the right password. If it is not that: no auth method may be enabled there. Name its path with -path; "
            + $"\"{program} auth list\" shows all, to those who may see them. {LoginMethod.OfThisServer}",
        403 when token.Length == 0 => $"No token was sent: run \"{program} login\" or set VAULT_TOKEN.",
        403 when request.Path.StartsWith(Mounts, StringComparison.Ordinal) && Says(error, "preflight") => $"No secrets engine is mounted there, or the token's policies allow nothing below it: \"{program} secrets list\" shows what is mounted, "
            + $"\"{program} token capabilities {request.Path[Mounts.Length..]}\" what the token may do there.",
        403 when request.Path == "auth/token/lookup-self" || request.Path.StartsWith(Mounts, StringComparison.Ordinal) => $"The token does not exist or has ended: get another with \"{program} login\", and check VAULT_TOKEN, which goes before what a login keeps.",
        403 when request.Path == "auth/token/lookup" => $"The token that was asked about does not exist or has ended, or the one in use may not ask: \"{program} token lookup\" shows the one in use.",
        403 => $"The token has ended or its policies do not allow this. \"{program} token lookup\" shows the token, \"{program} policy explain {OperationOf(request)} {request.Path}\" says what is missing.",
        404 when request.Path == "sys/policies/explain-self" => "This token may ask about its own requests only: of another's it is answered the same. With sudo on sys/policies/explain, a token may ask about all.",
        400 when Says(error, "did not supply a role_arn parameter") => $"Say which of the role's role_arns to use: \"{program} read {request.Path} role_arn=ARN\"; the role must have at least one.",
        400 when Says(error, "check-and-set parameter did not match") => $"\"{program} kv metadata get\" shows the current version to those who may read it; zero stands for a key that does not exist.",
        400 when request.Path.StartsWith("sys/leases/", StringComparison.Ordinal) && error.Errors.Any(text => text is "invalid lease" or "lease not found") => "There is no lease of that id now: it has ended, or the id is not whole. It is all of lease_id in the answer that brought it, such as aws/creds/ROLE/... "
            + $"\"{program} list sys/leases/lookup/PATH\" lists those that are below a path, \"{program} lease attention\" those that could not be revoked.",
        503 when error.Errors.All(text => text.Contains("sealed", StringComparison.Ordinal)) => $"The server is sealed or not ready: \"{program} status\" shows which, \"{program} operator unseal\" unseals it.",
        _ => "",
    };

    /// <summary>For an answer that does not look like the server's, when a proxy is in between.</summary>
    public static string ForProxy(Uri proxy, int status) => status == 407
        ? $"This is the answer of the proxy {proxy.Authority}, which wants a user and a password: name it as http://USER:PASSWORD@HOST:PORT."
        : $"This may be the answer of the proxy {proxy.Authority}, which requests go through, and not of the server.";

    /// <param name="keys">The keys whose value is also the name of a file.</param>
    public static string ForFileNames(IReadOnlyList<string> keys) =>
        $"The value of {string.Join(" and ", keys.Select(key => $"\"{key}\""))} was sent as it was typed, and is also the name of a file here: what is in the file is sent with {keys[0]}=@FILE.";

    private static bool Says(ApiException error, string words) => error.Errors.Any(text => text.Contains(words, StringComparison.Ordinal));

    private static string OperationOf(ApiRequest request) => request.Query.Any(pair => pair.Key == "list") ? "list"
        : request.Method == HttpMethod.Get ? "read"
        : request.Method == HttpMethod.Delete ? "delete"
        : request.Method == HttpMethod.Patch ? "patch"
        : "write";

    private static bool IsName(string part) =>
        part.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-.@".Contains(letter, StringComparison.Ordinal)) && part is not (['.' or '-', ..] or [.., '.' or '-']);

    // auth/METHOD/login, perhaps with a name behind it; the token method's own paths have no such part.
    private static bool IsLogin(string path) => path.StartsWith("auth/", StringComparison.Ordinal) && path.Split('/').Skip(2).Contains("login");
}
