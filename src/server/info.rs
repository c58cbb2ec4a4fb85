//! What the engine knows of connections and of itself, as the arrays that programs read.

use engine::server::{ClientInfo, Stats};

use crate::coroutine::scheduler::Numbers;
use crate::zend::{Array, Result, Value};

/// The array of `getClientInfo()`.
pub fn client(info: &ClientInfo) -> Result<Value> {
    let mut array = Array::new(16)?;
    array.set("server_port", i64::from(info.server_port))?;
    array.set("server_fd", info.server_fd)?;
    array.set("socket_fd", info.socket_fd)?;
    array.set("socket_type", info.socket_type)?;
    array.set("remote_port", i64::from(info.peer.port))?;
    array.set("remote_ip", Value::string(info.peer.to_string().as_bytes())?)?;
    array.set("reactor_id", info.reactor)?;
    array.set("connect_time", info.connect_time as i64)?;
    array.set("last_time", info.last_recv_time as i64)?;
    array.set("last_recv_time", info.last_recv_time)?;
    array.set("last_send_time", info.last_send_time)?;
    array.set("last_dispatch_time", info.last_dispatch_time)?;
    array.set("close_errno", info.close_errno)?;
    array.set("recv_queued_bytes", info.recv_queued as i64)?;
    array.set("send_queued_bytes", info.send_queued as i64)?;
    Ok(array.into())
}

/// The array of `stats()`. There are no task workers and user processes yet.
pub fn stats(stats: &Stats, coroutines: &Numbers) -> Result<Value> {
    let facts = [
        ("start_time", stats.start_time),
        ("connection_num", stats.connection_num as i64),
        ("abort_count", stats.abort_count as i64),
        ("accept_count", stats.accept_count as i64),
        ("close_count", stats.close_count as i64),
        ("worker_num", stats.worker_num as i64),
        ("task_worker_num", 0),
        ("user_worker_num", stats.user_worker_num as i64),
        ("idle_worker_num", stats.idle_worker_num as i64),
        ("dispatch_count", stats.dispatch_count as i64),
        ("request_count", stats.request_count as i64),
        ("response_count", stats.response_count as i64),
        ("total_recv_bytes", stats.total_recv_bytes as i64),
        ("total_send_bytes", stats.total_send_bytes as i64),
        ("pipe_packet_msg_id", 0),
        ("concurrency", stats.concurrency as i64),
        ("session_round", stats.session_round as i64),
        ("min_fd", stats.min_fd),
        ("max_fd", stats.max_fd),
        ("worker_request_count", stats.worker_request_count as i64),
        ("worker_response_count", stats.worker_response_count as i64),
        ("worker_dispatch_count", stats.worker_dispatch_count as i64),
        ("worker_concurrency", stats.worker_concurrency as i64),
        ("coroutine_num", coroutines.live as i64),
        ("coroutine_peek_num", coroutines.peak as i64),
    ];
    let mut array = Array::new(facts.len())?;
    for (name, number) in facts {
        array.set(name, number)?;
    }
    Ok(array.into())
}

/// The list of `getClientList()`.
pub fn sessions(sessions: &[u64]) -> Result<Value> {
    let mut array = Array::new(sessions.len())?;
    for session in sessions {
        array.push(*session as i64)?;
    }
    Ok(array.into())
}
