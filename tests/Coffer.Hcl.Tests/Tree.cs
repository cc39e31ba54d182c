using System.Globalization;

namespace Coffer.Hcl.Tests;

/// <summary>Shows a tree on one line: enough to tell any two trees apart, positions aside.</summary>
internal static class Tree
{
    public static string Show(HclObject root) => string.Join(';', root.Items.Select(Item));

    private static string Item(HclItem item) =>
        item.Key.Text + string.Concat(item.Labels.Select(label => $"'{label.Text}'")) + (item.IsBlock ? ":" : "=") + Value(item.Value);

    private static string Value(HclValue value) => value switch
    {
        HclString text => $"'{text.Value}'",
        HclInteger number => number.Value.ToString(CultureInfo.InvariantCulture),
        HclFloat number => number.Value.ToString("R", CultureInfo.InvariantCulture) + "f",
        HclBoolean truth => truth.Value ? "true" : "false",
        HclNull => "null",
        HclList list => $"[{string.Join(',', list.Items.Select(Value))}]",
        HclObject body => $"{{{Show(body)}}}",
        _ => throw new InvalidOperationException(value.Kind),
    };
}
