using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.Policies;

/// <summary>
/// A parameter of a request as the engine will read it. A field that takes several values may get them as a list or as one text with commas, and each
/// is judged; a parameter that no field declares, such as a value in a key-value store, is judged as a whole. Names may fold.
/// </summary>
internal readonly struct SentParameter
{
    private readonly JsonElement _value;
    private readonly bool _folds;
    private readonly bool _holdsSeveral;
    private readonly Field? _field;
    private readonly ImmutableArray<string> _texts;

    public SentParameter(JsonProperty sent, ImmutableArray<Field> fields)
    {
        _value = sent.Value;
        _texts = [];
        foreach (var field in fields)
        {
            if (field.Name == sent.Name)
            {
                _field = field;
                _folds = field.Folds;
                _holdsSeveral = field.HoldsSeveral;
                _texts = _holdsSeveral && _value.ValueKind == JsonValueKind.String
                    ? [.. _value.GetString()!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
                    : [];
                break;
            }
        }
    }

    /// <summary>One text with commas, which a wildcard at the end of one value must not swallow.</summary>
    public bool IsList => _texts.Length > 1;

    private bool IsSeveral => !_texts.IsEmpty || (_holdsSeveral && _value.ValueKind == JsonValueKind.Array);

    /// <summary>The value as a whole is this one.</summary>
    public bool IsWhole(ParameterValue candidate) => candidate.Matches(_value) || (_folds && _value.ValueKind == JsonValueKind.String && Fits(candidate, _value.GetString()!));

    /// <summary>
    /// The engine reads the value as it would read this one, however it is written: <c>"1"</c> for <c>true</c>, <c>60m</c> for <c>1h</c>, a text with blanks or
    /// slashes at its ends. Enough to deny it, not to allow it.
    /// </summary>
    public bool ReadsAs(ParameterValue candidate)
    {
        if (_field is null)
        {
            return false;
        }

        if (_field.Kind == FieldKind.Text && _value.ValueKind == JsonValueKind.String)
        {
            var text = _value.GetString()!.Trim();
            return Fits(candidate, text) || Fits(candidate, text.Trim('/'));
        }

        return candidate.Text is { } other && _field.ReadsAs(_value, other);
    }

    /// <summary>One of several values is this one.</summary>
    public bool Holds(ParameterValue candidate)
    {
        foreach (var text in _texts)
        {
            if (Fits(candidate, text))
            {
                return true;
            }
        }

        if (_value.ValueKind == JsonValueKind.Array)
        {
            foreach (var element in _value.EnumerateArray())
            {
                if (Fits(candidate, element))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>There are several values, at least one, and each is among these.</summary>
    public bool IsEachAmong(ImmutableArray<ParameterValue> candidates)
    {
        if (!IsSeveral)
        {
            return false;
        }

        foreach (var text in _texts)
        {
            if (!AnyFits(candidates, text))
            {
                return false;
            }
        }

        if (_value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        foreach (var element in _value.EnumerateArray())
        {
            if (!AnyFits(candidates, element))
            {
                return false;
            }
        }

        return _value.GetArrayLength() > 0;
    }

    private bool AnyFits(ImmutableArray<ParameterValue> candidates, string text)
    {
        foreach (var candidate in candidates)
        {
            if (Fits(candidate, text))
            {
                return true;
            }
        }

        return false;
    }

    private bool AnyFits(ImmutableArray<ParameterValue> candidates, JsonElement element)
    {
        foreach (var candidate in candidates)
        {
            if (Fits(candidate, element))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An element of a list whose field takes texts is read without blanks at its ends, and a number as text.</summary>
    private bool Fits(ParameterValue candidate, JsonElement element) => candidate.Matches(element) || (_holdsSeveral && element.ValueKind switch
    {
        JsonValueKind.String => Fits(candidate, element.GetString()!.Trim()),
        JsonValueKind.Number => candidate.Text == element.GetRawText(),
        _ => false,
    });

    private bool Fits(ParameterValue candidate, string text) => _folds
        ? candidate.MatchesFolded(NameFold.Of(text))
        : candidate.MatchesText(text) || (_field is { Kind: FieldKind.CountList } && candidate.Text == text);
}
