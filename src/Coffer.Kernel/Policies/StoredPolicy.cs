namespace Coffer.Kernel.Policies;

/// <summary>A policy as it is stored: the text as its author wrote it.</summary>
public sealed record StoredPolicy(string Text)
{
    internal const string Prefix = "policy/";

    internal static string KeyOf(string name) => Prefix + name;
}
