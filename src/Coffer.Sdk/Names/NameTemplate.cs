using System.Collections.Immutable;
using System.Text;

namespace Coffer.Sdk.Names;

/// <summary>
/// A template in the part of Go's notation that Vault's user name templates use: text, pipelines, parentheses, literals, the engine's fields such as
/// <c>.DisplayName</c>, <c>if</c>/<c>else</c>/<c>end</c>, trimming dashes, comments. No loops and no variables, so rendering always ends; every value on the way
/// is bounded.
/// </summary>
public sealed class NameTemplate
{
    /// <summary>Longest template in characters.</summary>
    public const int SourceCharsMax = 4096;

    private readonly ImmutableArray<TemplateNode> _nodes;

    private NameTemplate(ImmutableArray<TemplateNode> nodes) => _nodes = nodes;

    /// <param name="source">At most <see cref="SourceCharsMax"/> characters, all ASCII.</param>
    /// <param name="fields">Names of the fields that it may use, without their dots.</param>
    /// <exception cref="NameTemplateException">It is malformed; the message says where.</exception>
    public static NameTemplate Parse(string source, IReadOnlyList<string> fields)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(fields);
        if (source.Length > SourceCharsMax)
        {
            throw new NameTemplateException($"a template has at most {SourceCharsMax} characters, not {source.Length}");
        }

        var strange = source.AsSpan().IndexOfAnyExceptInRange('\0', '\x7E');
        return strange < 0
            ? new NameTemplate(new TemplateParser(source, fields).Parse())
            : throw new NameTemplateException($"the character at {strange} is not ASCII, and names are");
    }

    /// <param name="inputs">With a value for every field that the template may use.</param>
    /// <exception cref="NameTemplateException">A function was given what it cannot take, or a value grew too long.</exception>
    public string Render(TemplateInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var text = new StringBuilder();
        Write(_nodes, inputs, text);
        return text.ToString();
    }

    private static void Write(ImmutableArray<TemplateNode> nodes, TemplateInputs inputs, StringBuilder text)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case TemplateNode.Text(var value):
                    text.Append(value);
                    break;
                case TemplateNode.Print(var value):
                    text.Append(TemplateFunctions.Print(Evaluate(value, inputs)));
                    break;
                case TemplateNode.Choice(var condition, var then, var otherwise):
                    Write(TemplateFunctions.IsTrue(Evaluate(condition, inputs)) ? then : otherwise, inputs, text);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException(node.GetType().Name);
            }

            CheckLength(text.Length);
        }
    }

    private static object Evaluate(TemplateValue value, TemplateInputs inputs)
    {
        switch (value)
        {
            case TemplateValue.Literal(var literal):
                return literal;
            case TemplateValue.Field(var name):
                return inputs.Fields[name];
            case TemplateValue.Call(var function, var arguments):
                var result = function.Run(inputs, [.. arguments.Select(argument => Evaluate(argument, inputs))]);
                CheckLength((result as string)?.Length ?? 0);
                return result;
            default:
                throw new System.Diagnostics.UnreachableException(value.GetType().Name);
        }
    }

    private static void CheckLength(int chars)
    {
        if (chars > TemplateFunctions.TextCharsMax)
        {
            throw new NameTemplateException($"a text grew beyond {TemplateFunctions.TextCharsMax} characters");
        }
    }
}
