using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Fields;

namespace Coffer.Policies;

/// <summary>
/// A parameter of a request. What the handler will read in it is judged: each value of a list, each entry of a map. A parameter that no field declares, such as
/// a value in a key-value store, is judged as it is written.
/// </summary>
internal readonly struct SentParameter
{
    private readonly JsonElement _value;
    private readonly string _name;
    private readonly Field? _field;

    public SentParameter(JsonProperty sent, ImmutableArray<Field> fields)
    {
        _value = sent.Value;
        _name = SafeText.NameOf(sent);
        _field = fields.FirstOrDefault(field => sent.NameEquals(field.Name));
    }

    /// <summary>Its name, and the other names that the path takes for the same field.</summary>
    public IEnumerable<string> NamesAmong(ImmutableArray<Field> fields)
    {
        var name = _name;
        return _field is null ? [name] : [name, .. _field.NewNames, .. fields.Where(field => field.NewNames.Contains(name, StringComparer.Ordinal)).Select(field => field.Name)];
    }

    /// <summary>
    /// One of these values is in it, in any spelling that a handler may take for the same. Null is what the field is without a value, to which a patch sets
    /// it back.
    /// </summary>
    public bool IsDenied(ImmutableArray<ParameterValue> denied)
    {
        var value = _value;
        if (denied.IsEmpty || denied.Any(candidate => candidate.Matches(value)))
        {
            return true;
        }

        var reading = _value.ValueKind == JsonValueKind.Null ? _field?.DefaultReading : _field?.Read(_value);
        return (reading is not null && IsHeld(denied, _field!, reading)) || (_value.ValueKind == JsonValueKind.Array && HasElement(denied));
    }

    /// <summary>It is one of these values, or each of its values is.</summary>
    public bool IsAllowed(ImmutableArray<ParameterValue> allowed)
    {
        if (allowed.IsEmpty)
        {
            return true;
        }

        if (_value.ValueKind == JsonValueKind.Null || _field is not { } field || field.Read(_value) is not { } reading)
        {
            var value = _value;
            return allowed.Any(candidate => candidate.Matches(value));
        }

        return allowed.Any(candidate => candidate.IsWhole(field, reading))
            || (!reading.Items.IsEmpty && reading.Items.All(item => allowed.Any(candidate => candidate.IsValue(field, item))));
    }

    private static bool IsHeld(ImmutableArray<ParameterValue> denied, Field field, FieldReading reading) => denied.Any(candidate => candidate.IsHeldBy(field, reading));

    private bool HasElement(ImmutableArray<ParameterValue> denied)
    {
        foreach (var element in _value.EnumerateArray())
        {
            foreach (var candidate in denied)
            {
                if (candidate.Matches(element))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
