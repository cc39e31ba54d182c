using System.Collections.Immutable;

namespace Coffer.Hcl;

/// <summary>Builds the tree of a JSON text: members become attributes. <see cref="HclObject.Blocks"/> sees blocks in them.</summary>
internal sealed class JsonParser
{
    private readonly Scanner _scanner;
    private readonly NodeBudget _budget;
    private Token _token;

    public JsonParser(Scanner scanner, HclLimits limits)
    {
        _scanner = scanner;
        _budget = new NodeBudget(limits);
        _token = scanner.NextJson();
    }

    public HclObject Parse()
    {
        // As in HCL, the top level itself is not a level of nesting.
        _budget.Leave();
        var root = Object();
        return _token.Kind == TokenKind.End
            ? root
            : throw HclException.Quoting(_token.Position, $"found {_token.Describe()} after the JSON object, expected the end of the text");
    }

    private HclValue Value()
    {
        var token = _token;
        return token.Kind switch
        {
            TokenKind.OpenBrace => Object(),
            TokenKind.OpenBracket => List(),
            TokenKind.String => Leaf(new HclString(token.Position, token.Value)),
            TokenKind.Number => Leaf(Numbers.Parse(token.Value, token.Position, json: true)),
            TokenKind.Identifier when token.Value is "true" or "false" => Leaf(new HclBoolean(token.Position, token.Value == "true")),
            TokenKind.Identifier when token.Value == "null" => Leaf(new HclNull(token.Position)),
            _ => throw HclException.Quoting(token.Position, $"found {token.Describe()}, expected a value"),
        };
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
        while (_token.Kind != TokenKind.CloseBrace || items.Count > 0)
        {
            if (_token.Kind != TokenKind.String)
            {
                throw HclException.Quoting(_token.Position, $"found {_token.Describe()}, expected a key in quotes in the object begun at {open}");
            }

            var key = new HclKey(_token.Value, _token.Position, Quoted: true);
            _budget.Node(key.Position);
            Move();
            if (_token.Kind != TokenKind.Assign)
            {
                throw HclException.Quoting(_token.Position, $"found {_token.Describe()}, expected ':' after the key");
            }

            Move();
            items.Add(new HclItem(key, [], Value(), IsBlock: false));
            if (!Another(TokenKind.CloseBrace, "'}'", open))
            {
                break;
            }
        }

        Close();
        return new HclObject(open, items.DrainToImmutable());
    }

    private HclList List()
    {
        var open = Open();
        var items = ImmutableArray.CreateBuilder<HclValue>();
        while (_token.Kind != TokenKind.CloseBracket || items.Count > 0)
        {
            items.Add(Value());
            if (!Another(TokenKind.CloseBracket, "']'", open))
            {
                break;
            }
        }

        Close();
        return new HclList(open, items.DrainToImmutable());
    }

    private bool Another(TokenKind close, string closeText, HclPosition open)
    {
        if (_token.Kind == close)
        {
            return false;
        }

        if (_token.Kind != TokenKind.Comma)
        {
            throw HclException.Quoting(_token.Position, $"found {_token.Describe()}, expected ',' or {closeText} to go with {open}");
        }

        Move();
        return true;
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

    private void Move() => _token = _scanner.NextJson();
}
