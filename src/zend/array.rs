//! [`Array`]: an owned PHP array. A write copies one that others see too, as in PHP.

use smallvec::SmallVec;

use super::{Error, Result, Value, ffi, value::key_bytes};

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
        self.iter_hashed().map(|(key, _, value)| (key, value))
    }

    /// The elements in their order, each with what PHP has for its key: the int, or the hash of the name.
    #[inline]
    pub fn iter_hashed(&self) -> impl Iterator<Item = (Key<'_>, u64, &Value)> {
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
                Some((key, index, Value::borrow(found)))
            }
        })
    }
}

/// What many arrays with the same keys are made from. The keys and their hashes are made once.
pub struct ArrayPattern {
    empty: Array,
    /// What PHP has for each key, and the name if it is not an int.
    keys: Vec<(u64, Option<Box<[u8]>>)>,
}

impl ArrayPattern {
    /// For arrays with these names, which differ from one another.
    ///
    /// # Errors
    /// As for [`Array::new`].
    pub fn new<'a>(names: impl ExactSizeIterator<Item = &'a [u8]>) -> Result<ArrayPattern> {
        let count = u32::try_from(names.len()).unwrap_or(u32::MAX >> 1);
        // SAFETY: the result is a place for a zval.
        let mut empty = Value::filled(|result| unsafe { ffi::zg_array_pattern(count, result) }).map(Array)?;
        for name in names {
            empty.set_key(Key::Name(name), Value::null())?;
        }
        let keys = empty.iter_hashed().map(|(key, hash, _)| match key {
            Key::Name(name) => (hash, Some(name.into())),
            Key::Index(_) => (hash, None),
        });
        let keys = keys.collect();
        Ok(ArrayPattern { empty, keys })
    }

    /// The number of the name that is this key of another array, as [`Array::iter_hashed`] gives it.
    #[inline]
    pub fn position(&self, key: Key<'_>, hash: u64) -> Option<usize> {
        let name = match key {
            Key::Name(name) => Some(name),
            Key::Index(_) => None,
        };
        self.keys.iter().position(|(known, of)| *known == hash && of.as_deref() == name)
    }

    /// An array with these values for the names, in their order.
    ///
    /// # Errors
    /// As for [`Array::new`].
    #[inline]
    pub fn fill<'a>(&self, values: impl Iterator<Item = Plain<'a>>) -> Result<Array> {
        // Not collected, which would move them.
        let mut described = SmallVec::<[ffi::zg_plain; 16]>::new();
        for value in values {
            described.push(value.described());
        }
        assert_eq!(described.len(), self.keys.len(), "a value for each name");
        // SAFETY: the pattern was made as one, nothing was removed from it, and it has as many elements as there are values; their bytes are borrowed.
        Value::filled(|result| unsafe {
            ffi::zg_array_like(self.empty.0.as_ptr(), described.len() as u32, described.as_ptr(), result)
        })
        .map(Array)
    }
}

/// A value that can be made without code of PHP's.
#[derive(Clone, Copy, Debug)]
pub enum Plain<'a> {
    /// An int.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string: bytes.
    String(&'a [u8]),
}

impl Plain<'_> {
    #[inline]
    fn described(self) -> ffi::zg_plain {
        let (type_, word, bytes) = match self {
            Plain::Int(number) => (ffi::IS_LONG, number as u64, std::ptr::null()),
            Plain::Float(number) => (ffi::IS_DOUBLE, number.to_bits(), std::ptr::null()),
            Plain::String(bytes) => (ffi::IS_STRING, bytes.len() as u64, bytes.as_ptr().cast()),
        };
        ffi::zg_plain { type_, word, bytes }
    }
}

impl From<Array> for Value {
    fn from(array: Array) -> Value {
        array.0
    }
}
