//! How messages reach a pool's workers: by mailboxes, by a queue of the system, by connections.

mod pool_support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use engine::flow::Flow;
use engine::net::{Listener, SocketKind};
use engine::pool::{Channel, Options};
use engine::sys::msgqueue::{MessageQueue, Wait};
use engine::sys::process::{self, ExitState};
use pool_support::*;

const GO_ON: Flow = Flow::Continue;

fn mailboxes(workers: u32) -> impl FnOnce(&mut Options) {
    move |options| {
        options.workers = workers;
        options.channel = Channel::Mail;
        options.takes_messages = true;
    }
}

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

// Mailboxes.

#[test]
fn messages_come_to_the_worker_that_they_are_for_in_order() {
    let pool = run(mailboxes(3), |probe, event| {
        match event {
            Event::Start => {
                for number in 0..300 {
                    probe.handle.send(number % 3, number.to_string().as_bytes()).expect("send");
                }
            }
            Event::Message(data) => {
                probe.report(format_args!("{} got {}", probe.handle.worker().expect("a worker"), text(&data)))
            }
            _ => {}
        }
        GO_ON
    });
    for number in 0..300 {
        pool.await_report(&format!("{} got {number}", number % 3));
    }
    for worker in 0..3 {
        let got: Vec<String> = pool.all().into_iter().filter(|line| line.starts_with(&format!("{worker} got"))).collect();
        let expected: Vec<String> = (0..100).map(|number| format!("{worker} got {}", number * 3 + worker)).collect();
        assert_eq!(got, expected);
    }
    pool.stop();
}

#[test]
fn workers_send_to_each_other_whatever_the_size() {
    const LARGE: usize = 5_000_000;
    let pool = run(mailboxes(2), |probe, event| {
        match event {
            Event::WorkerStart(0) => probe.handle.send(1, &vec![7; LARGE]).expect("send"),
            Event::Message(data) if probe.handle.worker() == Some(1) => {
                assert!(data == vec![7; LARGE]);
                probe.handle.send(0, b"whole").expect("send");
            }
            Event::Message(data) => probe.report(text(&data)),
            _ => {}
        }
        GO_ON
    });
    pool.await_report("whole");
    pool.stop();
}

#[test]
fn what_is_for_nobody_is_refused() {
    let pool = run(mailboxes(2), |probe, event| {
        if event == Event::Start {
            probe.report(probe.handle.send(2, b"x").expect_err("there is no worker 2"));
        }
        GO_ON
    });
    pool.await_report("there is no worker 2, they are 0..2");
    pool.stop();
    let pool = run(
        |_| {},
        |probe, event| {
            if event == Event::Start {
                probe.report(probe.handle.send(0, b"x").expect_err("there are no mailboxes"));
            }
            GO_ON
        },
    );
    pool.await_report("workers of this pool have no mailboxes");
    pool.stop();
}

#[test]
fn what_a_killed_worker_had_not_taken_goes_to_its_successor() {
    let gate = gate();
    let pool = run(mailboxes(1), move |probe, event| {
        match event {
            Event::Start => {
                for number in 0..50 {
                    probe.handle.send(0, number.to_string().as_bytes()).expect("send");
                }
                probe.report("sent");
            }
            Event::Message(data) => {
                probe.report(format_args!("got {}", text(&data)));
                if data == b"10" {
                    gate.wait();
                }
            }
            _ => {}
        }
        GO_ON
    });
    pool.await_report("sent");
    let victim = pool.await_report("got 10").pid;
    process::kill(victim, libc::SIGKILL).unwrap();
    let last = pool.await_report("got 49").pid;
    assert_ne!(victim, last);
    let got: Vec<String> = pool.all().into_iter().filter(|line| line.starts_with("got")).collect();
    // The one that it worked on is not given to a second worker.
    assert_eq!(got, (0..50).map(|number| format!("got {number}")).collect::<Vec<_>>());
    pool.stop();
}

#[test]
fn nothing_is_lost_while_workers_are_replaced_all_the_time() {
    const COUNT: u32 = 3000;
    let pool = run(
        |options| {
            mailboxes(2)(options);
            options.queues_messages = true;
        },
        |probe, event| {
            match event {
                Event::Start => {
                    for number in 0..COUNT {
                        probe.handle.send(number % 2, number.to_string().as_bytes()).expect("send");
                        if number % 100 == 0 {
                            process::kill(process::pid(), libc::SIGUSR1).expect("kill");
                        }
                    }
                }
                Event::Message(data) => {
                    probe.report(format_args!("got {}", text(&data)));
                    if data.ends_with(b"50") {
                        probe.handle.stop().expect("stop");
                    }
                }
                _ => {}
            }
            GO_ON
        },
    );
    for reload in 0..5 {
        pool.await_report(&format!("got {}", reload * 500));
        pool.signal(libc::SIGUSR1);
    }
    for number in 0..COUNT {
        pool.await_report(&format!("got {number}"));
    }
    let got = pool.all().into_iter().filter(|line| line.starts_with("got")).count();
    assert_eq!(got, COUNT as usize, "each once");
    assert!(pool.reports("worker_start 0").len() > 10);
    pool.stop();
}

#[test]
fn a_full_mailbox_holds_up_only_who_says_so() {
    let gate = gate();
    let pool = run(
        |options| {
            mailboxes(1)(options);
            options.queues_messages = true;
        },
        move |probe, event| {
            match event {
                Event::WorkerStart(_) => gate.wait(),
                Event::Start => {
                    let before = Instant::now();
                    // 60 MB fit into no socket.
                    for number in 0..2000u32 {
                        let mut body = vec![0; 30_000];
                        body[..4].copy_from_slice(&number.to_le_bytes());
                        probe.handle.send(0, &body).expect("send");
                    }
                    probe.report(if before.elapsed() < Duration::from_secs(4) { "sent at once" } else { "waited" });
                }
                Event::Message(data) if data[..4] == 1999u32.to_le_bytes() => probe.report("the last one"),
                _ => {}
            }
            GO_ON
        },
    );
    pool.await_report("sent at once");
    gate.open();
    pool.await_report("the last one");
    pool.stop();
}

#[test]
fn who_has_only_the_descriptor_takes_part() {
    let pool = run(mailboxes(2), |probe, event| {
        match event {
            Event::WorkerStart(0) => {
                // What getProcess(1)->write() does.
                let pipe = probe.handle.pipe(1).expect("pipe").expect("one");
                nix::unistd::write(&pipe, b"raw").expect("write");
            }
            Event::Message(data) => probe.report(text(&data)),
            _ => {}
        }
        GO_ON
    });
    pool.await_report("raw");
    pool.stop();
}

// A message queue of the system.

/// A queue that goes with the test.
struct Queue(i32, MessageQueue);

impl Queue {
    fn new() -> Queue {
        let key = 0x5000_0000 + process::pid();
        Queue(key, MessageQueue::open(key, 0o600).unwrap())
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        let _ = self.1.remove();
    }
}

fn queue(key: i32, workers: u32) -> impl FnOnce(&mut Options) {
    move |options| {
        options.workers = workers;
        options.channel = Channel::Queue { key };
        options.takes_messages = true;
    }
}

#[test]
fn workers_share_a_queue_that_others_fill() {
    let queued = Queue::new();
    let pool = run(queue(queued.0, 2), |probe, event| {
        if let Event::Message(data) = event {
            probe.report(format_args!("got {}", text(&data)));
        }
        GO_ON
    });
    // One by one, so that each finds the workers asleep; then in a heap.
    for number in 0..50 {
        queued.1.send(1 + number % 3, number.to_string().as_bytes(), Wait::Yes).unwrap();
        pool.await_report(&format!("got {number}"));
    }
    for number in 50..500 {
        queued.1.send(1, number.to_string().as_bytes(), Wait::Yes).unwrap();
    }
    for number in 50..500 {
        pool.await_report(&format!("got {number}"));
    }
    assert_eq!(pool.all().into_iter().filter(|line| line.starts_with("got")).count(), 500, "each once");
    pool.stop();
    assert_eq!(queued.1.fill().unwrap().messages, 0, "a queue with a key stays");
}

#[test]
fn a_busy_worker_holds_no_message_that_an_idle_one_could_take() {
    let (queued, gate) = (Queue::new(), gate());
    let pool = run(queue(queued.0, 2), move |probe, event| {
        if let Event::Message(data) = event {
            probe.report(format_args!("got {}", text(&data)));
            if data == b"long" {
                gate.wait();
            }
        }
        GO_ON
    });
    pool.await_report("worker_start 0");
    pool.await_report("worker_start 1");
    queued.1.send(1, b"long", Wait::Yes).unwrap();
    let busy = pool.await_report("got long").pid;
    for number in 0..20 {
        queued.1.send(1, number.to_string().as_bytes(), Wait::Yes).unwrap();
        assert_ne!(pool.await_report(&format!("got {number}")).pid, busy);
    }
    gate.open();
    pool.stop();
}

#[test]
fn a_queue_loses_nothing_when_workers_come_and_go() {
    let queued = Queue::new();
    let pool = run(queue(queued.0, 2), |probe, event| {
        if let Event::Message(data) = event {
            probe.report(format_args!("got {}", text(&data)));
        }
        GO_ON
    });
    pool.await_report("start");
    for number in 0..400 {
        queued.1.send(1, number.to_string().as_bytes(), Wait::Yes).unwrap();
        if number % 40 == 0 {
            // Some are asleep in the queue then, some have just been woken.
            pool.signal(libc::SIGUSR1);
        }
    }
    for number in 0..400 {
        pool.await_report(&format!("got {number}"));
    }
    assert_eq!(pool.all().into_iter().filter(|line| line.starts_with("got")).count(), 400, "each once");
    pool.stop();
}

#[test]
fn a_pool_that_waits_in_its_queue_ends_at_once_and_takes_a_queue_of_its_own_along() {
    /// The numbers of all queues without a key.
    fn private() -> std::collections::HashSet<String> {
        let all = std::fs::read_to_string("/proc/sysvipc/msg").expect("a list of queues");
        let fields = all.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        fields.filter(|fields| fields[0] == "0").map(|fields| fields[1].to_owned()).collect()
    }
    for signal in [libc::SIGTERM, libc::SIGKILL] {
        let before = private();
        let pool = run(queue(0, 2), |_, _| GO_ON);
        pool.await_report("start");
        pool.await_report("worker_start 0");
        pool.await_report("worker_start 1");
        // Another test's may be among them, and goes too.
        let made: Vec<String> = private().difference(&before).cloned().collect();
        assert!(!made.is_empty());
        let asked = Instant::now();
        pool.signal(signal);
        pool.wait();
        pool.expect_nobody();
        assert!(asked.elapsed() < Duration::from_secs(2));
        wait_until("the queue to be gone", || made.iter().all(|id| !private().contains(id)));
    }
}

// Connections.

fn socket(listener: &Arc<Listener>, workers: u32) -> impl FnOnce(&mut Options) + use<> {
    let listener = Arc::clone(listener);
    move |options| {
        options.workers = workers;
        options.channel = Channel::Socket { listener, backlog: 512 };
        options.takes_messages = true;
        options.max_message = 10_000_000;
    }
}

fn tcp() -> Arc<Listener> {
    Arc::new(Listener::bind(SocketKind::Tcp4, "127.0.0.1", 0, false).unwrap())
}

fn frame(body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], body].concat()
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

fn ask(stream: &mut (impl Read + Write), body: &[u8]) -> Vec<u8> {
    stream.write_all(&frame(body)).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// Answers with what it got, in two pieces; `silent` gets nothing, `pid` the worker's pid.
fn echo(probe: &Probe, event: Event) -> Flow {
    if let Event::Message(data) = event {
        match &data[..] {
            b"silent" => {}
            b"pid" => probe.handle.write(process::pid().to_string().as_bytes()).expect("write"),
            _ => {
                probe.handle.write(b"you said ").expect("write");
                probe.handle.write(&data).expect("write");
            }
        }
    }
    GO_ON
}

#[test]
fn a_connection_brings_a_message_and_gets_one_frame() {
    let listener = tcp();
    let pool = run(socket(&listener, 2), echo);
    pool.await_report("start");
    for body in [&b"x"[..], b"", &[7; 300_000], &[8; 9_000_000]] {
        let answer = ask(&mut connect(listener.local_port()), body);
        assert!(answer == frame(&[b"you said ", body].concat()), "{} bytes", body.len());
    }
    assert_eq!(ask(&mut connect(listener.local_port()), b"silent"), b"");
    pool.stop();
}

#[test]
fn a_message_in_pieces_and_peers_that_say_nothing_hold_up_nobody() {
    let listener = tcp();
    let pool = run(socket(&listener, 1), echo);
    pool.await_report("start");
    let mut slow = connect(listener.local_port());
    let silent: Vec<TcpStream> = (0..20).map(|_| connect(listener.local_port())).collect();
    for byte in frame(b"slow") {
        slow.write_all(&[byte]).unwrap();
        assert_eq!(ask(&mut connect(listener.local_port()), b"quick"), frame(b"you said quick"));
    }
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, frame(b"you said slow"));
    drop(silent);
    pool.stop();
}

#[test]
fn what_is_too_long_or_no_frame_is_cut_off() {
    let listener = tcp();
    let pool = run(socket(&listener, 1), echo);
    pool.await_report("start");
    for wrong in [&frame(&[0; 1])[..3], b"GET / HTTP/1.1\r\n\r\n", &10_000_001u32.to_be_bytes()] {
        let mut peer = connect(listener.local_port());
        peer.write_all(wrong).unwrap();
        peer.shutdown(std::net::Shutdown::Write).unwrap();
        // The end, or a reset because it was not read.
        let mut answer = Vec::new();
        let _ = peer.read_to_end(&mut answer);
        assert!(answer.is_empty());
    }
    assert_eq!(ask(&mut connect(listener.local_port()), b"on"), frame(b"you said on"));
    pool.stop();
}

#[test]
fn a_worker_that_waits_for_a_full_mailbox_at_its_end_leaves_in_order() {
    let options = |options: &mut Options| {
        mailboxes(2)(options);
        options.max_wait_time = Duration::from_secs(2);
    };
    let pool = run(options, |probe, event| {
        let send = || probe.handle.send(0, &[0; 30_000]);
        match event {
            Event::WorkerStart(0) => wait_until("the end", || probe.handle.is_told_to_end()),
            Event::WorkerStart(1) => {
                let pipe = probe.handle.pipe(0).unwrap().unwrap();
                while engine::sys::io::wait_writable(&pipe, Duration::ZERO).unwrap() {
                    send().unwrap();
                }
                probe.report("full");
                // A few more may fit.
                while send().is_ok() {}
                assert!(probe.handle.is_told_to_end(), "otherwise it has more patience");
            }
            _ => {}
        }
        GO_ON
    });
    pool.await_report("full");
    pool.signal(libc::SIGTERM);
    assert_eq!(pool.wait(), ExitState::Exited(0));
    assert_eq!(pool.reports("worker_stop 1").len(), 1, "it was not killed");
    pool.expect_nobody();
}

#[test]
fn write_outside_of_a_message_is_refused() {
    let listener = tcp();
    let pool = run(socket(&listener, 1), |probe, event| {
        if let Event::WorkerStart(_) | Event::Start = event {
            probe.report(format_args!("refused {}", probe.handle.write(b"x").is_err()));
        }
        GO_ON
    });
    pool.await_reports("refused true", 2);
    pool.stop();
}

#[test]
fn many_clients_are_served_by_all_workers_while_these_are_replaced() {
    let listener = tcp();
    let pool = run(socket(&listener, 2), echo);
    pool.await_report("start");
    let port = listener.local_port();
    let mut pids = std::collections::HashSet::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut served_by = Vec::new();
                    while !done.load(Ordering::Relaxed) {
                        let answer = ask(&mut connect(port), b"pid");
                        served_by.push(text(&answer[4..]).parse::<i32>().expect("a pid"));
                    }
                    served_by
                })
            })
            .collect();
        for reload in 0..10 {
            pool.signal(libc::SIGUSR1);
            pool.await_reports("worker_start 0", reload + 2);
            pool.await_reports("worker_start 1", reload + 2);
        }
        done.store(true, Ordering::Relaxed);
        for client in clients {
            pids.extend(client.join().unwrap());
        }
    });
    assert!(pids.len() > 2, "{pids:?}");
    pool.stop();
}

#[test]
fn who_has_just_connected_is_served_by_a_worker_that_is_told_to_end() {
    let listener = tcp();
    let pool = run(socket(&listener, 1), echo);
    pool.await_report("start");
    let mut peer = connect(listener.local_port());
    // When this one is answered, the other one is accepted.
    assert_eq!(ask(&mut connect(listener.local_port()), b"x"), frame(b"you said x"));
    let silent = connect(listener.local_port());
    pool.signal(libc::SIGTERM);
    pool.await_report("ending");
    assert_eq!(ask(&mut peer, b"late"), frame(b"you said late"));
    // One that goes on saying nothing is not waited for.
    assert_eq!(pool.wait(), ExitState::Exited(0));
    drop(silent);
    pool.expect_nobody();
}

#[test]
fn an_answer_that_is_under_way_is_sent_before_the_end() {
    let listener = tcp();
    let pool = run(socket(&listener, 1), echo);
    pool.await_report("start");
    let body = vec![9; 8_000_000];
    let mut slow = connect(listener.local_port());
    slow.write_all(&frame(&body)).unwrap();
    let mut head = [0; 4];
    slow.read_exact(&mut head).unwrap();
    pool.signal(libc::SIGTERM);
    pool.await_report("ending");
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).unwrap();
    assert!(answer.len() == body.len() + 9 && answer[9..] == body);
    assert_eq!(pool.wait(), ExitState::Exited(0));
    pool.expect_nobody();
}

#[test]
fn a_killed_worker_takes_only_its_own_connection_along() {
    let (listener, gate) = (tcp(), gate());
    let pool = run(socket(&listener, 1), move |probe, event| {
        if event == Event::Message(b"hang".to_vec()) {
            probe.report("hangs");
            gate.wait();
            return GO_ON;
        }
        echo(probe, event)
    });
    pool.await_report("start");
    let mut victim = connect(listener.local_port());
    victim.write_all(&frame(b"hang")).unwrap();
    let worker = pool.await_report("hangs").pid;
    // These wait to be accepted, which nobody does now.
    let mut waiting: Vec<TcpStream> = (0..10).map(|_| connect(listener.local_port())).collect();
    for peer in &mut waiting {
        peer.write_all(&frame(b"later")).unwrap();
    }
    process::kill(worker, libc::SIGKILL).unwrap();
    for mut peer in waiting {
        let mut answer = Vec::new();
        peer.read_to_end(&mut answer).unwrap();
        assert_eq!(answer, frame(b"you said later"));
    }
    let mut answer = Vec::new();
    let _ = victim.read_to_end(&mut answer);
    assert!(answer.is_empty());
    pool.stop();
}

#[test]
fn the_file_of_a_unix_socket_goes_with_the_pool_also_with_a_killed_one() {
    let dir = tempfile::tempdir().unwrap();
    for signal in [libc::SIGTERM, libc::SIGKILL] {
        let path = dir.path().join("pool.sock");
        let name = path.to_str().unwrap();
        let listener = Arc::new(Listener::bind(SocketKind::UnixStream, name, 0, false).unwrap());
        let pool = run(socket(&listener, 2), echo);
        pool.await_report("start");
        pool.await_report("worker_start 0");
        pool.await_report("worker_start 1");
        assert_eq!(ask(&mut UnixStream::connect(&path).unwrap(), b"x"), frame(b"you said x"));
        drop(listener);
        pool.signal(signal);
        pool.wait();
        pool.expect_nobody();
        assert!(!path.exists(), "after signal {signal}");
    }
}

// Whatever the channel: workers are killed all the time, and each message comes once.

const KILLED: usize = 100;

fn message(number: usize) -> String {
    if number % 10 == 9 { format!("kill {number}") } else { number.to_string() }
}

/// Tells of a message, and dies of some.
fn tell_or_die(probe: &Probe, event: &Event) {
    if let Event::Message(data) = event {
        probe.report(format_args!("came {}", text(data)));
        if data.starts_with(b"kill") {
            process::kill(process::pid(), libc::SIGKILL).expect("kill");
        }
    }
}

#[track_caller]
fn expect_each_once(pool: Running) {
    for number in 0..KILLED {
        pool.await_report(&format!("came {}", message(number)));
        if number % 10 == 9 {
            // Who dies so often is started after a pause: this ends it.
            pool.signal(libc::SIGUSR1);
        }
    }
    assert_eq!(pool.all().iter().filter(|line| line.starts_with("came")).count(), KILLED);
    pool.stop();
}

#[test]
fn mailboxes_outlive_workers_that_are_killed_all_the_time() {
    let pool = run(mailboxes(2), |probe, event| {
        if event == Event::Start {
            (0..KILLED).for_each(|number| probe.handle.send(number as u32 % 2, message(number).as_bytes()).expect("send"));
        }
        tell_or_die(probe, &event);
        GO_ON
    });
    expect_each_once(pool);
}

#[test]
fn a_queue_outlives_workers_that_are_killed_all_the_time() {
    let queued = Queue::new();
    let pool = run(queue(queued.0, 2), |probe, event| {
        tell_or_die(probe, &event);
        GO_ON
    });
    pool.await_report("start");
    (0..KILLED).for_each(|number| queued.1.send(1, message(number).as_bytes(), Wait::Yes).unwrap());
    expect_each_once(pool);
}

#[test]
fn a_listener_outlives_workers_that_are_killed_all_the_time() {
    let listener = tcp();
    let pool = run(socket(&listener, 2), |probe, event| {
        tell_or_die(probe, &event);
        GO_ON
    });
    pool.await_report("start");
    let clients: Vec<TcpStream> = (0..KILLED)
        .map(|number| {
            let mut peer = connect(listener.local_port());
            peer.write_all(&frame(message(number).as_bytes())).unwrap();
            peer
        })
        .collect();
    expect_each_once(pool);
    drop(clients);
}
