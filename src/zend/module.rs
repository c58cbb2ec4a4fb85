//! The module entry: name, version, INI entries and the table of phpinfo().

use std::ffi::{CString, c_int};

use ext_php_rs::{
    builders::ModuleBuilder,
    flags::IniEntryPermission,
    zend::{IniEntryDef, IniEntryDefs, ModuleEntry, StaticModuleEntry},
};

use super::{constants, ffi, fiber};

/// The INI entries, with Swoole's defaults.
static INI: IniEntryDefs<11> = IniEntryDefs::new([
    IniEntryDef::new(c"swoole.enable_library", c"", IniEntryPermission::All),
    IniEntryDef::new(c"swoole.enable_fiber_mock", c"Off", IniEntryPermission::All),
    IniEntryDef::new(c"swoole.enable_preemptive_scheduler", c"Off", IniEntryPermission::All),
    IniEntryDef::new(c"swoole.display_errors", c"On", IniEntryPermission::All),
    IniEntryDef::new(c"swoole.use_shortname", c"On", IniEntryPermission::System),
    IniEntryDef::new(c"swoole.socket_buffer_size", c"8388608", IniEntryPermission::All),
    IniEntryDef::new(c"swoole.blocking_detection", c"Off", IniEntryPermission::All),
    IniEntryDef::new(c"swoole.blocking_threshold", c"100000", IniEntryPermission::All),
    IniEntryDef::new(c"swoole.profile", c"Off", IniEntryPermission::All),
    IniEntryDef::new(c"swoole.leak_detection", c"Off", IniEntryPermission::All),
    IniEntryDef::end(),
]);

/// What PHP calls when it loads the module.
#[unsafe(no_mangle)]
pub extern "C" fn get_module() -> *mut ModuleEntry {
    static MODULE: StaticModuleEntry = StaticModuleEntry::new();
    MODULE.get_or_init(|| {
        let built = ModuleBuilder::new("swoole", constants::SWOOLE_VERSION)
            .startup_function(startup)
            .shutdown_function(shutdown)
            .request_startup_function(request_startup)
            .request_shutdown_function(request_shutdown)
            .info_function(info)
            .try_into();
        // Nothing of it comes from outside: it cannot fail in one process and not in another.
        let (mut entry, _, owned): (ModuleEntry, ext_php_rs::builders::ModuleStartup, _) =
            built.expect("the module's name and version");
        entry.functions = &raw const ffi::zg_functions as *const _;
        (entry, owned)
    })
}

unsafe extern "C" fn startup(_kind: c_int, module: c_int) -> c_int {
    IniEntryDef::register(INI.as_slice(), module);
    // SAFETY: Zend calls this once, while modules start, with this module's number.
    unsafe { ffi::zg_register_surface(module) };
    // SAFETY: as above.
    unsafe { ffi::zg_interrupts_startup() };
    // SAFETY: modules start.
    unsafe { ffi::zg_socket_constants() };
    fiber::startup();
    0
}

unsafe extern "C" fn request_startup(_kind: c_int, _module: c_int) -> c_int {
    fiber::request_startup();
    0
}

unsafe extern "C" fn request_shutdown(_kind: c_int, _module: c_int) -> c_int {
    fiber::request_shutdown();
    0
}

unsafe extern "C" fn shutdown(_kind: c_int, module: c_int) -> c_int {
    // SAFETY: Zend calls this once, with this module's number.
    unsafe { ffi::zg_unregister_ini(module) };
    0
}

unsafe extern "C" fn info(module: *mut ModuleEntry) {
    let rows = [
        ("Swoole", "enabled (swoole-rs)".to_owned()),
        ("API level", constants::SWOOLE_VERSION.to_owned()),
        ("swoole-rs", constants::SWOOLE_RS_VERSION.to_owned()),
        ("event loop", "epoll".to_owned()),
    ];
    // SAFETY: phpinfo() is running; the strings live through the calls, each of which takes two.
    unsafe {
        ffi::php_info_print_table_start();
        for (name, value) in rows {
            if let (Ok(name), Ok(value)) = (CString::new(name), CString::new(value)) {
                ffi::php_info_print_table_row(2, name.as_ptr(), value.as_ptr());
            }
        }
        ffi::php_info_print_table_end();
        ffi::zg_display_ini(module);
    }
}
