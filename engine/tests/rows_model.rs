//! The shared table against a map: whatever is done to both, both say the same.

use std::collections::HashMap;

use engine::shm::rows::{CellRef, ColumnKind, Cursor, KEY_LEN, Layout, RowCopy, RowTable, WriteError};
use engine::sys::process::{self, ExitState, Fork};
use proptest::prelude::*;

const TEXT: usize = 13;

fn layout() -> Layout {
    let mut layout = Layout::default();
    layout.add(b"number", ColumnKind::Int).unwrap();
    layout.add(b"text", ColumnKind::Text(TEXT)).unwrap();
    layout.add(b"float", ColumnKind::Float).unwrap();
    layout
}

#[derive(Clone, Debug, Default, PartialEq)]
struct ModelRow {
    number: i64,
    text: Vec<u8>,
    float: f64,
}

#[derive(Clone, Debug)]
enum Step {
    Set(Vec<u8>, Option<i64>, Option<Vec<u8>>, Option<f64>),
    AddInt(Vec<u8>, i64),
    AddFloat(Vec<u8>, f64),
    Delete(Vec<u8>),
    Walk,
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        (0..200u32).prop_map(|number| number.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..4),
        (0..4u8, 60..70usize).prop_map(|(last, len)| [vec![7; len], vec![last]].concat()),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let text = prop::collection::vec(any::<u8>(), 0..TEXT + 4);
    prop_oneof![
        4 => (key(), any::<Option<i64>>(), prop::option::of(text), prop::option::of(-1e6..1e6))
            .prop_map(|(key, number, text, float)| Step::Set(key, number, text, float)),
        2 => (key(), any::<i64>()).prop_map(|(key, by)| Step::AddInt(key, by)),
        1 => (key(), -1e3..1e3).prop_map(|(key, by)| Step::AddFloat(key, by)),
        2 => key().prop_map(Step::Delete),
        1 => Just(Step::Walk),
    ]
}

fn row(table: &RowTable, copy: &RowCopy) -> ModelRow {
    let columns = table.layout().columns();
    let (CellRef::Int(number), CellRef::Text(text), CellRef::Float(float)) =
        (copy.cell(&columns[0]), copy.cell(&columns[1]), copy.cell(&columns[2]))
    else {
        panic!("cells of other kinds")
    };
    ModelRow { number, text: text.into(), float }
}

fn walk(table: &RowTable) -> HashMap<Vec<u8>, ModelRow> {
    let (mut cursor, mut key, mut copy) = (Cursor::default(), Vec::new(), RowCopy::default());
    let mut found = HashMap::new();
    while table.next(&mut cursor, &mut key, &mut copy) {
        assert_eq!(found.insert(key.clone(), row(table, &copy)), None, "come by twice");
    }
    found
}

fn check(steps: Vec<Step>) {
    let table = RowTable::new(layout(), 64, 0.0).unwrap();
    let mut model: HashMap<Vec<u8>, ModelRow> = HashMap::new();
    let mut copy = RowCopy::default();
    for step in steps {
        let before = model.len() as u64;
        let full = |key: &[u8]| before == table.capacity() && !model.contains_key(key);
        match step {
            Step::Set(key, number, text, float) => {
                let cells: Vec<(usize, CellRef<'_>)> = [
                    number.map(|number| (0, CellRef::Int(number))),
                    text.as_ref().map(|text| (1, CellRef::Text(text))),
                    float.map(|float| (2, CellRef::Float(float))),
                ]
                .into_iter()
                .flatten()
                .collect();
                let expected = if full(&key) { Err(WriteError::Full) } else { Ok(()) };
                assert_eq!(table.set(&key, &cells), expected);
                if expected.is_ok() {
                    let row = model.entry(key).or_default();
                    row.number = number.unwrap_or(row.number);
                    row.float = float.unwrap_or(row.float);
                    if let Some(text) = text {
                        row.text = text[..text.len().min(TEXT)].to_vec();
                    }
                }
            }
            Step::AddInt(key, by) => {
                if full(&key) {
                    assert_eq!(table.add_int(&key, 0, by), Err(WriteError::Full));
                } else {
                    let row = model.entry(key.clone()).or_default();
                    row.number = row.number.wrapping_add(by);
                    assert_eq!(table.add_int(&key, 0, by), Ok(row.number));
                }
            }
            Step::AddFloat(key, by) => {
                if full(&key) {
                    assert_eq!(table.add_float(&key, 2, by), Err(WriteError::Full));
                } else {
                    let row = model.entry(key.clone()).or_default();
                    row.float += by;
                    assert_eq!(table.add_float(&key, 2, by), Ok(row.float));
                }
            }
            Step::Delete(key) => assert_eq!(table.delete(&key), Ok(model.remove(&key).is_some())),
            Step::Walk => {
                let kept = |(key, row): (&Vec<u8>, &ModelRow)| (key[..key.len().min(KEY_LEN)].to_vec(), row.clone());
                // Keys that are longer than what is kept can look the same.
                if model.keys().filter(|key| key.len() > KEY_LEN).count() <= 1 {
                    assert_eq!(walk(&table), model.iter().map(kept).collect());
                }
            }
        }
        assert_eq!(table.len(), model.len() as u64);
    }
    for (key, expected) in &model {
        assert!(table.exists(key) && table.get(key, &mut copy));
        assert_eq!(row(&table, &copy), *expected);
        let mut alone = RowCopy::default();
        assert!(table.get_column(key, &table.layout().columns()[1], &mut alone));
        assert_eq!(alone.cell(&table.layout().columns()[1]), CellRef::Text(&expected.text));
    }
    assert!(!table.exists(b"no such key") && !table.get(b"no such key", &mut copy));
    let stats = table.stats();
    assert_eq!((stats.rows, stats.inserts - stats.deletes), (model.len() as u64, model.len() as u64));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: if cfg!(miri) { 4 } else { 256 }, ..ProptestConfig::default() })]
    #[test]
    fn both_say_the_same(steps in prop::collection::vec(step(), 0..if cfg!(miri) { 40 } else { 400 })) {
        check(steps);
    }
}

/// Fills a table and empties it, so many times.
fn fill(size: u64, rounds: u32) -> RowTable {
    let table = RowTable::new(layout(), size, 0.2).unwrap();
    assert_eq!(table.size(), size.next_power_of_two());
    assert!(table.capacity() >= table.size() + table.size() / 5);
    for round in 0..rounds {
        for number in 0..table.capacity() as i64 {
            let text = number.to_string();
            table
                .set(format!("{round}:{number}").as_bytes(), &[(0, CellRef::Int(number)), (1, CellRef::Text(text.as_bytes()))])
                .unwrap();
        }
        assert_eq!(table.set(b"one more", &[]), Err(WriteError::Full));
        assert_eq!(table.add_int(b"one more", 0, 1), Err(WriteError::Full));
        table.set(format!("{round}:1").as_bytes(), &[(0, CellRef::Int(1))]).unwrap();
        assert_eq!((table.len(), table.stats().rows), (table.capacity(), table.capacity()));
        let rows = walk(&table);
        assert_eq!(rows.len() as u64, table.capacity());
        for number in 0..table.capacity() {
            let row = &rows[format!("{round}:{number}").as_bytes()];
            assert_eq!((row.number, row.text.as_slice()), (number as i64, number.to_string().as_bytes()));
            assert_eq!(table.delete(format!("{round}:{number}").as_bytes()), Ok(true));
        }
        assert!(table.is_empty() && walk(&table).is_empty());
    }
    table
}

#[test]
#[cfg_attr(miri, ignore = "takes long")]
fn every_row_can_be_used_whatever_its_key_and_used_again() {
    fill(5000, 3);
}

#[test]
#[cfg_attr(miri, ignore = "takes long")]
fn a_table_whose_rows_go_into_huge_pages_meanwhile_keeps_them() {
    let table = fill(70_000, 1);
    assert!(table.memory() > 16 << 20, "{} bytes: not one that is large", table.memory());
}

#[test]
fn a_row_that_is_deleted_while_walking_is_no_stumbling_block() {
    let table = RowTable::new(layout(), 64, 0.0).unwrap();
    for number in 0..64 {
        table.set(&[number], &[]).unwrap();
    }
    let (mut cursor, mut key, mut copy, mut seen) = (Cursor::default(), Vec::new(), RowCopy::default(), 0);
    while table.next(&mut cursor, &mut key, &mut copy) {
        assert_eq!(table.delete(&key), Ok(true));
        seen += 1;
    }
    assert_eq!((seen, table.len()), (64, 0));
}

/// Kibibytes of shared memory that this process has touched.
fn shared_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssShmem:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn long_rows_take_the_pages_of_them_that_are_used() {
    // In a process of its own, where nobody else takes memory.
    let child = match process::fork().unwrap() {
        Fork::Child => {
            let mut layout = Layout::default();
            layout.add(b"text", ColumnKind::Text(1 << 16)).unwrap();
            let table = RowTable::new(layout, 1 << 10, 0.2).unwrap();
            let before = shared_memory();
            for number in 0..500 {
                table.set(format!("row {number}").as_bytes(), &[(0, CellRef::Text(b"short"))]).unwrap();
            }
            // Two pages of each row: its columns', and its end's.
            process::exit_now(i32::from(shared_memory() - before > 500 * 2 * 4 + 1024))
        }
        Fork::Parent(pid) => pid,
    };
    assert_eq!(process::wait_for(child).unwrap(), ExitState::Exited(0));
}
