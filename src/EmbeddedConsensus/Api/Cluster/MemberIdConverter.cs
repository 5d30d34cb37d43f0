using System.ComponentModel;
using System.Globalization;

namespace EmbeddedConsensus;

/// <summary>Lets configuration files name members: the binder of options asks for it.</summary>
internal sealed class MemberIdConverter : TypeConverter
{
    /// <inheritdoc />
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
        sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    /// <inheritdoc />
    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? MemberId.Parse(text, culture) : base.ConvertFrom(context, culture, value);
}
