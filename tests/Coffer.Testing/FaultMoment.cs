namespace Coffer.Testing;

/// <summary>Where in a call a fault strikes. To the caller both look alike: the outcome is unknown.</summary>
public enum FaultMoment
{
    /// <summary>Nothing was done.</summary>
    Before,

    /// <summary>It was done; only the answer is lost.</summary>
    After,
}
