//! The types of leaves.

use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::sys;
use crate::text::borrowed;

/// A compiled type. References to other leaves are followed: a `leafref` shows itself as the type
/// of its target.
#[derive(Clone, Copy)]
pub struct Type<'c> {
    raw: NonNull<sys::lysc_type>,
    context: PhantomData<&'c ()>,
}

// SAFETY: schemas are not changed while their context lives.
unsafe impl Send for Type<'_> {}
// SAFETY: as above.
unsafe impl Sync for Type<'_> {}

/// The built-in types, RFC 7950 section 4.2.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Base {
    Binary,
    Bits,
    Boolean,
    Decimal64,
    Empty,
    Enumeration,
    IdentityRef,
    InstanceIdentifier,
    Int8,
    Int16,
    Int32,
    Int64,
    String,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Union,
}

impl Base {
    /// Whether values are integers.
    #[must_use]
    pub fn is_integer(self) -> bool {
        matches!(
            self,
            Self::Int8
                | Self::Int16
                | Self::Int32
                | Self::Int64
                | Self::Uint8
                | Self::Uint16
                | Self::Uint32
                | Self::Uint64
        )
    }
}

impl<'c> Type<'c> {
    /// # Safety
    /// `raw` is null or a type of a context that lives for `'c`.
    pub(crate) unsafe fn new(raw: *const sys::lysc_type) -> Option<Self> {
        let raw = NonNull::new(raw.cast_mut())?;
        // SAFETY: the type is live, as the caller says, and so is the target of a reference.
        let real = unsafe { sys::ruru_type_real(raw.as_ptr()) };
        NonNull::new(real.cast_mut()).map(|raw| Self { raw, context: PhantomData })
    }

    fn raw(self) -> *const sys::lysc_type {
        self.raw.as_ptr()
    }

    /// The built-in type.
    #[must_use]
    pub fn base(self) -> Base {
        // SAFETY: the type is live.
        match unsafe { sys::ruru_type_base(self.raw()) } {
            sys::LY_TYPE_BINARY => Base::Binary,
            sys::LY_TYPE_BITS => Base::Bits,
            sys::LY_TYPE_BOOL => Base::Boolean,
            sys::LY_TYPE_DEC64 => Base::Decimal64,
            sys::LY_TYPE_EMPTY => Base::Empty,
            sys::LY_TYPE_ENUM => Base::Enumeration,
            sys::LY_TYPE_IDENT => Base::IdentityRef,
            sys::LY_TYPE_INST => Base::InstanceIdentifier,
            sys::LY_TYPE_INT8 => Base::Int8,
            sys::LY_TYPE_INT16 => Base::Int16,
            sys::LY_TYPE_INT32 => Base::Int32,
            sys::LY_TYPE_INT64 => Base::Int64,
            sys::LY_TYPE_UINT8 => Base::Uint8,
            sys::LY_TYPE_UINT16 => Base::Uint16,
            sys::LY_TYPE_UINT32 => Base::Uint32,
            sys::LY_TYPE_UINT64 => Base::Uint64,
            sys::LY_TYPE_UNION => Base::Union,
            _ => Base::String,
        }
    }

    /// The name of the `typedef` that it was made by, if the context keeps it.
    #[must_use]
    pub fn name(self) -> Option<&'c str> {
        // SAFETY: the type is live and its name with it.
        unsafe { borrowed(sys::ruru_type_name(self.raw())) }
    }

    /// The types of a union.
    pub fn members(self) -> impl Iterator<Item = Self> {
        // SAFETY: the type is live and the shim checks the index.
        (0..).map_while(move |index| unsafe { Self::new(sys::ruru_type_member(self.raw(), index)) })
    }

    /// The names of an enumeration.
    pub fn enums(self) -> impl Iterator<Item = &'c str> {
        // SAFETY: the type is live and the shim checks the index.
        (0..).map_while(move |index| unsafe { borrowed(sys::ruru_type_enum(self.raw(), index)) })
    }

    /// The patterns of a string.
    pub fn patterns(self) -> impl Iterator<Item = &'c str> {
        // SAFETY: the type is live and the shim checks the index.
        (0..).map_while(move |index| unsafe { borrowed(sys::ruru_type_pattern(self.raw(), index)) })
    }

    /// The digits behind the point of a `decimal64`; 0 for other types.
    #[must_use]
    pub fn fraction_digits(self) -> u8 {
        // SAFETY: the type is live.
        unsafe { sys::ruru_type_fraction_digits(self.raw()) }
    }

    /// The parts of the range of a number, or of the length of a string or binary, as
    /// (lowest, highest). A `decimal64` counts in its last digit; of `uint64` the bits are given.
    pub fn ranges(self) -> impl Iterator<Item = (i64, i64)> {
        (0..).map_while(move |index| {
            let (mut min, mut max) = (0, 0);
            // SAFETY: the type is live and the shim checks the index.
            let found =
                unsafe { sys::ruru_type_range(self.raw(), index, &raw mut min, &raw mut max) };
            (found != 0).then_some((min, max))
        })
    }
}

impl std::fmt::Debug for Type<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.base().fmt(f)
    }
}
