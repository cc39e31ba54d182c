namespace Coffer.Kernel.Seal;

/// <summary>What only the operator who initialises ever sees. Shares and root token are OpenPGP messages where keys were given, the token in base64.</summary>
public sealed record InitResult(IReadOnlyList<byte[]> Shares, string RootToken)
{
    public override string ToString() => "InitResult(redacted)";
}
