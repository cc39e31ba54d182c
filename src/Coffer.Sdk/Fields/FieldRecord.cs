namespace Coffer.Sdk.Fields;

/// <summary>One record of a list, such as one item of a batch.</summary>
/// <param name="Values">Its fields, as far as they could be read.</param>
/// <param name="Problem">Names the field and what it must be; null when all is well. It concerns this record alone, so that the others can be served.</param>
public sealed record FieldRecord(FieldValues Values, string? Problem)
{
    /// <summary>The value of a field: what the client sent, or the field's default.</summary>
    public T Get<T>(Field<T> field) => Values.Get(field);

    /// <summary>True when the client sent the field.</summary>
    public bool Has(Field field) => Values.Has(field);

    internal void Clear() => Values.Clear();
}
