//! Sets of object types small enough to be compared at once, to see that a bracket has no business with an object.

/// Types by a hash of six bits. Two sets that do not meet have no type in common; two that do may have none either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TypeSet(u64);

impl TypeSet {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(u64::MAX);

    pub(crate) fn of(object_type: &str) -> Self {
        let hash =
            object_type.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        Self(1 << (hash.wrapping_mul(0x9E37_79B1) >> 26))
    }

    pub(crate) fn joined(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
