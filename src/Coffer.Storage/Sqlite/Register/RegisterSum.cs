namespace Coffer.Storage.Sqlite.Register;

/// <summary>A set of entries as one number: the sum of their keyed hashes, modulo 2^128, so that one entry comes or goes without a look at the others.</summary>
/// <remarks>The number is never stored or shown, only a keyed hash of it is: who does not know the summands cannot find another set with the same sum.</remarks>
internal readonly record struct RegisterSum(UInt128 Total, long Count)
{
    public RegisterSum With(UInt128 entry) => new(unchecked(Total + entry), Count + 1);

    public RegisterSum Without(UInt128 entry) => new(unchecked(Total - entry), Count - 1);
}
