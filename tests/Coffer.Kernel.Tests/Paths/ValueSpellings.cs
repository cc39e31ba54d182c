using Coffer.Sdk.Fields;

namespace Coffer.Kernel.Tests.Paths;

/// <summary>A value, and ways to write it that a field's parser takes, or that hold it.</summary>
/// <param name="Written">As a policy writes it.</param>
/// <param name="Spellings">In JSON.</param>
/// <param name="Other">Another value, in JSON.</param>
internal sealed record SpelledValue(string Written, string[] Spellings, string Other);

/// <summary>Spellings for each kind of field. A kind that is not here fails the tests that look at it.</summary>
internal static class ValueSpellings
{
    private static readonly SpelledValue[] Texts =
    [
        new("\"prod\"", ["\"prod\"", "\"PROD\"", "\" prod\"", "\"prod\\t\"", "\"/prod\"", "\"prod/\"", "\" /Prod/ \""], "\"other\""),
        new("\"7\"", ["\"7\"", "7", "\" 7\""], "8"),
        new("7", ["7", "\"7\""], "8"),
        new("\"pr*\"", ["\"prod\"", "\"PROD\"", "\" prod\"", "\"/prod\"", "\" /Prod/ \""], "\"other\""),
        new("\"*od\"", ["\"prod\"", "\"PROD\"", "\"prod \"", "\"prod/\"", "\" /Prod/ \""], "\"other\""),
        new("\"/prod/\"", ["\"prod\"", "\"/prod\"", "\"prod/\""], "\"other\""),
        new("\"σς\"", ["\"ΣΣ\"", "\"σσ\"", "\"σς\""], "\"other\""),
        new("\"\"", ["\"\"", "\"  \"", "\"/\""], "\"other\""),
    ];

    private static readonly SpelledValue[] Durations =
    [
        new("\"1h\"", ["\"1h\"", "\"60m\"", "\"3600\"", "3600", "\"3600s\"", "\"1h0m0s\"", "\" 1h\"", "\"+1h\"", "\"0d1h\"", "\"59m60s\"", "\"3600000ms\"", "\"01h\"", "\"1h0.4s\"", "\"3600.9s\""], "7200"),
        new("3600", ["\"1h\"", "3600", "\"3600\""], "\"2h\""),
        new("\"24h\"", ["\"1d\"", "\"86400\"", "86400", "\"1440m\"", "\"23h60m\""], "\"23h\""),
        new("\"0\"", ["0", "\"0\"", "\"0s\"", "\"\"", "\"0h\"", "\"0.5s\"", "\" \""], "\"1h\""),
    ];

    private static readonly Dictionary<FieldKind, SpelledValue[]> Table = new()
    {
        [FieldKind.Text] = Texts,
        [FieldKind.Count] =
        [
            new("\"1\"", ["1", "\"1\"", "\"01\"", "\"+1\"", "1.0", "1e0", "10e-1", "true"], "2"),
            new("1", ["1", "\"1\"", "\"001\""], "2"),
            new("\"0\"", ["0", "\"\"", "\"-0\"", "false", "0.0", "-0.0"], "2"),
            new("\"1*\"", ["1", "10", "\"10\"", "\"010\"", "1e1"], "2"),
        ],
        [FieldKind.Decimal] =
        [
            new("\"50000\"", ["50000", "50000.0", "\"50000.0\"", "\"5e4\"", "5e4", "\" 50000\"", "\"050000\"", "\"+50000\"", "\"50000.\"", "0.5e5"], "50001"),
            new("50000", ["50000", "\"5e4\""], "50001"),
            new("2.5", ["2.5", "\"2.50\"", "25e-1"], "2.6"),
        ],
        [FieldKind.Boolean] =
        [
            new("\"true\"", ["true", "\"true\"", "\"1\"", "\"t\"", "\"T\"", "\"TRUE\"", "\"True\"", "1", "2", "0.5", "-1"], "false"),
            new("true", ["true", "\"true\"", "1"], "false"),
            new("\"false\"", ["false", "\"false\"", "\"0\"", "\"f\"", "\"F\"", "\"FALSE\"", "\"False\"", "\"\"", "0", "0.0"], "true"),
            new("false", ["false", "0", "\"\""], "true"),
            new("\"1\"", ["true", "\"t\""], "false"),
        ],
        [FieldKind.Duration] = Durations,
        [FieldKind.DurationText] = [.. Durations, new("\"system\"", ["\"system\"", "\"0\"", "0", "\"\"", "\"0s\""], "\"1h\"")],
        [FieldKind.TextList] =
        [
            new("\"prod\"", ["\"prod\"", "[\"prod\"]", "\"x,prod\"", "[\"x\",\"prod\"]", "[\" prod \"]", "\"x, prod ,\"", "[\"Prod\"]", "\"PROD\"", "[\"prod/\"]"], "\"x\""),
            new("\"7\"", ["7", "[7]", "\"7\"", "\"x,7\""], "8"),
            new("[\"prod\", \"x\"]", ["\"prod,x\"", "[\"prod\",\"x\"]", "[\"x\",\"prod\"]", "[\"prod\",\"x\",\"y\"]"], "\"prod\""),
            new("\"prod,x\"", ["\"prod,x\"", "[\"prod\",\"x\"]"], "\"prod\""),
            new("\"pr*\"", ["\"x,prod\"", "[\"x\",\" prod\"]"], "\"x\""),
        ],
        [FieldKind.CountList] =
        [
            new("\"1\"", ["1", "\"1\"", "\"01\"", "[\"01\"]", "[\"+1\"]", "[1]", "[1.0]", "[true]", "[2,1]", "\"2,1\"", "\"2, +1\"", "[2,\"001\"]"], "[2]"),
            new("1", ["1", "[\"1\"]", "\"2,1\""], "2"),
            new("[1, 2]", ["\"1,2\"", "[2,1]", "[\"1\",2,3]"], "[1]"),
        ],
        [FieldKind.NetworkList] =
        [
            new("\"0.0.0.0/0\"", ["\"0.0.0.0/0\"", "[\"0.0.0.0/0\"]", "\"1.2.3.4/0\"", "\"0.0.0.0/00\"", "\"::ffff:0.0.0.0/96\"", "\"::ffff:1.2.3.4/96\"", "\"10.0.0.0/8,0.0.0.0/0\"", "[\" 9.9.9.9/0 \"]"], "\"10.0.0.0/8\""),
            new("\"10.0.0.1\"", ["\"10.0.0.1/32\"", "\"10.0.0.1\"", "\"::ffff:10.0.0.1\"", "\"::ffff:a00:1/128\""], "\"10.0.0.2\""),
            new("\"10.9.9.9/8\"", ["\"10.0.0.0/8\"", "[\"10.1.1.1/08\"]"], "\"11.0.0.0/8\""),
            new("\"2001:db8::/32\"", ["\"2001:0DB8::1/32\"", "\"2001:db8:0:0:0:0:0:0/32\""], "\"2001:db9::/32\""),
        ],
        [FieldKind.TextMap] =
        [
            new("\"admin=true\"", ["\"admin=true\"", "[\"admin=true\"]", "{\"admin\":\"true\"}", "[\"x=y\",\"admin = true\"]", "\"x=y,admin=true\"", "{\"x\":\"y\",\"admin\":\"true\"}", "{\" admin\":\" true \"}", "\"admin=TRUE\""], "{\"admin\":\"false\"}"),
            new("\"admin = true\"", ["{\"admin\":\"true\"}", "\"admin=true\""], "\"admin=false\""),
            new("{ admin = \"true\" }", ["{\"admin\":\"true\"}", "\"admin=true,x=y\"", "[\"x=y\",\"admin=true\"]"], "\"admin=false\""),
            new("[\"admin=true\"]", ["{\"admin\":\"true\"}", "\"admin=true\""], "\"x=y\""),
            new("\"admin=*\"", ["{\"admin\":\"true\"}", "\"x=y,admin=false\"", "[\"admin = 1\"]"], "\"x=y\""),
            new("\"n=1\"", ["{\"n\":1}", "{\"n\":true}", "\"n=1\""], "{\"n\":2}"),
        ],
        [FieldKind.Bytes] = [new("\"aGk/\"", ["\"aGk/\"", "\"aGk\\/\"", "\"\\u0061Gk/\""], "\"aGk+\"")],
        [FieldKind.Records] = [new("[{ a = 1 }]", ["[{\"a\":1}]", "[{\"a\":1.0}]"], "[]")],
        [FieldKind.Object] =
        [
            new("\"admin=true\"", ["{\"admin\":\"true\"}", "{\"admin\":true}", "{\"x\":\"y\",\"admin\":\"true\"}", "{\"admin\":\"TRUE \"}", "{\"\\u0061dmin\":\"true\"}"], "{\"admin\":\"false\"}"),
            new("{ admin = \"true\" }", ["{\"admin\":\"true\"}", "{\"x\":\"y\",\"admin\":\"true\"}"], "{\"admin\":\"false\"}"),
            new("\"admin=*\"", ["{\"admin\":\"true\"}", "{\"admin\":false}"], "{\"x\":\"y\"}"),
            new("\"admin=1\"", ["{\"admin\":1}", "{\"admin\":\"1\"}", "{\"admin\":true}"], "{\"admin\":2}"),
        ],
    };

    /// <summary>Fails for a kind without any: how its values can be written has to be said here.</summary>
    public static SpelledValue[] Of(FieldKind kind) => Table.TryGetValue(kind, out var values)
        ? values
        : throw new InvalidOperationException($"there are no spellings for fields of the kind {kind}: say here how its values can be written");
}
