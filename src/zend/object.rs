//! Objects: any, and those of a class of the stubs with its Rust state, which lies in the same block before the zend_object.

use std::{ffi::c_void, fmt, marker::PhantomData, ops::Deref};

use super::{Class, Error, Result, Value, ffi};

/// The Rust part of a class's objects, made with each object, before any constructor runs.
///
/// Handlers run inside of one another (a callback calls the object again), so they share it: what changes is in cells.
pub trait State: Default + 'static {
    /// Shows the garbage collector the PHP values that the state holds, or cycles through them are found only when the script ends.
    fn trace(&self, _tracer: &mut Tracer) {}
}

/// A state type and the class of the stubs that it belongs to. Written by build.rs.
pub trait Bound: State {
    /// The class.
    const CLASS: Class;
}

/// Where [`State::trace`] names what it holds.
pub struct Tracer(*mut c_void);

impl Tracer {
    /// Names a value that the state holds.
    pub fn add(&mut self, value: &Value) {
        // SAFETY: the buffer is the collector's, which has called us; the value is only looked at.
        unsafe { ffi::zg_gc_add(self.0, value.as_ptr().cast_mut()) }
    }

    /// Names an object that the state holds.
    pub fn add_object(&mut self, object: &AnyObject) {
        self.add(&object.0);
    }
}

/// An object that owns its reference.
#[derive(Clone)]
#[repr(transparent)]
pub struct AnyObject(Value);

impl AnyObject {
    /// A new object of a class of the stubs. No constructor runs.
    ///
    /// # Errors
    /// `Pending` when it cannot be made, and PHP threw.
    pub fn new(class: Class) -> Result<AnyObject> {
        // SAFETY: the class is registered; the result is a place for a zval.
        Value::filled(|result| unsafe { ffi::zg_object(class.entry(), result) }).map(AnyObject)
    }

    fn pointer(&self) -> *mut ffi::zend_object {
        // SAFETY: the value is an object.
        unsafe { (*self.0.as_ptr()).value.obj }
    }

    /// The object as one of the class that `T` is the state of, if it is one, or of one that extends it.
    pub fn downcast<T: Bound>(&self) -> Option<Object<T>> {
        // SAFETY: the class is registered.
        let is_one = unsafe { ffi::zg_instance_of(self.0.as_ptr(), T::CLASS.entry()) };
        is_one.then(|| Object(self.clone(), PhantomData))
    }

    /// Sets a property that `scope` can see.
    ///
    /// # Errors
    /// `Pending` when that ran code which threw: a destructor of the old value.
    pub fn set(&self, scope: Class, name: &str, value: impl Into<Value>) -> Result<()> {
        let value = value.into();
        // SAFETY: the value is an object, the class is registered, the name is a str; Zend takes a reference of its own to the value.
        unsafe {
            ffi::zg_property_set(scope.entry(), self.pointer(), name.as_ptr().cast(), name.len(), value.as_ptr().cast_mut());
        }
        if super::error::is_pending() { Err(Error::Pending) } else { Ok(()) }
    }

    /// A property that `scope` can see; null if there is none.
    ///
    /// # Errors
    /// `Pending` when that ran code which threw: `__get`.
    pub fn get(&self, scope: Class, name: &str) -> Result<Value> {
        // SAFETY: as in `set`; the result is a place for a zval.
        Value::filled(|result| unsafe {
            ffi::zg_property_get(scope.entry(), self.pointer(), name.as_ptr().cast(), name.len(), result)
        })
    }
}

impl AnyObject {
    /// Throws the object, which is an exception; `previous` is what it came of. The handler that is running ends in it.
    pub fn throw(self, previous: Option<&AnyObject>) -> Error {
        let previous = previous.map_or(std::ptr::null(), |previous| previous.0.as_ptr());
        // SAFETY: both are objects that live; Zend takes references of its own.
        unsafe { ffi::zg_throw_object(self.0.as_ptr(), previous) };
        Error::Pending
    }

    pub(super) fn is_unwinding(&self) -> bool {
        // SAFETY: the value is an object.
        unsafe { ffi::zg_is_unwinding(self.0.as_ptr()) }
    }

    /// The message of an exception.
    pub fn exception_message(&self) -> String {
        // SAFETY: the value is an object; the result is a place for a zval.
        let message = Value::filled(|result| unsafe { ffi::zg_exception_message(self.0.as_ptr(), result) });
        message.ok().and_then(|text| text.as_bytes().map(|text| String::from_utf8_lossy(text).into_owned())).unwrap_or_default()
    }

    /// The name of its class.
    pub fn class_name(&self) -> String {
        // SAFETY: the value is an object; its class, and its name, live as long as it.
        String::from_utf8_lossy(unsafe { super::value::key_bytes((*(*self.pointer()).ce).name) }).into_owned()
    }
}

impl fmt::Debug for AnyObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyObject").field(&self.pointer()).finish()
    }
}

impl From<AnyObject> for Value {
    fn from(object: AnyObject) -> Value {
        object.0
    }
}

/// An object of the class that `T` is the state of, or of one that extends it.
#[repr(transparent)]
pub struct Object<T>(AnyObject, PhantomData<T>);

impl<T: Bound> Object<T> {
    /// A new object with its state's default. No constructor runs.
    ///
    /// # Errors
    /// `Pending` when it cannot be made.
    pub fn new() -> Result<Object<T>> {
        AnyObject::new(T::CLASS).map(|object| Object(object, PhantomData))
    }

    /// Sets a property that the class itself declares.
    ///
    /// # Errors
    /// As for [`AnyObject::set`].
    pub fn set(&self, name: &str, value: impl Into<Value>) -> Result<()> {
        self.0.set(T::CLASS, name, value)
    }

    /// A property that the class itself declares.
    ///
    /// # Errors
    /// As for [`AnyObject::get`].
    pub fn get(&self, name: &str) -> Result<Value> {
        self.0.get(T::CLASS, name)
    }

    /// The Rust state.
    #[inline]
    pub fn state(&self) -> &T {
        // SAFETY: an object of the class was made by zg_object_create, with T's state so far before it; the object lives while we hold it,
        // and the state is only ever shared.
        unsafe { &*self.0.pointer().cast::<u8>().sub(offset::<T>()).cast::<T>() }
    }

    /// The object that a call's `This` is.
    ///
    /// # Safety
    /// The value must be an object of the class.
    #[inline]
    pub(super) unsafe fn borrow(value: &Value) -> &Object<T> {
        // SAFETY: the wrappers are transparent; the caller vouches for the rest.
        unsafe { &*std::ptr::from_ref(value).cast::<Object<T>>() }
    }
}

impl<T> Clone for Object<T> {
    fn clone(&self) -> Object<T> {
        Object(self.0.clone(), PhantomData)
    }
}

impl<T> fmt::Debug for Object<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> Deref for Object<T> {
    type Target = AnyObject;

    fn deref(&self) -> &AnyObject {
        &self.0
    }
}

impl<T> From<Object<T>> for Value {
    fn from(object: Object<T>) -> Value {
        object.0.into()
    }
}

/// What glue.c needs to know of a state.
pub(super) type StateTable = ffi::zg_state;

// SAFETY: the table holds a number and functions, and nobody writes to it.
unsafe impl Sync for StateTable {}

/// How far before its zend_object a state lies. glue.c computes the same in zg_handlers_init.
const fn offset<T>() -> usize {
    size_of::<T>().next_multiple_of(16)
}

pub(super) const fn state_table<T: State>() -> StateTable {
    assert!(align_of::<T>() <= 8, "Zend's allocator aligns to 8 bytes");
    StateTable { size: size_of::<T>(), init: Some(init::<T>), drop: Some(drop_state::<T>), trace: Some(trace::<T>) }
}

unsafe extern "C" fn init<T: State>(state: *mut c_void) {
    // SAFETY: glue.c calls this once for a new block, with room for a T.
    unsafe { state.cast::<T>().write(T::default()) };
}

unsafe extern "C" fn drop_state<T: State>(state: *mut c_void) {
    // SAFETY: glue.c calls this once, when the object is freed.
    unsafe { state.cast::<T>().drop_in_place() };
}

unsafe extern "C" fn trace<T: State>(state: *const c_void, buffer: *mut c_void) {
    // SAFETY: the state lives, the buffer is the collector's.
    unsafe { (*state.cast::<T>()).trace(&mut Tracer(buffer)) };
}
