//! [`Array`]: an owned PHP array. A write copies one that others see too, as in PHP.

use super::{Error, PhpString, Result, Value, ffi, value::key_bytes};

/// A PHP array that owns its reference.
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct Array(Value);

/// A key of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// A string key: bytes.
    Name(&'a [u8]),
    /// An int key.
    Index(i64),
}

impl Array {
    /// An empty one, with room for so many elements.
    ///
    /// # Errors
    /// `Pending` when PHP's memory limit is reached, as for all that writes.
    pub fn new(capacity: usize) -> Result<Array> {
        let capacity = u32::try_from(capacity).unwrap_or(u32::MAX >> 1);
        // SAFETY: the result is a place for a zval.
        Value::filled(|result| unsafe { ffi::zg_array(capacity, result) }).map(Array)
    }

    /// One with these names, which differ from one another, and the values that `make` makes for their numbers. The names' hashes are computed once
    /// for all arrays.
    ///
    /// # Errors
    /// As for [`Array::new`], and those of `make`.
    #[inline]
    pub fn of(names: &[PhpString], mut make: impl FnMut(usize) -> Result<Value>) -> Result<Array> {
        /// As many values wait on the stack.
        const FEW: usize = 16;
        if names.len() > FEW {
            let mut array = Array::new(names.len())?;
            for (number, name) in names.iter().enumerate() {
                array.set_key(Key::Name(name.as_bytes()), make(number)?)?;
            }
            return Ok(array);
        }
        let mut values: [Value; FEW] = std::array::from_fn(|_| Value::null());
        for (number, value) in values.iter_mut().take(names.len()).enumerate() {
            *value = make(number)?;
        }
        let mut values = std::mem::ManuallyDrop::new(values);
        // SAFETY: the wrappers are transparent, so both are arrays of zvals, no fewer than there are names, which are strings; the values are moved.
        Value::filled(|result| unsafe {
            ffi::zg_array_of(names.len() as u32, names.as_ptr().cast(), values.as_mut_ptr().cast(), result)
        })
        .map(Array)
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        // SAFETY: the value is an array.
        unsafe { ffi::zg_array_count(self.0.as_ptr()) as usize }
    }

    /// The element with this name. A name that is a decimal int is that int, as in PHP.
    pub fn get(&self, name: &str) -> Option<&Value> {
        // SAFETY: the value is an array; an element lives as long as the array is borrowed, for a write needs it mutably.
        unsafe {
            let found = ffi::zg_array_get(self.0.as_ptr(), name.as_ptr().cast(), name.len());
            (!found.is_null()).then(|| Value::borrow(found))
        }
    }

    /// Sets an element by name, in place of what was there.
    ///
    /// # Errors
    /// As for [`Array::new`].
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<()> {
        let value = std::mem::ManuallyDrop::new(value.into());
        // SAFETY: the array is ours to change; the value is moved into it.
        let done = unsafe { ffi::zg_array_set(self.0.as_mut_ptr(), name.as_ptr().cast(), name.len(), value.as_ptr().cast_mut()) };
        if done { Ok(()) } else { Err(Error::Pending) }
    }

    /// Sets an element by key.
    ///
    /// # Errors
    /// As for [`Array::new`].
    pub fn set_key(&mut self, key: Key<'_>, value: impl Into<Value>) -> Result<()> {
        let value = std::mem::ManuallyDrop::new(value.into());
        let (array, element) = (self.0.as_mut_ptr(), value.as_ptr().cast_mut());
        // SAFETY: the array is ours to change; the value is moved into it.
        let done = unsafe {
            match key {
                Key::Name(name) => ffi::zg_array_set(array, name.as_ptr().cast(), name.len(), element),
                Key::Index(index) => ffi::zg_array_set_index(array, index as u64, element),
            }
        };
        if done { Ok(()) } else { Err(Error::Pending) }
    }

    /// Adds an element behind the last.
    ///
    /// # Errors
    /// As for [`Array::new`].
    pub fn push(&mut self, value: impl Into<Value>) -> Result<()> {
        let value = std::mem::ManuallyDrop::new(value.into());
        // SAFETY: the array is ours to change; the value is moved into it.
        let done = unsafe { ffi::zg_array_push(self.0.as_mut_ptr(), value.as_ptr().cast_mut()) };
        if done { Ok(()) } else { Err(Error::Pending) }
    }

    /// The elements in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Key<'_>, &Value)> {
        let mut position = 0;
        std::iter::from_fn(move || {
            let (mut name, mut index) = (std::ptr::null_mut(), 0);
            // SAFETY: the value is an array that nobody writes to while it is borrowed; keys and elements live as long as it does.
            unsafe {
                let found = ffi::zg_array_next(self.0.as_ptr(), &raw mut position, &raw mut name, &raw mut index);
                if found.is_null() {
                    return None;
                }
                let key = if name.is_null() { Key::Index(index as i64) } else { Key::Name(key_bytes(name)) };
                Some((key, Value::borrow(found)))
            }
        })
    }
}

impl From<Array> for Value {
    fn from(array: Array) -> Value {
        array.0
    }
}
