using System.Collections.Immutable;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.OpenApi;

/// <summary>A row of an engine's table, its fields sorted by where a request has them.</summary>
internal sealed class DescribedPath
{
    private readonly OperationNames _names;

    public DescribedPath(DescribedMount mount, EnginePath row, OperationNames names)
    {
        _names = names;
        Mount = mount;
        Row = row;
        var template = PathTemplate.Parse(row.Template);
        Template = template.Shown;
        PathParameters = [.. template.Parameters.Select(name => (name, row.Fields.FirstOrDefault(field => field.Name == name)))];
        var sent = row.Fields.Where(field => !template.Parameters.Contains(field.Name)).ToImmutableArray();

        // What a read takes cannot be a whole object: it is in the query.
        var takesBody = row.Write is not null || row.Patch is not null;
        QueryFields = [.. (takesBody ? row.Query : sent).Where(field => field.Kind is not (FieldKind.Object or FieldKind.Records))];
        BodyFields = [.. takesBody || row.AcceptsPost ? sent.Except(row.Query) : []];
    }

    public DescribedMount Mount { get; }

    public EnginePath Row { get; }

    /// <summary>Below the mount, with <c>{name}</c> for each parameter.</summary>
    public string Template { get; }

    /// <summary>The parameters in the path, each with the field that describes it, if the engine declares one.</summary>
    public ImmutableArray<(string Name, Field? Field)> PathParameters { get; }

    public ImmutableArray<Field> QueryFields { get; }

    public ImmutableArray<Field> BodyFields { get; }

    public string OperationName(string verb) => _names.Unique($"{Mount.Path}{verb}/{Template}");
}

/// <summary>Names of operations: each occurs once in a document.</summary>
internal sealed class OperationNames
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>The path in words with dashes, and a number behind them when they are taken.</summary>
    public string Unique(string path)
    {
        var words = string.Join('-', path.Split(path.Where(letter => !char.IsAsciiLetterOrDigit(letter)).Distinct().ToArray(), StringSplitOptions.RemoveEmptyEntries));
        var name = words;
        for (var number = 2; !_taken.Add(name); number++)
        {
            name = $"{words}-{number}";
        }

        return name;
    }
}
