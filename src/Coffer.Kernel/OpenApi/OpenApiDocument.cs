using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.OpenApi;

/// <summary>
/// The API as an OpenAPI 3.0 document, from the same tables that route requests. A listing has its path with a slash at the end, as
/// <c>GET</c> with <c>list=true</c>: OpenAPI knows no LIST.
/// </summary>
internal static class OpenApiDocument
{
    private const string TokenScheme = "token";

    public static ReadOnlyMemory<byte> Write(string version, IEnumerable<DescribedMount> mounts) => JsonText.Write(json =>
    {
        json.WriteString("openapi", "3.0.2");
        json.WriteStartObject("info");
        json.WriteString("title", "Coffer API");
        json.WriteString("description", "The HTTP API of HashiCorp Vault, as far as this server has it mounted. All paths are below /v1/.");
        json.WriteString("version", version);
        json.WriteStartObject("license");
        json.WriteString("name", "Mozilla Public License 2.0");
        json.WriteString("url", "https://www.mozilla.org/en-US/MPL/2.0");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("servers");
        json.WriteStartObject();
        json.WriteString("url", "/v1");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("paths");
        var names = new OperationNames();
        foreach (var mount in mounts)
        {
            WriteMount(json, mount, names);
        }

        json.WriteEndObject();
        json.WriteStartObject("components");
        json.WriteStartObject("securitySchemes");
        json.WriteStartObject(TokenScheme);
        json.WriteString("type", "apiKey");
        json.WriteString("in", "header");
        json.WriteString("name", "X-Vault-Token");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("security");
        json.WriteStartObject();
        json.WriteStartArray(TokenScheme);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }).Utf8;

    private static void WriteMount(Utf8JsonWriter json, DescribedMount mount, OperationNames names)
    {
        // A brace in a mount's path would be taken for a parameter.
        var prefix = "/" + string.Join('/', mount.Path.Split('/').Select(Uri.EscapeDataString));
        foreach (var row in mount.Paths.Where(row => !row.Undocumented))
        {
            var path = new DescribedPath(mount, row, names);
            if (row.Read is not null || row.Delete is not null || row.Patch is not null || row.HandlerOf(Operation.Update) is not null)
            {
                WritePath(json, prefix + path.Template, path, isList: false);
            }

            if (row.List is not null)
            {
                WritePath(json, $"{prefix}{path.Template}/", path, isList: true);
            }
        }
    }

    private static void WritePath(Utf8JsonWriter json, string name, DescribedPath path, bool isList)
    {
        var row = path.Row;
        json.WriteStartObject(name);
        json.WriteString("description", row.Description.Length > 0 ? row.Description : row.Synopsis);
        OpenApiSchema.WriteParameters(json, path.PathParameters.Select(parameter => (parameter.Name, "path", parameter.Field)));
        WriteFlag(json, "x-vault-sudo", row.Sudo);
        WriteFlag(json, "x-vault-unauthenticated", row.Unauthenticated);
        WriteFlag(json, "x-vault-createSupported", !isList && row.Exists is not null);
        if (isList)
        {
            WriteOperation(json, "get", "list", path, path.QueryFields);
        }
        else
        {
            WriteIf(json, row.Read, "get", "read", path, path.QueryFields);
            WriteIf(json, row.HandlerOf(Operation.Update), "post", "write", path, []);
            WriteIf(json, row.Patch, "patch", "patch", path, []);
            WriteIf(json, row.Delete, "delete", "delete", path, []);
        }

        json.WriteEndObject();
    }

    private static void WriteIf(Utf8JsonWriter json, Handler? handler, string method, string verb, DescribedPath path, IEnumerable<Field> query)
    {
        if (handler is not null)
        {
            WriteOperation(json, method, verb, path, query);
        }
    }

    private static void WriteOperation(Utf8JsonWriter json, string method, string verb, DescribedPath path, IEnumerable<Field> query)
    {
        json.WriteStartObject(method);
        json.WriteString("summary", path.Row.Synopsis);
        json.WriteString("operationId", path.OperationName(verb));
        json.WriteStartArray("tags");
        json.WriteStringValue(path.Mount.Tag);
        json.WriteEndArray();
        if (path.Row.Unauthenticated)
        {
            json.WriteStartArray("security");
            json.WriteEndArray();
        }

        if (method == "get")
        {
            OpenApiSchema.WriteParameters(json, query.Select(field => (field.Name, "query", (Field?)field)), isList: verb == "list");
        }
        else if (method is "post" or "patch" && path.BodyFields.Length > 0)
        {
            OpenApiSchema.WriteBody(json, method == "patch" ? "application/merge-patch+json" : "application/json", path.BodyFields);
        }

        json.WriteStartObject("responses");
        json.WriteStartObject(method == "delete" ? "204" : "200");
        json.WriteString("description", method == "delete" ? "empty body" : "OK");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFlag(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
        {
            json.WriteBoolean(name, true);
        }
    }
}
