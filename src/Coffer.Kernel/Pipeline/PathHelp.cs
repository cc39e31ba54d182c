using System.Text;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.OpenApi;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>What <c>?help=1</c> and <c>path-help</c> answer, from the same table that routes the request.</summary>
internal static class PathHelp
{
    /// <param name="path">Null: the mount itself, with all its paths.</param>
    /// <param name="below">The path that was asked about, below the mount.</param>
    /// <param name="version">For the OpenAPI description, which names paths below the mount.</param>
    public static Reply Of(MountedEngine mounted, EnginePath? path, string below, string version)
    {
        var text = path is null ? Overview(mounted) : OnePath(mounted, path, below);
        var described = new DescribedMount("", mounted.Mount.Class == MountClass.Auth ? "auth" : "secrets", path is null ? mounted.Paths.Paths : [path]);
        var openApi = OpenApiDocument.Write(version, [described]);

        // Without the envelope: that is how clients know help.
        var body = JsonText.Write(json =>
        {
            json.WriteString("help", text);
            json.WriteNull("see_also");
            json.WritePropertyName("openapi");
            json.WriteRawValue(openApi.Span, skipInputValidation: true);
        });
        return new Reply.Raw(200, Requests.ApiReply.Json, body.Utf8);
    }

    private static string OnePath(MountedEngine mounted, EnginePath path, string below)
    {
        var text = new StringBuilder();
        text.Append("Request:        ").Append(below).Append('\n');
        text.Append("Matching Route: ").Append(mounted.Mount.Path).Append(PathTemplate.Parse(path.Template).Shown).Append("\n\n");
        text.Append(path.Synopsis).Append('\n');
        if (!path.Fields.IsEmpty)
        {
            text.Append("\n## PARAMETERS\n");
            foreach (var field in path.Fields.OrderBy(field => field.Name, StringComparer.Ordinal))
            {
                text.Append("\n    ").Append(field.Name).Append(" (").Append(KindOf(field)).Append(")\n");
                text.Append("        ").Append(field.Description);
                text.Append(field.DefaultText.Length > 0 ? $" Default: {field.DefaultText}." : "").Append('\n');
            }
        }

        text.Append("\n## DESCRIPTION\n\n").Append(path.Description.Length > 0 ? path.Description : path.Synopsis).Append('\n');
        return text.ToString();
    }

    private static string Overview(MountedEngine mounted)
    {
        var text = new StringBuilder("## DESCRIPTION\n\n");
        text.Append("The ").Append(mounted.Mount.Type).Append(" mount at ").Append(mounted.Mount.Path).Append(".\n\n## PATHS\n");
        foreach (var path in mounted.Paths.Paths.OrderBy(path => path.Template, StringComparer.Ordinal))
        {
            text.Append("\n    ").Append(PathTemplate.Parse(path.Template).Shown).Append("\n        ").Append(path.Synopsis).Append('\n');
        }

        return text.ToString();
    }

    private static string KindOf(Field field) => field.Kind switch
    {
        FieldKind.Text => "string",
        FieldKind.Count => "int",
        FieldKind.Boolean => "bool",
        FieldKind.Duration => "duration",
        FieldKind.TextList => "slice",
        FieldKind.CountList => "slice of int",
        FieldKind.TextMap => "keypair",
        FieldKind.Bytes => "string",
        FieldKind.Records => "slice of map",
        FieldKind.Object => "map",
        FieldKind.Decimal => "float",
        FieldKind.DurationText => "string",
        FieldKind.NetworkList => "slice",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field.Kind, "a kind of field without a word for it"),
    } + (field.IsDeprecated ? ", deprecated" : "");
}
