namespace Coffer.Hcl;

/// <summary>A piece of the text that was read, in a message about it.</summary>
/// <param name="Text">As it is shown to the author of the text.</param>
/// <param name="Instead">What is said to others: the text may hold a secret, and messages go to logs.</param>
internal sealed record Quoted(string Text, string Instead)
{
    public override string ToString() => Text;
}
