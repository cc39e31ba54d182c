using System.Collections.Immutable;

namespace Coffer.Hcl;

/// <summary>A value in a syntax tree. The set of cases is closed: string, integer, float, boolean, null, list, object.</summary>
public abstract class HclValue
{
    private protected HclValue(HclPosition position) => Position = position;

    /// <summary>Where the value begins.</summary>
    public HclPosition Position { get; }

    /// <summary>The kind in words, for messages: <c>a string</c>, <c>a list</c>.</summary>
    public abstract string Kind { get; }
}

/// <summary>A quoted string or a heredoc, escapes undone.</summary>
public sealed class HclString(HclPosition position, string value) : HclValue(position)
{
    /// <summary>The text. <c>${...}</c> is kept as written: HCL 1 leaves it to the reader, and no reader here uses it.</summary>
    public string Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "a string";
}

/// <summary>A whole number: decimal, hexadecimal (<c>0x1F</c>) or octal (<c>0755</c>).</summary>
public sealed class HclInteger(HclPosition position, long value) : HclValue(position)
{
    /// <summary>The number.</summary>
    public long Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "a number";
}

/// <summary>A number with a fraction or an exponent; always finite.</summary>
public sealed class HclFloat(HclPosition position, double value) : HclValue(position)
{
    /// <summary>The number.</summary>
    public double Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "a number";
}

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed class HclBoolean(HclPosition position, bool value) : HclValue(position)
{
    /// <summary>The truth value.</summary>
    public bool Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "a boolean";
}

/// <summary>JSON's <c>null</c>; HCL itself has none.</summary>
public sealed class HclNull(HclPosition position) : HclValue(position)
{
    /// <inheritdoc/>
    public override string Kind => "null";
}

/// <summary>A list in square brackets.</summary>
public sealed class HclList(HclPosition position, ImmutableArray<HclValue> items) : HclValue(position)
{
    /// <summary>The elements in order.</summary>
    public ImmutableArray<HclValue> Items { get; } = items;

    /// <inheritdoc/>
    public override string Kind => "a list";
}
