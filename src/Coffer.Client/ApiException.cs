using System.Globalization;
using System.Text;

namespace Coffer.Client;

/// <summary>The server answered, with a status of 400 or more.</summary>
public sealed class ApiException : Exception
{
    /// <summary>An error made from the reply that carries it.</summary>
    public ApiException(ApiReply reply)
        : base(Describe(reply))
    {
        Reply = reply;
    }

    /// <summary>The whole reply: some refusals carry data, as when a deleted version is read.</summary>
    public ApiReply Reply { get; }

    /// <summary>The HTTP status code.</summary>
    public int Status => Reply.Status;

    /// <summary>The server's own words, one entry an error. Empty when it gave none.</summary>
    public IReadOnlyList<string> Errors => Reply.Errors;

    /// <summary>Warnings that came with the refusal.</summary>
    public IReadOnlyList<string> Warnings => Reply.Warnings;

    /// <summary>Method of the refused request.</summary>
    public string Method => Reply.Method;

    /// <summary>Address of the refused request.</summary>
    public string Url => Reply.Url;

    private static string Describe(ApiReply reply)
    {
        var text = new StringBuilder("Error making API request.\n\n");
        if (reply.Headers.TryGetValue("X-Vault-Namespace", out var space) && space is not ("" or "root" or "root/"))
        {
            text.Append(CultureInfo.InvariantCulture, $"Namespace: {space}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"URL: {reply.Method} {reply.Url}\n");
        if (reply.Json is null)
        {
            return text.Append(CultureInfo.InvariantCulture, $"Code: {reply.Status}. Raw Message:\n\n{reply.Text}").ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"Code: {reply.Status}. Errors:\n\n");
        return text.AppendJoin('\n', reply.Errors.Select(error => $"* {error}")).ToString();
    }
}
