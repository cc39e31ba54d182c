namespace Coffer.Kernel.Requests;

/// <summary>What was made for one answer, and is in nobody's hands when that answer is lost: it is then ended. Each is empty where there is none.</summary>
/// <param name="LeaseId">The lease of a credential.</param>
/// <param name="TokenAccessor">A token that a login or a token gave.</param>
/// <param name="WrapAccessor">The token that opens the answer, where it is wrapped.</param>
public sealed record Entrusted(string LeaseId, string TokenAccessor = "", string WrapAccessor = "")
{
    public static Entrusted Nothing { get; } = new("");

    public bool IsNothing => LeaseId.Length + TokenAccessor.Length + WrapAccessor.Length == 0;
}
