using Coffer.Cli.Outcomes;

namespace Coffer.Cli.Commands;

/// <summary>How one auth method is logged in to: which fields it takes, and whether the user's name is part of the path.</summary>
/// <param name="Type">The method's type, such as <c>userpass</c>.</param>
/// <param name="Fields">Its fields, for help.</param>
internal sealed record LoginMethod(string Type, IReadOnlyList<(string Name, string Usage)> Fields)
{
    private static readonly LoginMethod[] Known =
    [
        new("token", [("token", "The token; asked for when not given."), ("lookup", "false to take the token without asking the server about it.")]) { IsOfThisServer = true },
        WithPassword("userpass") with { IsOfThisServer = true },
        WithPassword("ldap"),
        WithPassword("okta"),
        WithPassword("radius"),
        new("approle", [("role_id", "The role's id."), ("secret_id", "A secret id of the role.")]),
        new("jwt", [("role", "The role to log in to."), ("jwt", "The signed token to show.")]),
        new("kubernetes", [("role", "The role to log in to."), ("jwt", "The service account's token.")]),
        new("cert", [("name", "The certificate role; by default every one is tried. The certificate is that of -client-cert.")]),
        new("github", [("token", "A GitHub token; asked for when not given.")]),
    ];

    /// <summary>The user's name goes into the path and a password is asked for when it is not given.</summary>
    public bool TakesPassword { get; private init; }

    /// <summary>Whether a Coffer server has it. The program speaks to Vault's servers too, which have more.</summary>
    public bool IsOfThisServer { get; private init; }

    /// <summary>Which of them a Coffer server has, in a sentence.</summary>
    public static string OfThisServer { get; } = $"A Coffer server has {string.Join(" and ", Known.Where(method => method.IsOfThisServer).Select(method => method.Type))}.";

    /// <summary>A method by its type; null for one that is not known here.</summary>
    public static LoginMethod? Find(string type) => Known.FirstOrDefault(method => method.Type == type);

    /// <summary>A method by its type; one that is not known here ends the command.</summary>
    public static LoginMethod Of(string type, string program) => Find(type) ?? throw CliException.Local(Output.TextWrap.At(
        $"Unknown auth method: {type}. {OfThisServer} Other servers may have {string.Join(", ", Known.Where(method => !method.IsOfThisServer).Select(method => method.Type))}. Where a method is enabled elsewhere, -path says so. "
        + $"\"{program} auth list\" shows what is enabled. Others can be logged in to through the API: \"{program} write auth/PATH/login K=V...\"."));

    private static LoginMethod WithPassword(string type) =>
        new(type, [("username", "The user's name."), ("password", "The password; asked for when not given.")]) { TakesPassword = true };
}
