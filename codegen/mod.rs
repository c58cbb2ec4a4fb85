//! From php-stubs to what the build registers: [`load`] has PHP describe the stubs, [`c`] and [`rust`] write the two sides.

pub mod c;
mod model;
pub mod rust;

use std::{path::Path, process::Command};

pub use model::{Surface, Value};

/// Has `php` load the stubs and describe them.
pub fn load(php: &str, stubs: &Path) -> Surface {
    let dump = Path::new(env!("CARGO_MANIFEST_DIR")).join("codegen/dump.php");
    let output = Command::new(php).arg("-n").args(["-d", "display_errors=stderr"]).arg(dump).arg(stubs).output();
    let output = output.unwrap_or_else(|error| panic!("cannot run {php}: {error}; set PHP to a PHP 8.1 or later"));
    assert!(output.status.success(), "{php} cannot load the stubs:\n{}", String::from_utf8_lossy(&output.stderr));
    let mut surface: Surface = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("codegen/dump.php: {error}"));
    surface.sort_classes();
    surface
}
