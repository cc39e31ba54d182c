using System.Collections.Immutable;

namespace Coffer.Sdk.Names;

/// <summary>What is in a template, in order: text, a value to print, a choice.</summary>
internal abstract record TemplateNode
{
    private TemplateNode()
    {
    }

    internal sealed record Text(string Value) : TemplateNode;

    internal sealed record Print(TemplateValue Value) : TemplateNode;

    internal sealed record Choice(TemplateValue Condition, ImmutableArray<TemplateNode> Then, ImmutableArray<TemplateNode> Else) : TemplateNode;
}

/// <summary>What gives a value: a literal, a field, a call. A pipeline is a call whose last argument is what is to the left of the bar.</summary>
internal abstract record TemplateValue
{
    private TemplateValue()
    {
    }

    /// <param name="Value">A string, a long or a bool.</param>
    internal sealed record Literal(object Value) : TemplateValue;

    internal sealed record Field(string Name) : TemplateValue;

    internal sealed record Call(TemplateFunction Function, ImmutableArray<TemplateValue> Arguments) : TemplateValue;
}
