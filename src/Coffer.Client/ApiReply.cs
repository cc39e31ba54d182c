using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Client;

/// <summary>What came back: status, headers, and the body both as bytes and as JSON with its numbers as they were written.</summary>
public sealed class ApiReply
{
    private readonly Lazy<JsonNode?> _json;

    internal ApiReply(int status, IReadOnlyDictionary<string, string> headers, byte[] body, string method, string url)
    {
        Status = status;
        Headers = headers;
        Body = body;
        Method = method;
        Url = url;
        _json = new Lazy<JsonNode?>(() => ReplyJson.Parse(Body.Span));
    }

    /// <summary>The HTTP status code.</summary>
    public int Status { get; }

    /// <summary>Reply headers by name, whatever their case; repeated ones joined by a comma.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The body as received; empty when there was none.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The method of the request that got this reply, after redirects.</summary>
    public string Method { get; }

    /// <summary>The address that gave this reply, after redirects.</summary>
    public string Url { get; }

    /// <summary>Whether the status is one of 200 to 299.</summary>
    public bool IsSuccess => Status is >= (int)HttpStatusCode.OK and < (int)HttpStatusCode.MultipleChoices;

    /// <summary>The body as a JSON object; null when it is empty or not an object.</summary>
    public JsonObject? Json => _json.Value as JsonObject;

    /// <summary>The envelope's <c>data</c>; null when there is none.</summary>
    public JsonObject? Data => Json?["data"] as JsonObject;

    /// <summary>The envelope's <c>errors</c>, empty when there are none.</summary>
    public IReadOnlyList<string> Errors => Texts("errors");

    /// <summary>The envelope's <c>warnings</c>, empty when there are none.</summary>
    public IReadOnlyList<string> Warnings => Texts("warnings");

    /// <summary>The body as text, UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    private List<string> Texts(string name)
    {
        var texts = new List<string>();
        if (Json?[name] is JsonArray array)
        {
            foreach (var item in array)
            {
                texts.Add(item is JsonValue value && value.TryGetValue<string>(out var text) ? text : item?.ToJsonString() ?? "null");
            }
        }

        return texts;
    }
}
