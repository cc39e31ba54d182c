namespace Coffer.Hcl;

/// <summary>A place in a text: line and column, both counted from 1; a column is one Unicode character, a tab included.</summary>
public readonly record struct HclPosition(int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Line}:{Column}";
}
