namespace Coffer.Kernel.Tokens;

/// <summary>A token that was just made.</summary>
/// <param name="Record">What is stored of it; of a batch token nothing is.</param>
/// <param name="Text">What its owner shows. It is nowhere else.</param>
public readonly record struct MintedToken(TokenRecord Record, string Text);
