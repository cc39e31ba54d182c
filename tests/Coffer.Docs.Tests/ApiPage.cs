using System.Text;
using Coffer.Kernel.OpenApi;
using Coffer.Sdk.Fields;

namespace Coffer.Docs.Tests;

/// <summary>The API reference: every path with its methods and fields.</summary>
internal static class ApiPage
{
    public static IReadOnlyDictionary<string, string> Sections { get; } = new Dictionary<string, string>
    {
        ["contents"] = string.Join('\n', ApiTable.All.Select(table => $"- [{table.Title.Replace("`", "", StringComparison.Ordinal)}](#{Anchor(table.Title)}), at `{table.Prefix}`")),
        ["paths"] = string.Join('\n', ApiTable.All.Select(Section)),
    };

    /// <summary>The anchor that a heading gets.</summary>
    public static string Anchor(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '-' or '_')).Replace(' ', '-');

    private static string Section(ApiTable table)
    {
        var text = new StringBuilder($"## {table.Title}\n");
        foreach (var path in table.Paths)
        {
            Write(text, table, path);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, ApiTable table, DescribedPath path)
    {
        var needs = ApiTable.NeedsOf(path.Row);
        text.Append('\n').Append($"### `{table.Prefix}{path.Template}`\n\n");
        text.Append($"{ApiTable.MethodsOf(path.Row)}{(needs.Length == 0 ? "" : $" · {needs}")}\n\n");
        text.Append(Markdown.Prose(path.Row.Description.Length > 0 ? path.Row.Description : path.Row.Synopsis)).Append('\n');
        var fields = path.PathParameters.Where(parameter => parameter.Field is not null).Select(parameter => Row(parameter.Field!, "path"))
            .Concat(path.QueryFields.Select(field => Row(field, "query")))
            .Concat(path.BodyFields.Select(field => Row(field, "body"))).ToArray();
        if (fields.Length > 0)
        {
            text.Append('\n').Append(Markdown.Table(["field", "in", "type", "default", "meaning"], fields));
        }
    }

    private static string[] Row(Field field, string place) =>
    [
        Markdown.Code(field.Name),
        place,
        TypeOf(field.Kind),
        field.DefaultText is "" or "0" or "0s" or "false" ? "" : Markdown.Code(field.DefaultText),
        Markdown.Prose(field.Description) + (field.IsDeprecated ? " (Still accepted, no longer advised.)" : ""),
    ];

    private static string TypeOf(FieldKind kind) => kind switch
    {
        FieldKind.Text => "text",
        FieldKind.Count => "integer",
        FieldKind.Decimal => "number",
        FieldKind.Boolean => "boolean",
        FieldKind.Duration or FieldKind.DurationText => "duration",
        FieldKind.TextList => "list of texts",
        FieldKind.CountList => "list of integers",
        FieldKind.NetworkList => "list of networks",
        FieldKind.TextMap => "map of texts",
        FieldKind.Bytes => "base64",
        FieldKind.Records => "list of objects",
        FieldKind.Object => "object",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a kind of field that the page has no word for"),
    };
}
