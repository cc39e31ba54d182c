using Coffer.Kernel.Transactions;
using Coffer.Policies.Passwords;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Passwords;

namespace Coffer.Kernel.Policies;

/// <summary>Stored password policies, by name. An engine's wish for a password by the name of a policy ends here.</summary>
internal static class PasswordPolicyStore
{
    private const string Prefix = "password-policy/";

    /// <summary>The text of a policy; null when there is none of that name.</summary>
    public static async ValueTask<string?> GetAsync(UnitOfWork work, string name, CancellationToken cancellation) =>
        (await work.GetAsync(Prefix + name, PoliciesJsonContext.Default.StoredPolicy, cancellation))?.Text;

    /// <summary>The rules of a policy; null when there is none of that name.</summary>
    /// <param name="work">Where it is read.</param>
    /// <param name="name">Any text that a client sent to an engine.</param>
    /// <param name="cancellation">Ends the wait for the read.</param>
    public static async ValueTask<PasswordRules?> RulesAsync(UnitOfWork work, string name, CancellationToken cancellation) =>
        !PolicyNames.IsName(name) || await GetAsync(work, name, cancellation) is not { } text ? null
        : PasswordPolicyReader.TryRead(text, out var rules, out var problem) ? rules
        : throw new FormatException($"the stored password policy {name} cannot be read: {problem}");

    public static void Put(UnitOfWork work, string name, string text) =>
        work.Put(Prefix + name, new StoredPolicy(text), PoliciesJsonContext.Default.StoredPolicy);

    public static void Delete(UnitOfWork work, string name) => work.Delete(Prefix + name);

    /// <summary>The names, in order.</summary>
    public static ValueTask<IReadOnlyList<string>> NamesAsync(UnitOfWork work, CancellationToken cancellation) =>
        PolicyStore.NamesAsync(work, Prefix, cancellation);
}
