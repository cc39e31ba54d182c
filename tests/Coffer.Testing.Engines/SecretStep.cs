namespace Coffer.Testing.Engines;

/// <summary>What the kernel asks a kind of secret for.</summary>
public enum SecretStep
{
    /// <summary>To make the secret.</summary>
    Create,

    /// <summary>For how long the lease may live on.</summary>
    Renew,

    /// <summary>To take the secret away.</summary>
    Revoke,
}
