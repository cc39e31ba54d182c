using Coffer.Server.Configuration;

namespace Coffer.Server.Tests.Configuration;

/// <summary>What a configuration has for a value by mistake may be a password, and problems go to logs: they name the key and never repeat the value.</summary>
public sealed class ConfigurationSecrecyTests : IDisposable
{
    private const string Rest = "storage \"inmem\" {}\nlistener \"tcp\" {\n  address = \"127.0.0.1:8299\"\n  tls_disable = 1\n}\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coffer-config-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void No_key_of_the_top_level_repeats_its_value()
    {
        var problems = TopLevelKeys.All.Keys.SelectMany(key => ProblemsOf($"{Rest}{key} = \"hunter2\"\n{key} = [\"hunter2\"]\n")).ToArray();

        // A test without problems shows nothing.
        Assert.InRange(problems.Length, 20, int.MaxValue);
        Assert.DoesNotContain(problems, problem => problem.Contains("hunter2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tcp", "address", "hunter2")]
    [InlineData("tcp", "address", "hunter2:8200:1")]
    [InlineData("tcp", "address", "hunter2.invalid:8200")]
    [InlineData("tcp", "address", "hunter2 is no name:8200")]
    [InlineData("unix", "address", "hunter2")]
    [InlineData("unix", "socket_mode", "hunter2")]
    [InlineData("tcp", "max_request_size", "hunter2")]
    [InlineData("tcp", "http_read_timeout", "hunter2")]
    [InlineData("tcp", "x_forwarded_for_authorized_addrs", "10.0.0.0/8, hunter2")]
    [InlineData("tcp", "x_forwarded_for_reject_not_present", "hunter2")]
    [InlineData("tcp", "tls_disable", "hunter2")]
    [InlineData("tcp", "tls_min_version", "hunter2")]
    public void No_key_of_a_listener_repeats_its_value(string type, string key, string value) =>
        AssertNamed(key, $"storage \"inmem\" {{}}\nlistener \"{type}\" {{\n  {(type == "tcp" && key != "tls_disable" ? "tls_disable = 1" : "")}\n  {key} = \"{value}\"\n}}\n");

    [Theory]
    [InlineData("tls_cert_file")]
    [InlineData("tls_key_file")]
    [InlineData("tls_client_ca_file")]
    public void No_key_that_names_a_file_of_a_listener_repeats_its_value(string key)
    {
        foreach (var value in (string[])["hunter2", "/nowhere/hunter2", "hunter2\\u0000", "hunter2" + new string('x', 5000)])
        {
            var keys = new Dictionary<string, string> { ["tls_cert_file"] = Certificate(), ["tls_key_file"] = Certificate(), [key] = value };
            var text = string.Concat(keys.Select(pair => $"  {pair.Key} = \"{pair.Value}\"\n"));

            Assert.DoesNotContain("hunter2", Assert.Single(ProblemsOf($"storage \"inmem\" {{}}\nlistener \"tcp\" {{\n{text}}}\n")), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("hunter2")]
    [InlineData("cluster_name hunter2")]
    [InlineData("cluster_name = hunter2")]
    [InlineData("max_lease_ttl = 1hunter2")]
    [InlineData("max_lease_ttl = 0x1hunter2")]
    [InlineData("audit_targets = [\"syslog\" hunter2]")]
    [InlineData("cluster_name = <<hunter2\na\n")]
    [InlineData("storage { hunter2 = 1 }")]
    [InlineData("{\"cluster_name\": hunter2}")]
    [InlineData("{hunter2: 1}")]
    public void A_text_that_is_no_configuration_is_not_repeated(string text)
    {
        var problems = ProblemsOf(text);

        Assert.NotEmpty(problems);
        Assert.All(problems, problem => Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Lifetimes_that_contradict_each_other_are_named_without_their_values() =>
        Assert.DoesNotContain("1234", Assert.Single(ProblemsOf(Rest + "default_lease_ttl = \"1234h\"\nmax_lease_ttl = \"123456s\"\n")), StringComparison.Ordinal);

    private void AssertNamed(string key, string text)
    {
        var problems = ProblemsOf(text);

        Assert.Contains(problems, problem => problem.Contains(key, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains("hunter2", StringComparison.Ordinal));
    }

    private string Certificate()
    {
        var path = Path.Combine(_folder.FullName, "both.pem");
        if (!File.Exists(path))
        {
            using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
            var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=a", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            File.WriteAllText(path, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        }

        return path;
    }

    private IReadOnlyList<string> ProblemsOf(string text)
    {
        var path = Path.Combine(_folder.FullName, "a.hcl");
        File.WriteAllText(path, text);
        return ConfigurationReader.Read([path]).Problems;
    }
}
