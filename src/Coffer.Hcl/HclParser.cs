using System.Collections.Immutable;

namespace Coffer.Hcl;

/// <summary>Builds the tree of an HCL text by recursive descent, one level of recursion a level of nesting.</summary>
internal sealed class HclParser
{
    private readonly Scanner _scanner;
    private readonly NodeBudget _budget;
    private Token _token;

    public HclParser(Scanner scanner, HclLimits limits)
    {
        _scanner = scanner;
        _budget = new NodeBudget(limits);
        _token = scanner.Next();
    }

    public HclObject Parse()
    {
        var items = ImmutableArray.CreateBuilder<HclItem>();
        while (_token.Kind != TokenKind.End)
        {
            items.Add(Item());
        }

        return new HclObject(new HclPosition(1, 1), items.DrainToImmutable());
    }

    private HclItem Item()
    {
        if (_token.Kind is not (TokenKind.Identifier or TokenKind.String))
        {
            throw HclException.Quoting(_token.Position, $"found {_token.Describe()}, expected a key");
        }

        var key = Key();
        if (_token.Kind == TokenKind.Assign)
        {
            Move();
            return new HclItem(key, [], Value(), IsBlock: false);
        }

        var labels = ImmutableArray.CreateBuilder<HclKey>();
        while (_token.Kind is TokenKind.Identifier or TokenKind.String)
        {
            labels.Add(Key());
        }

        if (_token.Kind == TokenKind.OpenBrace)
        {
            return new HclItem(key, labels.DrainToImmutable(), Object(), IsBlock: true);
        }

        var expected = labels.Count == 0 ? "start of object ('{') or assignment ('=')" : "start of object ('{')";
        var all = new Quoted($"'{string.Join(' ', labels.Prepend(key).Select(word => Token.Shorten(word.Text)))}' ", "");
        throw HclException.Quoting(_token.Position, $"key {all}expected {expected}, found {_token.Describe()}");
    }

    private HclKey Key()
    {
        _budget.Node(_token.Position);
        var key = new HclKey(_token.Value, _token.Position, _token.Kind == TokenKind.String);
        Move();
        return key;
    }

    private HclValue Value()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.OpenBrace:
                return Object();
            case TokenKind.OpenBracket:
                return List();
            case TokenKind.String or TokenKind.Heredoc:
                return Leaf(new HclString(token.Position, token.Value));
            case TokenKind.Number:
                return Leaf(Numbers.Parse(token.Value, token.Position));
            case TokenKind.Identifier when token.Value is "true" or "false":
                return Leaf(new HclBoolean(token.Position, token.Value == "true"));
            case TokenKind.Identifier:
                throw HclException.Quoting(token.Position, $"found {token.Describe()}, expected a value; text needs quotes");
            default:
                throw HclException.Quoting(token.Position, $"found {token.Describe()}, expected a value");
        }
    }

    private HclValue Leaf(HclValue value)
    {
        _budget.Node(value.Position);
        Move();
        return value;
    }

    private HclObject Object()
    {
        var open = Open();
        var items = ImmutableArray.CreateBuilder<HclItem>();
        while (_token.Kind != TokenKind.CloseBrace)
        {
            if (_token.Kind == TokenKind.End)
            {
                throw new HclException(_token.Position, $"found the end of the text, expected '}}' to close the '{{' at {open}");
            }

            items.Add(Item());
            if (_token.Kind == TokenKind.Comma)
            {
                Move();
            }
        }

        Close();
        return new HclObject(open, items.DrainToImmutable());
    }

    private HclList List()
    {
        var open = Open();
        var items = ImmutableArray.CreateBuilder<HclValue>();
        while (_token.Kind != TokenKind.CloseBracket)
        {
            items.Add(Value());
            if (_token.Kind == TokenKind.Comma)
            {
                Move();
            }
            else if (_token.Kind != TokenKind.CloseBracket)
            {
                throw HclException.Quoting(_token.Position, $"found {_token.Describe()}, expected ',' or ']' in the list begun at {open}");
            }
        }

        Close();
        return new HclList(open, items.DrainToImmutable());
    }

    private HclPosition Open()
    {
        var position = _token.Position;
        _budget.Node(position);
        _budget.Enter(position);
        Move();
        return position;
    }

    private void Close()
    {
        _budget.Leave();
        Move();
    }

    private void Move() => _token = _scanner.Next();
}
