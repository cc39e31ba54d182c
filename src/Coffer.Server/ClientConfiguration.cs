using System.Text;
using Coffer.Hcl;

namespace Coffer.Server;

/// <summary>Reads the configuration file of the command line, which is HCL or JSON like that of the server.</summary>
public static class ClientConfiguration
{
    private const string TokenHelper = "token_helper";

    /// <returns>The program that keeps tokens, empty for none; or null and what is wrong with the file.</returns>
    public static (string? TokenHelper, string Problem) Read(string text)
    {
        try
        {
            var root = HclText.Parse(Encoding.UTF8.GetBytes(text));
            var unknown = root.Items.FirstOrDefault(item => item.Key.Text != TokenHelper);
            if (unknown is not null)
            {
                return (null, $"line {unknown.Position.Line}: unknown key; there is only {TokenHelper}");
            }

            return root.Find(TokenHelper)?.Value switch
            {
                null => ("", ""),
                HclString path => (path.Value, ""),
                var other => (null, $"line {other.Position.Line}: {TokenHelper} is {other.Kind}, where the path of a program in quotes is expected"),
            };
        }
        catch (HclException error)
        {
            return (null, error.AnonymousMessage);
        }
    }
}
