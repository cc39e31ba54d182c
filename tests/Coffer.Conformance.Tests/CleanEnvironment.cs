namespace Coffer.Conformance.Tests;

/// <summary>Takes from this process what hosted servers could find of somebody's AWS account in its environment.</summary>
public sealed class CleanEnvironment
{
    public CleanEnvironment()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToArray())
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        var nowhere = Path.Combine(AppContext.BaseDirectory, "no-aws-account");
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", nowhere);
        Environment.SetEnvironmentVariable("AWS_CONFIG_FILE", nowhere);
    }
}
