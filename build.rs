//! Builds what lies between Rust and Zend: the surface from php-stubs (one C file, one Rust file), and the bindings of src/zend/glue.h.
//!
//! The target PHP is the one of `PHP_CONFIG` (php-config of the PATH otherwise); `PHP` can name the binary that reads the stubs.

mod codegen;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

fn main() {
    for path in [
        "build.rs",
        "codegen",
        "php-stubs",
        "src/zend/glue.h",
        "src/zend/glue.c",
        "src/zend/fiber.h",
        "src/zend/fiber.c",
        "src/zend/fiber_hooks.c",
        "src/zend/preempt.h",
        "src/zend/preempt.c",
        "src/zend/socket_constants.c",
        "src/zend/library.c",
        "src/zend/stream.h",
        "src/zend/stream.c",
    ] {
        println!("cargo:rerun-if-changed={path}");
    }
    for name in ["PHP", "PHP_CONFIG", "PATH"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));

    let surface = codegen::load(&php(), Path::new("php-stubs"));
    check_version(&surface);
    let c_file = out.join("surface.c");
    write(&c_file, &codegen::c::write(&surface).expect("a String takes every write"));
    write(&out.join("surface.rs"), &codegen::rust::write(&surface).expect("a String takes every write"));

    let includes: Vec<String> = php_config("--includes").split_whitespace().map(String::from).collect();
    if let Some(directory) = includes.first().and_then(|flag| flag.strip_prefix("-I")) {
        println!("cargo:rerun-if-changed={directory}/main/php_version.h");
    }
    compile(&includes, &c_file);
    bind(&includes, &out.join("glue.rs"));
}

fn php() -> String {
    env::var("PHP").ok().filter(|php| !php.is_empty()).unwrap_or_else(|| {
        let binary = php_config("--php-binary");
        if Path::new(&binary).is_file() { binary } else { "php".into() }
    })
}

fn php_config(option: &str) -> String {
    let program = env::var("PHP_CONFIG").ok().filter(|program| !program.is_empty()).unwrap_or_else(|| "php-config".into());
    let output = Command::new(&program).arg(option).output();
    let output =
        output.unwrap_or_else(|error| panic!("cannot run {program}: {error}; install PHP's development files or set PHP_CONFIG"));
    assert!(output.status.success(), "{program} {option} failed");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The stubs are the source of the surface, Cargo.toml of the version: they must agree.
fn check_version(surface: &codegen::Surface) {
    let stub = surface.constants.iter().find(|constant| constant.name == "SWOOLE_RS_VERSION");
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        stub.is_some_and(|constant| matches!(&constant.value, codegen::Value::String(text) if text == version)),
        "SWOOLE_RS_VERSION in php-stubs/constants.stub.php is not {version}, as Cargo.toml says"
    );
}

fn compile(includes: &[String], surface: &Path) {
    let mut build = cc::Build::new();
    build
        .flags(includes)
        .include("src/zend")
        .file("src/zend/glue.c")
        .file("src/zend/fiber.c")
        .file("src/zend/fiber_hooks.c")
        .file("src/zend/preempt.c")
        .file("src/zend/socket_constants.c")
        .file("src/zend/library.c")
        .file("src/zend/stream.c")
        .file(surface);
    // Zend's headers do not keep to -Wextra.
    // What lies between Rust and Zend is for this library alone: calls go straight there.
    build.flag("-fvisibility=hidden").force_frame_pointer(false);
    println!("cargo:rustc-cdylib-link-arg=-Wl,-Bsymbolic-functions");
    build.extra_warnings(false).warnings(true).compile("zend_glue");
}

fn bind(includes: &[String], to: &Path) {
    bindgen::Builder::default()
        .header("src/zend/glue.h")
        .clang_args(includes)
        .rust_target(bindgen::RustTarget::stable(88, 0).expect("bindgen knows Rust 1.88"))
        .rust_edition(bindgen::RustEdition::Edition2024)
        .allowlist_item("(zg|ZG)_.*")
        .blocklist_item("zg_(pending.*|enter|rust_handler)|ZG_PENDING.*")
        .allowlist_recursively(false)
        .layout_tests(false)
        .generate()
        .unwrap_or_else(|error| panic!("src/zend/glue.h: {error}"))
        .write_to_file(to)
        .unwrap_or_else(|error| panic!("{}: {error}", to.display()));
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
