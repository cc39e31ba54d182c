using Coffer.Cli.Commands;
using Coffer.Cli.Outcomes;

namespace Coffer.Cli.Leases;

/// <summary>The lease id among the arguments.</summary>
internal static class LeaseId
{
    public static string From(Invocation call) =>
        call.Arguments.Count > 0 ? call.Arguments[0] : throw CliException.Local("Missing ID!");
}
