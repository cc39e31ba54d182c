using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;

namespace Coffer.Sdk.Leases;

/// <summary>
/// A kind of credential whose effect is in the mount's own part of the store, such as a one-time password or the serial number of a certificate.
/// </summary>
/// <remarks>
/// The handler writes what it makes and answers <see cref="Reply.LeasedData"/>: credential and lease become true in the request's own commit, and neither is
/// there without the other. Nothing of it reaches beyond the store.
/// </remarks>
public interface IStoredSecret : ISecretKind
{
    /// <summary>
    /// Takes the credential out of the store, in the commit that forgets its lease. "Not there" is success. Runs again when that commit conflicts, so it has no
    /// effect outside <paramref name="storage"/>.
    /// </summary>
    /// <param name="context">As of the other calls.</param>
    /// <param name="storage">The mount's part of the store, inside that commit.</param>
    /// <param name="plan">As it was made.</param>
    /// <param name="cancellation">Ends the wait for reads.</param>
    ValueTask RevokeAsync(SecretContext context, IStorageView storage, LeasePlan plan, CancellationToken cancellation);
}
