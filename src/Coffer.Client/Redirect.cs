namespace Coffer.Client;

/// <summary>
/// Where a redirect may lead: to the scheme, host and port that were asked, or from http to https of the same host, at the same port or at https's own. A
/// request carries a token, which nothing else may see: at another port of a host another program listens.
/// </summary>
internal static class Redirect
{
    /// <param name="asked">What answered with the redirect.</param>
    /// <param name="location">Where it points to; may be relative.</param>
    /// <param name="problem">Why it is not followed.</param>
    /// <returns>Null when it is not followed.</returns>
    public static Uri? TargetOf(Uri asked, Uri location, out string problem)
    {
        var target = new Uri(asked, location);
        problem = asked.Scheme == "https" && target.Scheme != "https" ? "redirect would cause protocol downgrade"
            : target.Scheme is not ("http" or "https") ? "the server redirects to what is no http or https address"
            : !string.Equals(target.IdnHost, asked.IdnHost, StringComparison.OrdinalIgnoreCase)
                ? $"the server redirects to another host, {target.Scheme}://{target.IdnHost}:{target.Port}, which must not get the token; if it is the right one, make it the address of the client"
            : target.Port != asked.Port && !IsUpgrade(asked, target)
                ? $"the server redirects to another port, {target.Scheme}://{target.IdnHost}:{target.Port}, which must not get the token; if it is the right one, make it the address of the client"
            : "";
        return problem.Length == 0 ? target : null;
    }

    private static bool IsUpgrade(Uri asked, Uri target) => asked.Scheme == "http" && target is { Scheme: "https", IsDefaultPort: true };
}
