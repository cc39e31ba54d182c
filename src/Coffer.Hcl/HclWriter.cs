using System.Globalization;
using System.Text;

namespace Coffer.Hcl;

/// <summary>
/// Writes a tree as HCL in canonical layout: two spaces a level, one item a line, an empty line round blocks. What comes out reads
/// back as the same tree; JSON's <c>null</c> has no HCL form and is refused. Comments are not part of a tree: to lay out a text
/// that has them use <see cref="HclFormatter"/>.
/// </summary>
public static class HclWriter
{
    /// <summary>The tree as text, ending with a line feed unless it is empty.</summary>
    /// <exception cref="ArgumentException">The tree holds a null.</exception>
    public static string Write(HclObject root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var output = new StringBuilder();
        WriteItems(output, root, 0);
        return output.ToString();
    }

    /// <summary>A text in quotes, with the escapes it needs; this is what a policy's author would have to type.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var output = new StringBuilder(text.Length + 2).Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            _ = c switch
            {
                '"' => output.Append("\\\""),
                '\\' => output.Append("\\\\"),
                '\n' => output.Append("\\n"),
                '\r' => output.Append("\\r"),
                '\t' => output.Append("\\t"),
                // The reader takes "${" verbatim up to its "}", so the dollar sign is written by its code.
                '$' when i + 1 < text.Length && text[i + 1] == '{' => output.Append("\\u0024"),
                _ when char.IsControl(c) => output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => output.Append(c),
            };
        }

        return output.Append('"').ToString();
    }

    private static void WriteItems(StringBuilder output, HclObject body, int level)
    {
        for (var i = 0; i < body.Items.Length; i++)
        {
            var item = body.Items[i];
            if (i > 0 && (item.IsBlock || body.Items[i - 1].IsBlock))
            {
                output.Append('\n');
            }

            output.Append(' ', level * 2).Append(Key(item.Key));
            foreach (var label in item.Labels)
            {
                output.Append(' ').Append(Key(label));
            }

            output.Append(item.IsBlock ? " " : " = ");
            WriteValue(output, item.Value, level);
            output.Append('\n');
        }
    }

    private static void WriteValue(StringBuilder output, HclValue value, int level)
    {
        switch (value)
        {
            case HclString text:
                output.Append(Quote(text.Value));
                break;
            case HclInteger number:
                output.Append(CultureInfo.InvariantCulture, $"{number.Value}");
                break;
            case HclFloat number:
                var digits = number.Value.ToString("R", CultureInfo.InvariantCulture);
                output.Append(digits).Append(digits.AsSpan().ContainsAny('.', 'E') ? "" : ".0");
                break;
            case HclBoolean truth:
                output.Append(truth.Value ? "true" : "false");
                break;
            case HclList list:
                WriteList(output, list, level);
                break;
            case HclObject { Items.IsEmpty: true }:
                output.Append("{}");
                break;
            case HclObject body:
                output.Append("{\n");
                WriteItems(output, body, level + 1);
                output.Append(' ', level * 2).Append('}');
                break;
            default:
                throw new ArgumentException($"{value.Kind} at {value.Position} has no form in HCL", nameof(value));
        }
    }

    private static void WriteList(StringBuilder output, HclList list, int level)
    {
        output.Append('[');
        for (var i = 0; i < list.Items.Length; i++)
        {
            output.Append(i > 0 ? ", " : "");
            WriteValue(output, list.Items[i], level);
        }

        output.Append(']');
    }

    private static string Key(HclKey key) => key.Quoted ? Quote(key.Text) : key.Text;
}
