namespace Coffer.Hcl;

/// <summary>Counts nodes and depth while a tree is built, so that no text can cost more than its limits say.</summary>
internal sealed class NodeBudget(HclLimits limits)
{
    // Parsing recurses once a level; this many levels fit any thread's stack.
    internal const int DepthCeiling = 256;

    private int _nodes;
    private int _depth;

    public void Node(HclPosition position)
    {
        if (++_nodes > limits.NodesMax)
        {
            throw new HclException(position, $"more than {limits.NodesMax} keys and values in one text");
        }
    }

    public void Enter(HclPosition position)
    {
        var most = Math.Min(limits.DepthMax, DepthCeiling);
        if (++_depth > most)
        {
            throw new HclException(position, $"nested more than {most} levels deep");
        }
    }

    public void Leave() => _depth--;
}
