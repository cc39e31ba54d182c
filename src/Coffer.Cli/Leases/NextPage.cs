using System.Text.Json.Nodes;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;

namespace Coffer.Cli.Leases;

/// <summary>Where the next page of a list begins.</summary>
internal static class NextPage
{
    /// <param name="asked">Where the page began that was just answered; empty for the first.</param>
    /// <param name="said">What the answer says of the next.</param>
    /// <returns>Empty after the last page.</returns>
    public static string After(string asked, JsonNode? said)
    {
        var next = said is JsonValue ? GoValue.Of(said) : "";
        return next.Length == 0 || next != asked ? next : throw CliException.Remote("Error listing leases: the server gives the same page again and again");
    }
}
