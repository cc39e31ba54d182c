using System.Text.Json.Nodes;

namespace Coffer.Client;

/// <summary>One call of the API, still without address and token: those belong to the <see cref="CofferClient"/>.</summary>
/// <param name="Method">The HTTP method; <c>LIST</c> travels as <c>GET</c> with <c>list=true</c>, which every proxy lets through.</param>
/// <param name="Path">The path below <c>/v1/</c>, unescaped, without a leading slash.</param>
public sealed record ApiRequest(HttpMethod Method, string Path)
{
    /// <summary>Query parameters in the order they are sent. A name may occur more than once.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>The JSON body, or null for none.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>Media type of <see cref="Body"/>. Default <c>application/json</c>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Replaces the client's token for this call; empty sends none. Null (the default) keeps the client's.</summary>
    public string? Token { get; init; }

    /// <summary>Replaces the client's wrap TTL for this call; empty asks for no wrapping. Null (the default) keeps the client's.</summary>
    public string? WrapTtl { get; init; }

    /// <summary>Send the call to the root namespace whatever the client's namespace is. Default false.</summary>
    public bool RootNamespace { get; init; }

    /// <summary>Reads a path.</summary>
    public static ApiRequest Read(string path) => new(HttpMethod.Get, path);

    /// <summary>Lists the keys below a path.</summary>
    public static ApiRequest List(string path) => new(HttpMethod.Get, path) { Query = [new("list", "true")] };

    /// <summary>Writes a path; null sends no body.</summary>
    public static ApiRequest Write(string path, JsonNode? body = null) => new(HttpMethod.Put, path) { Body = body };

    /// <summary>Like <see cref="Write"/>, with the POST method.</summary>
    public static ApiRequest Post(string path, JsonNode? body = null) => new(HttpMethod.Post, path) { Body = body };

    /// <summary>Changes a path by a JSON merge patch (RFC 7396).</summary>
    public static ApiRequest Patch(string path, JsonNode body) =>
        new(HttpMethod.Patch, path) { Body = body, ContentType = "application/merge-patch+json" };

    /// <summary>Deletes a path.</summary>
    public static ApiRequest Delete(string path) => new(HttpMethod.Delete, path);
}
