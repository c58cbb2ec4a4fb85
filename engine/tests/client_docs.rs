//! The page of the client's options in the documentation says what the records say.

use std::path::Path;

#[test]
fn the_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/client-options.md");
    let page = engine::client::options_markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "docs/client-options.md is not what the records say; make it anew: UPDATE_DOCS=1 cargo test -p engine --test client_docs"
    );
}
