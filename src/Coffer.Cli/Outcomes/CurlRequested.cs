namespace Coffer.Cli.Outcomes;

/// <summary>Ends a command that was asked for the curl command instead of the request itself.</summary>
internal sealed class CurlRequested(string command) : Exception("the curl command was asked for")
{
    public string CurlCommand { get; } = command;
}
