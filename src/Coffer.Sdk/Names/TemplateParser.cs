using System.Collections.Immutable;

namespace Coffer.Sdk.Names;

/// <summary>Builds the nodes of a <see cref="NameTemplate"/>. One use.</summary>
/// <param name="source">The whole template.</param>
/// <param name="fields">Names of the fields that it may use.</param>
internal sealed class TemplateParser(string source, IReadOnlyList<string> fields)
{
    private const int DepthMax = 16;

    private List<TemplateToken> _tokens = [];
    private int _token;
    private int _at;
    private bool _trimNext;

    private TemplateToken Current => _tokens[_token];

    public ImmutableArray<TemplateNode> Parse()
    {
        var nodes = Nodes(0);
        return IsEnd(out var word)
            ? nodes
            : throw new NameTemplateException($"{{{{ {word} }}}} at {_tokens[0].At} has no {{{{ if }}}}");
    }

    /// <summary>Up to the end of the source, or to the <c>else</c> or <c>end</c> that closes this block, which is then the current action.</summary>
    private ImmutableArray<TemplateNode> Nodes(int depth)
    {
        CheckDepth(depth);
        var nodes = ImmutableArray.CreateBuilder<TemplateNode>();
        while (NextAction(nodes))
        {
            if (Current is { Kind: TemplateTokenKind.Word, Value: "else" or "end" })
            {
                return nodes.ToImmutable();
            }

            if (Current is { Kind: TemplateTokenKind.Word, Value: "if" })
            {
                _token++;
                nodes.Add(Choice(depth));
            }
            else if (Current.Kind != TemplateTokenKind.End)
            {
                nodes.Add(new TemplateNode.Print(WholePipeline()));
            }
            else
            {
                throw new NameTemplateException($"the action before {Current.At} is empty");
            }
        }

        _tokens = [new TemplateToken(TemplateTokenKind.End, "", source.Length)];
        _token = 0;
        return nodes.ToImmutable();
    }

    private TemplateNode.Choice Choice(int depth)
    {
        CheckDepth(depth);
        var start = Current.At;
        var condition = WholePipeline();
        var then = Nodes(depth + 1);
        ImmutableArray<TemplateNode> otherwise = [];
        if (Current is { Kind: TemplateTokenKind.Word, Value: "else" })
        {
            _token++;
            if (Current is { Kind: TemplateTokenKind.Word, Value: "if" })
            {
                _token++;
                return new TemplateNode.Choice(condition, then, [Choice(depth + 1)]);
            }

            ExpectEnd();
            otherwise = Nodes(depth + 1);
        }

        if (Current is not { Kind: TemplateTokenKind.Word, Value: "end" })
        {
            throw new NameTemplateException($"the if at {start} has no {{{{ end }}}}");
        }

        _token++;
        ExpectEnd();
        return new TemplateNode.Choice(condition, then, otherwise);
    }

    /// <summary>Adds the text before the next action and makes its tokens current; false at the end of the source.</summary>
    private bool NextAction(ImmutableArray<TemplateNode>.Builder nodes)
    {
        while (true)
        {
            var open = source.IndexOf("{{", _at, StringComparison.Ordinal);
            var trimHere = open >= 0 && open + 3 < source.Length && source[open + 2] == '-' && char.IsWhiteSpace(source[open + 3]);
            AddText(nodes, open < 0 ? source[_at..] : source[_at..open], trimHere);
            if (open < 0)
            {
                _at = source.Length;
                return false;
            }

            var start = open + (trimHere ? 3 : 2);
            if (IsComment(ref start))
            {
                continue;
            }

            var close = TemplateLexer.CloseOf(source, start);
            _trimNext = close - start >= 2 && source[close - 1] == '-' && char.IsWhiteSpace(source[close - 2]);
            _tokens = TemplateLexer.Split(source, start, _trimNext ? close - 1 : close);
            _token = 0;
            _at = close + 2;
            return true;
        }
    }

    private bool IsComment(ref int start)
    {
        if (!source.AsSpan(start).TrimStart().StartsWith("/*"))
        {
            return false;
        }

        var end = source.IndexOf("*/", start, StringComparison.Ordinal);
        var close = end < 0 ? -1 : source.IndexOf("}}", end, StringComparison.Ordinal);
        var between = close < 0 ? "" : source[(end + 2)..close];
        if (close < 0 || between.Trim() is not ("" or "-"))
        {
            throw new NameTemplateException($"the comment at {start} is not closed by */}}}}");
        }

        _trimNext = between.Contains('-', StringComparison.Ordinal);
        _at = close + 2;
        return true;
    }

    private void AddText(ImmutableArray<TemplateNode>.Builder nodes, string text, bool trimEnd)
    {
        text = _trimNext ? text.TrimStart() : text;
        text = trimEnd ? text.TrimEnd() : text;
        _trimNext = false;
        if (text.Length > 0)
        {
            nodes.Add(new TemplateNode.Text(text));
        }
    }

    private TemplateValue WholePipeline()
    {
        var value = Pipeline(0);
        ExpectEnd();
        return value;
    }

    private TemplateValue Pipeline(int depth)
    {
        CheckDepth(depth);
        var value = Command(null, depth);
        while (Current.Kind == TemplateTokenKind.Bar)
        {
            _token++;
            value = Command(value, depth);
        }

        return value;
    }

    private TemplateValue Command(TemplateValue? piped, int depth)
    {
        var head = Current;
        if (FunctionAt(head) is not { } function)
        {
            var value = Operand(depth);
            return piped is null && Current.Kind is TemplateTokenKind.Bar or TemplateTokenKind.Close or TemplateTokenKind.End
                ? value
                : throw new NameTemplateException($"the word at {head.At} is not a function and takes no arguments");
        }

        _token++;
        var arguments = ImmutableArray.CreateBuilder<TemplateValue>();
        while (Current.Kind is not (TemplateTokenKind.Bar or TemplateTokenKind.Close or TemplateTokenKind.End))
        {
            arguments.Add(Operand(depth));
        }

        if (piped is not null)
        {
            arguments.Add(piped);
        }

        return Call(function, arguments.ToImmutable(), head.At);
    }

    private TemplateValue Operand(int depth)
    {
        var token = Current;
        _token++;
        switch (token.Kind)
        {
            case TemplateTokenKind.Text or TemplateTokenKind.Number:
                return new TemplateValue.Literal(token.Value);
            case TemplateTokenKind.Field:
                return token.Value is string field && fields.Contains(field, StringComparer.Ordinal)
                    ? new TemplateValue.Field(field)
                    : throw new NameTemplateException($"the field at {token.At} is not known; there are {string.Join(", ", fields.Select(name => "." + name))}");
            case TemplateTokenKind.Open:
                var inner = Pipeline(depth + 1);
                if (Current.Kind != TemplateTokenKind.Close)
                {
                    throw new NameTemplateException($"the parenthesis at {token.At} is not closed");
                }

                _token++;
                return inner;
            case TemplateTokenKind.Word when token.Value is "true" or "false":
                return new TemplateValue.Literal(token.Value is "true");
            case TemplateTokenKind.Word:
                return FunctionAt(token) is { } function ? Call(function, [], token.At) : throw Unknown(token);
            default:
                throw new NameTemplateException($"a value is missing at {token.At}");
        }
    }

    private static TemplateFunction? FunctionAt(TemplateToken token) =>
        token.Kind == TemplateTokenKind.Word && token.Value is not ("true" or "false")
            ? TemplateFunctions.All.TryGetValue((string)token.Value, out var function) ? function : throw Unknown(token)
            : null;

    private static TemplateValue.Call Call(TemplateFunction function, ImmutableArray<TemplateValue> arguments, int at) =>
        arguments.Length >= function.ArgumentsMin && arguments.Length <= function.ArgumentsMax
            ? new TemplateValue.Call(function, arguments)
            : throw new NameTemplateException($"{function.Name} at {at} cannot take {arguments.Length} arguments");

    private static NameTemplateException Unknown(TemplateToken token) =>
        new($"the word at {token.At} is not known; there are {string.Join(", ", TemplateFunctions.All.Keys.Order(StringComparer.Ordinal))}");

    private static void CheckDepth(int depth)
    {
        if (depth > DepthMax)
        {
            throw new NameTemplateException($"nested deeper than {DepthMax}");
        }
    }

    private void ExpectEnd()
    {
        if (Current.Kind != TemplateTokenKind.End)
        {
            throw new NameTemplateException($"the text at {Current.At} is not expected");
        }
    }

    private bool IsEnd(out string word)
    {
        word = Current.Value.ToString() ?? "";
        return Current.Kind == TemplateTokenKind.End;
    }
}
