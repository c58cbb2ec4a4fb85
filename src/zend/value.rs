//! [`Value`], an owned zval, and [`PhpString`]. It must not know what values are for.

use std::{
    fmt,
    mem::{ManuallyDrop, MaybeUninit},
};

use super::{AnyObject, Array, Error, Result, ffi};

/// A PHP value that owns its reference.
#[repr(transparent)]
pub struct Value(ManuallyDrop<ffi::zval>);

/// What a value is. References are looked through.
#[derive(Clone, Copy)]
pub enum Kind<'a> {
    /// `null`, or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An int.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string: bytes, in no particular encoding.
    String(&'a [u8]),
    /// An array.
    Array(&'a Array),
    /// An object.
    Object(&'a AnyObject),
    /// A resource.
    Resource,
}

impl Value {
    /// A value without a reference: null, a bool, an int or a float.
    #[inline]
    fn tagged(type_info: u32, value: ffi::zend_value) -> Value {
        const { assert!(size_of::<ffi::zval>() == 16) };
        let mut tag = [0; 8];
        tag[..4].copy_from_slice(&type_info.to_ne_bytes());
        // Made of two whole words: a zval that is written field by field and read as a whole makes the processor wait.
        // SAFETY: a zval is the value, the type's word and one more, which may be 0; any bits are an lval.
        let zval = unsafe { std::mem::transmute::<[u64; 2], ffi::zval>([value.lval as u64, u64::from_ne_bytes(tag)]) };
        Value(ManuallyDrop::new(zval))
    }

    /// `null`
    pub fn null() -> Value {
        Value::tagged(ffi::IS_NULL, ffi::zend_value { lval: 0 })
    }

    /// The string with these bytes.
    ///
    /// # Errors
    /// `Pending` when PHP's memory limit is reached.
    pub fn string(bytes: &[u8]) -> Result<Value> {
        // SAFETY: the pointer and the length are those of a slice.
        Value::filled(|result| unsafe { ffi::zg_string(bytes.as_ptr().cast(), bytes.len(), result) })
    }

    /// Has glue.h make a value: `fill` says whether it did.
    pub(super) fn filled(fill: impl FnOnce(*mut ffi::zval) -> bool) -> Result<Value> {
        let mut value = Value::null();
        let made = fill(value.as_mut_ptr());
        if made {
            Ok(value)
        } else {
            std::mem::forget(value); // what is in it is not defined
            Err(Error::Pending)
        }
    }

    /// The value that a zval of Zend's holds, borrowed.
    ///
    /// # Safety
    /// The zval must stay valid, and keep its reference, for `'a`.
    pub(super) unsafe fn borrow<'a>(zval: *const ffi::zval) -> &'a Value {
        // SAFETY: Value is a transparent wrapper; the caller vouches for the zval.
        unsafe { &*zval.cast::<Value>() }
    }

    pub(super) fn as_ptr(&self) -> *const ffi::zval {
        &raw const *self.0
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut ffi::zval {
        &raw mut *self.0
    }

    /// Takes over what a zval of Zend's holds, undefined included.
    ///
    /// # Safety
    /// The zval must be valid, and its reference is the caller's to give.
    pub(super) unsafe fn take(zval: *mut ffi::zval) -> Value {
        // SAFETY: the caller gives the reference away with the bits.
        let value = Value(ManuallyDrop::new(unsafe { std::ptr::read(zval) }));
        if Value::tag(&value.0) == ffi::IS_UNDEF { Value::null() } else { value }
    }

    /// Moves the value to where Zend wants it. What was there must own nothing.
    ///
    /// # Safety
    /// `target` must be valid for a write of a zval.
    pub(super) unsafe fn move_to(self, target: *mut ffi::zval) {
        // SAFETY: the caller vouches for the target; the reference moves along, as the drop is skipped. Field by field, for a copy of the whole
        // would have to wait until the two halves of its second word are stored.
        unsafe {
            (*target).value = self.0.value;
            (*target).u1.type_info = self.0.u1.type_info;
        }
        std::mem::forget(self);
    }

    #[inline]
    fn tag(zval: &ffi::zval) -> u32 {
        // SAFETY: the low byte of type_info is the type in every zval.
        unsafe { zval.u1.type_info & 0xff }
    }

    fn is_refcounted(&self) -> bool {
        // SAFETY: type_info is initialised in every zval; bits 8 to 15 are the type's flags.
        unsafe { self.0.u1.type_info & 0xff00 != 0 }
    }

    /// The zval itself, or what it refers to.
    #[inline]
    fn target(&self) -> &ffi::zval {
        if Value::tag(&self.0) == ffi::IS_REFERENCE {
            // SAFETY: the tag says that the value is a reference, which we hold.
            unsafe { &(*self.0.value.ref_).val }
        } else {
            &self.0
        }
    }

    /// Whether nobody refers to it but this value and so many more.
    pub fn is_last_reference_but(&self, others: u32) -> bool {
        // SAFETY: the flags say that the value is counted.
        self.is_refcounted() && unsafe { (*self.0.value.counted).gc.refcount } <= others + 1
    }

    /// What the value is.
    #[inline]
    pub fn kind(&self) -> Kind<'_> {
        let zval = self.target();
        // SAFETY: each arm reads the field that its tag names, of a value that self keeps alive; the wrappers are transparent.
        unsafe {
            match Value::tag(zval) {
                ffi::IS_TRUE => Kind::Bool(true),
                ffi::IS_FALSE => Kind::Bool(false),
                ffi::IS_LONG => Kind::Int(zval.value.lval),
                ffi::IS_DOUBLE => Kind::Float(zval.value.dval),
                ffi::IS_STRING => Kind::String(bytes_of(zval.value.str_)),
                ffi::IS_ARRAY => Kind::Array(&*(&raw const *zval).cast::<Array>()),
                ffi::IS_OBJECT => Kind::Object(&*(&raw const *zval).cast::<AnyObject>()),
                ffi::IS_RESOURCE => Kind::Resource,
                _ => Kind::Null,
            }
        }
    }

    /// The int, if it is one and not a reference to one.
    #[inline]
    pub(super) fn as_plain_int(&self) -> Option<i64> {
        // SAFETY: the tag says which field is in use.
        (Value::tag(&self.0) == ffi::IS_LONG).then(|| unsafe { self.0.value.lval })
    }

    /// The bytes, if it is a string and not a reference to one.
    #[inline]
    pub(super) fn as_plain_bytes(&self) -> Option<&[u8]> {
        // SAFETY: the tag says which field is in use, of a string that self keeps alive.
        (Value::tag(&self.0) == ffi::IS_STRING).then(|| unsafe { bytes_of(self.0.value.str_) })
    }

    /// The int, if it is one.
    #[inline]
    pub fn as_int(&self) -> Option<i64> {
        match self.kind() {
            Kind::Int(number) => Some(number),
            _ => None,
        }
    }

    /// The bytes, if it is a string.
    #[inline]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self.kind() {
            Kind::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The array, if it is one.
    pub fn as_array(&self) -> Option<&Array> {
        match self.kind() {
            Kind::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&AnyObject> {
        match self.kind() {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Which resource it is; null for what is none.
    pub(super) fn resource(&self) -> *const ffi::zend_resource {
        let zval = self.target();
        // SAFETY: the tag says which field is in use.
        if Value::tag(zval) == ffi::IS_RESOURCE { unsafe { zval.value.res } } else { std::ptr::null() }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind(), Kind::Null)
    }

    /// Whether PHP takes it for true, as an option that is on.
    pub fn is_true(&self) -> bool {
        match self.kind() {
            Kind::Null => false,
            Kind::Bool(on) => on,
            Kind::Int(number) => number != 0,
            Kind::Float(number) => number != 0.0,
            Kind::String(text) => !text.is_empty() && text != b"0",
            Kind::Array(_) | Kind::Object(_) | Kind::Resource => true,
        }
    }

    /// The value as PHP turns it into an int.
    ///
    /// # Errors
    /// `Pending` when that ran code which threw.
    pub fn to_int(&self) -> Result<i64> {
        if let Kind::Int(number) = self.kind() {
            return Ok(number);
        }
        // SAFETY: the pointer is to a valid zval, which is not changed.
        let number = unsafe { ffi::zg_to_long(self.as_ptr().cast_mut()) };
        if super::error::is_pending() { Err(Error::Pending) } else { Ok(number) }
    }

    /// Whether it is an int, a float, or a string that is one as a whole.
    pub fn is_numeric(&self) -> bool {
        match self.kind() {
            Kind::Int(_) | Kind::Float(_) => true,
            // SAFETY: a PHP string: so many bytes, and a zero behind them.
            Kind::String(text) => unsafe { ffi::zg_is_numeric(text.as_ptr().cast(), text.len()) },
            _ => false,
        }
    }

    /// The value as PHP turns it into a float.
    ///
    /// # Errors
    /// As for [`Value::to_int`].
    pub fn to_float(&self) -> Result<f64> {
        match self.kind() {
            Kind::Float(number) => return Ok(number),
            Kind::Int(number) => return Ok(number as f64),
            _ => {}
        }
        // SAFETY: the pointer is to a valid zval, which is not changed.
        let number = unsafe { ffi::zg_to_double(self.as_ptr().cast_mut()) };
        if super::error::is_pending() { Err(Error::Pending) } else { Ok(number) }
    }

    /// The value as PHP turns it into a string.
    ///
    /// # Errors
    /// `Pending` when it cannot be turned into one, and PHP threw.
    pub fn to_php_string(&self) -> Result<PhpString> {
        // SAFETY: the pointer is to a valid zval, of which zval_get_string makes a string without changing it.
        Value::filled(|result| unsafe { ffi::zg_to_string(self.as_ptr().cast_mut(), result) }).map(PhpString)
    }
}

/// # Safety
/// The string must be valid, and stay so for `'a`.
#[inline]
unsafe fn bytes_of<'a>(string: *const ffi::zend_string) -> &'a [u8] {
    // SAFETY: a zend_string's bytes follow its head, `len` of them.
    unsafe { std::slice::from_raw_parts((&raw const (*string).val).cast::<u8>(), (*string).len) }
}

/// # Safety
/// As for [`bytes_of`].
pub(super) unsafe fn key_bytes<'a>(string: *const ffi::zend_string) -> &'a [u8] {
    // SAFETY: the caller vouches for the string.
    unsafe { bytes_of(string) }
}

impl Clone for Value {
    #[inline]
    fn clone(&self) -> Value {
        // SAFETY: the bits are copied and the copy gets its reference just below. Above the type's own bits a frame's `This` keeps others,
        // which are no part of the value.
        unsafe {
            let mut copy = Value(ManuallyDrop::new(std::ptr::read(self.as_ptr())));
            copy.0.u1.type_info &= 0xffff;
            if copy.is_refcounted() {
                (*copy.0.value.counted).gc.refcount += 1;
            }
            copy
        }
    }
}

impl Drop for Value {
    #[inline]
    fn drop(&mut self) {
        if self.is_refcounted() {
            // SAFETY: the value owns a reference, which it gives up here.
            unsafe { ffi::zg_release(self.as_mut_ptr()) };
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Kind::Null => f.write_str("null"),
            Kind::Bool(on) => on.fmt(f),
            Kind::Int(number) => number.fmt(f),
            Kind::Float(number) => number.fmt(f),
            Kind::String(bytes) => String::from_utf8_lossy(bytes).fmt(f),
            Kind::Array(array) => write!(f, "array({})", array.len()),
            Kind::Object(_) => f.write_str("object"),
            Kind::Resource => f.write_str("resource"),
        }
    }
}

impl From<bool> for Value {
    fn from(on: bool) -> Value {
        Value::tagged(if on { ffi::IS_TRUE } else { ffi::IS_FALSE }, ffi::zend_value { lval: 0 })
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::tagged(ffi::IS_LONG, ffi::zend_value { lval: number })
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Value {
        Value::from(i64::from(number))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Value {
        Value::from(i64::from(number))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::tagged(ffi::IS_DOUBLE, ffi::zend_value { dval: number })
    }
}

impl From<()> for Value {
    fn from((): ()) -> Value {
        Value::null()
    }
}

/// A PHP string that owns its reference. Its bytes do not change.
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct PhpString(Value);

impl PhpString {
    /// Copies the bytes.
    ///
    /// # Errors
    /// `Pending` when PHP's memory limit is reached.
    pub fn new(bytes: &[u8]) -> Result<PhpString> {
        Value::string(bytes).map(PhpString)
    }

    /// A string that is written where it stays: `fill` gets room for `capacity` bytes, not cleared, and gives back the part at its start
    /// that it has filled.
    ///
    /// # Errors
    /// `Pending` when PHP's memory limit is reached; inside, what `fill` ends in.
    pub fn fill<E>(
        capacity: usize,
        fill: impl for<'m> FnOnce(&'m mut [MaybeUninit<u8>]) -> Result<&'m mut [u8], E>,
    ) -> Result<Result<PhpString, E>> {
        if capacity == 0 {
            return match fill(&mut []) {
                Ok(_) => PhpString::new(b"").map(Ok),
                Err(error) => Ok(Err(error)),
            };
        }
        // SAFETY: the result is a place for a zval.
        let mut string = Value::filled(|result| unsafe { ffi::zg_string_alloc(capacity, result) })?;
        // SAFETY: the value is a new string with room for `capacity` bytes, which nobody else has seen.
        let memory = unsafe {
            let start = (&raw mut (*string.0.value.str_).val).cast::<MaybeUninit<u8>>();
            std::slice::from_raw_parts_mut(start, capacity)
        };
        let start = memory.as_ptr().cast::<u8>();
        let length = match fill(memory) {
            Ok(filled) => {
                // A slice that begins where the memory does is the memory's: no other can be there while it is lent.
                assert!(filled.is_empty() || (filled.as_ptr() == start && filled.len() <= capacity), "filled elsewhere");
                filled.len()
            }
            Err(error) => return Ok(Err(error)),
        };
        if length == 0 {
            return PhpString::new(b"").map(Ok);
        }
        // SAFETY: the string is still ours alone, and its first `length` bytes are written.
        if unsafe { ffi::zg_string_cut(string.as_mut_ptr(), length) } { Ok(Ok(PhpString(string))) } else { Err(Error::Pending) }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes().unwrap_or_default()
    }
}

impl From<PhpString> for Value {
    fn from(string: PhpString) -> Value {
        string.0
    }
}
