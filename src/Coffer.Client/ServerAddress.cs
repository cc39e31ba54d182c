using System.Text;

namespace Coffer.Client;

/// <summary>The address of a server as it was given, which may hold a user and a password for a proxy in front of it.</summary>
internal static class ServerAddress
{
    private const string AfterScheme = "://";

    /// <summary>The address without user and password, for messages. Works for text that is no address as well.</summary>
    public static string Shown(string address)
    {
        var scheme = address.IndexOf(AfterScheme, StringComparison.Ordinal);
        var start = scheme < 0 ? 0 : scheme + AfterScheme.Length;
        var length = address.AsSpan(start).IndexOfAny('/', '?', '#');
        var at = (length < 0 ? address : address[..(start + length)]).LastIndexOf('@');
        return at < start ? address : string.Concat(address.AsSpan(0, start), address.AsSpan(at + 1));
    }

    /// <summary>The value of the <c>Authorization</c> header that user and password make; null without them.</summary>
    public static string? Authorization(Uri server) =>
        server.UserInfo.Length == 0 ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(server.UserInfo)));
}
