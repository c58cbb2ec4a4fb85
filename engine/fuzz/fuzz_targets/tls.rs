//! A hostile server: any bytes for a client's session, in any pieces. It may refuse them, and must not panic, hang or grow without end.
#![no_main]

use engine::tls::{Session, TlsOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|pieces: Vec<Vec<u8>>| {
    let tls = TlsOptions::default().client().expect("no setting is odd");
    let mut session = Session::client(&tls, Some("localhost")).expect("no setting is odd");
    let mut room = [0; 1024];
    for piece in pieces {
        let mut bytes = piece.as_slice();
        while !bytes.is_empty() {
            let Ok(Ok(count)) = session.receive(&mut bytes) else { return };
            assert!(count > 0);
            let _ = session.read(&mut room);
            session.write(b"hello");
            let _ = session.send(&mut std::io::sink());
        }
    }
});
