using Coffer.Hcl;
using Coffer.Policies;

namespace Coffer.Server;

/// <summary>Checks a policy's text and lays it out, without a server.</summary>
public static class PolicyLayout
{
    /// <returns>The text in canonical layout, or null and what is wrong with it.</returns>
    public static (string? Text, string Problem) Format(string text)
    {
        if (!AclPolicy.TryParse(PolicyName.Default, text, out _, out var error))
        {
            return (null, error.Message);
        }

        try
        {
            return (HclFormatter.Format(text), "");
        }
        catch (HclException problem)
        {
            return (null, $"failed to parse policy: {problem.Message}");
        }
    }
}
