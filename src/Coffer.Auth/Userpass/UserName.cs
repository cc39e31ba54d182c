using Coffer.Sdk.Names;

namespace Coffer.Auth.Userpass;

/// <summary>A user's name in its one spelling: names ignore case, so every path goes through here before it looks anything up.</summary>
internal readonly record struct UserName
{
    private UserName(string text) => Text = text;

    /// <summary>Lower-case. The path's template has let through only letters, digits, <c>_</c>, <c>-</c> and <c>.</c> of ASCII.</summary>
    public string Text { get; }

    public static UserName Of(string written) => new(NameFold.Of(written));

    public override string ToString() => Text;
}
