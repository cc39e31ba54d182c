using System.Text.Json;

namespace Coffer.Sdk.Fields;

/// <summary>The parsed fields of one request: path parameters, and what the body or the query string gave.</summary>
public sealed class FieldValues
{
    private readonly Dictionary<string, string> _params;
    private readonly Dictionary<string, string>? _spellings;
    private readonly Dictionary<Field, object?> _values;

    private FieldValues(Dictionary<string, string> parameters, Dictionary<string, string>? spellings, Dictionary<Field, object?> values)
    {
        _params = parameters;
        _spellings = spellings;
        _values = values;
    }

    /// <summary>Parses the declared fields of a path whose parameters do not fold.</summary>
    public static FieldValues Parse(IReadOnlyList<Field> fields, JsonElement data, Dictionary<string, string> parameters, out string? problem) =>
        Parse(fields, data, parameters, null, out problem);

    /// <summary>Parses the declared fields. Names that are not declared are passed over, as Vault does.</summary>
    /// <param name="data">A JSON object, or <c>default</c>.</param>
    /// <param name="parameters">Captured from the path; they win over the body.</param>
    /// <param name="spellings">As in <see cref="Engines.PathMatch.Spellings"/>.</param>
    /// <param name="problem">Names the field and what it must be; null when all is well. Never repeats a value.</param>
    public static FieldValues Parse(
        IReadOnlyList<Field> fields, JsonElement data, Dictionary<string, string> parameters, Dictionary<string, string>? spellings, out string? problem)
    {
        var values = new Dictionary<Field, object?>(ReferenceEqualityComparer.Instance);
        problem = null;
        if (data.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in fields)
            {
                if (parameters.ContainsKey(field.Name) || !data.TryGetProperty(field.Name, out var sent) || sent.ValueKind == JsonValueKind.Null)
                {
                    continue;
                }

                if (!field.TryParse(sent, out var parsed, out var reason))
                {
                    problem = $"Field validation failed: error converting input for field \"{field.Name}\": {reason}";
                    break;
                }

                values[field] = parsed;
            }
        }

        return new FieldValues(parameters, spellings, values);
    }

    /// <summary>Overwrites the bytes among the values: nothing needs them any more.</summary>
    public void Clear()
    {
        foreach (var value in _values.Values)
        {
            Field.Clear(value);
        }
    }

    /// <summary>What the client sent, or the default. A path parameter of the same name counts as text.</summary>
    public T Get<T>(Field<T> field)
    {
        if (_values.TryGetValue(field, out var value) && value is T typed)
        {
            return typed;
        }

        return _params.TryGetValue(field.Name, out var text) && text is T param ? param : field.Default;
    }

    public bool Has(Field field) => _values.ContainsKey(field) || _params.ContainsKey(field.Name);

    /// <summary>A path parameter.</summary>
    /// <exception cref="KeyNotFoundException">The template has no such parameter: a mistake in the engine.</exception>
    public string Param(string name) => _params[name];

    /// <summary>As <see cref="Get{T}"/>, but a path parameter is as the client spelled it, before it was folded.</summary>
    public string Spelling(Field<string> field) => _spellings?.GetValueOrDefault(field.Name) ?? Get(field);
}
