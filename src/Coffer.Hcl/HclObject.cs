using System.Collections.Immutable;

namespace Coffer.Hcl;

/// <summary>Items in braces, or a whole text. Keys may repeat: what that means is for the reader to say.</summary>
public sealed class HclObject(HclPosition position, ImmutableArray<HclItem> items) : HclValue(position)
{
    /// <summary>The items in order.</summary>
    public ImmutableArray<HclItem> Items { get; } = items;

    /// <inheritdoc/>
    public override string Kind => "an object";

    /// <summary>The last item with this key, or null.</summary>
    public HclItem? Find(string key)
    {
        for (var i = Items.Length - 1; i >= 0; i--)
        {
            if (Items[i].Key.Text == key)
            {
                return Items[i];
            }
        }

        return null;
    }

    /// <summary>
    /// The blocks with this key and this many labels, whichever way they are written: <c>path "x" { }</c> in HCL,
    /// <c>{"path": {"x": { }}}</c> in JSON, with a list of objects allowed wherever JSON has one object.
    /// </summary>
    /// <exception cref="HclException">An item with this key has another number of labels, or is not an object.</exception>
    public IEnumerable<HclBlock> Blocks(string key, int labels) =>
        Items.Where(item => item.Key.Text == key).SelectMany(item => Expand(item, labels));

    private static IEnumerable<HclBlock> Expand(HclItem item, int wanted)
    {
        if (item.Labels.Length > wanted)
        {
            throw new HclException(
                item.Labels[wanted].Position, $"'{item.Key.Text}' takes {Count(wanted)}, found {Count(item.Labels.Length)}");
        }

        return Descend(item.Key, item.Labels, item.Value, wanted);
    }

    private static IEnumerable<HclBlock> Descend(HclKey key, ImmutableArray<HclKey> labels, HclValue value, int wanted)
    {
        if (value is HclList list)
        {
            return list.Items.SelectMany(element => Descend(key, labels, element, wanted));
        }

        if (value is not HclObject body)
        {
            throw new HclException(value.Position, $"'{key.Text}' must be a block, found {value.Kind}");
        }

        if (labels.Length == wanted)
        {
            return [new HclBlock(key, labels, body)];
        }

        return body.Items.SelectMany(inner =>
        {
            var deeper = labels.Add(inner.Key).AddRange(inner.Labels);
            if (deeper.Length > wanted || inner.Value is not (HclObject or HclList))
            {
                throw HclException.Quoting(inner.Key.Position, $"'{key.Text}' takes {Count(wanted)} and a block, found {new Quoted($"'{inner.Key.Text}'", "a key")}");
            }

            return Descend(key, deeper, inner.Value, wanted);
        });
    }

    private static string Count(int labels) => labels == 1 ? "1 label" : $"{labels} labels";
}

/// <summary>A word that names something: the key of an item or the label of a block.</summary>
/// <param name="Text">The word, escapes undone.</param>
/// <param name="Position">Where it begins.</param>
/// <param name="Quoted">Whether it is in quotes.</param>
public sealed record HclKey(string Text, HclPosition Position, bool Quoted);

/// <summary>An attribute (<c>key = value</c>) or a block (<c>key "label" { }</c>).</summary>
/// <param name="Key">The key.</param>
/// <param name="Labels">The labels of a block; empty for an attribute.</param>
/// <param name="Value">The value; for a block an <see cref="HclObject"/>.</param>
/// <param name="IsBlock">Written without <c>=</c>.</param>
public sealed record HclItem(HclKey Key, ImmutableArray<HclKey> Labels, HclValue Value, bool IsBlock)
{
    /// <summary>Where the item begins.</summary>
    public HclPosition Position => Key.Position;
}

/// <summary>A block as <see cref="HclObject.Blocks"/> finds it.</summary>
/// <param name="Key">The key, such as <c>listener</c>.</param>
/// <param name="Labels">As many labels as were asked for.</param>
/// <param name="Body">What is in the braces.</param>
public sealed record HclBlock(HclKey Key, ImmutableArray<HclKey> Labels, HclObject Body)
{
    /// <summary>Where the block's name is written: the last label, or the key when there is none.</summary>
    public HclPosition Position => Labels.IsEmpty ? Key.Position : Labels[^1].Position;
}
